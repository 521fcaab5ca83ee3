import { readFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import type { Finding, PstoreRecord } from '@pstore-decode/formats';
import { fromBytes, type RandomAccessSource, salvage, sourceFrom } from '@pstore-decode/media';
import { describe, expect } from 'vitest';
import { containers, unwrap } from '../../src/containers.js';
import { faultyMedium, pattern } from '../faulty-medium.js';
import { box, boxed } from './box.js';
import { ewfSegments } from './disk-images.js';
import { avmlImage, flattenedImage, limeImage } from './memory-images.js';
import { imageOf, qcow2Image } from './qcow2-image.js';

const list = [...containers, box('a'), box('b'), box('c'), box('d')];

describe('unwrap', () => {
  test('gives a medium that is no container as it is', async () => {
    for (const bytes of [pattern(5000), pattern(1), new Uint8Array(0)]) {
      const medium = fromBytes(bytes);
      expect(await unwrap(medium, unexpected)).toBe(medium);
    }
  });

  test('leaves a folder alone: its files are no one medium', async () => {
    const image = imageOf(pattern(1024), 'stored');
    const files = [0, 512].map((start) => ({ path: `${start}`, range: { start, end: start + 512 } }));
    const folder = { ...fromBytes(image), files };
    expect(await unwrap(folder, unexpected)).toBe(folder);
    expect((await unwrap({ ...folder, files: files.slice(1) }, () => undefined)).containers).toEqual(['qcow2']);
  });

  test('says what it went through, and stops when it is too deep', async () => {
    const bytes = ['c', 'qcow2', 'b', 'a', 'd'].reduceRight((inner, name) => {
      return name === 'qcow2' ? imageOf(inner, 'stored') : boxed(name, inner);
    }, pattern(64));
    const findings: Finding[] = [];
    const source = await unwrap(fromBytes(bytes), (finding) => findings.push(finding), list);
    expect(source.containers).toEqual(['box c', 'qcow2', 'box b', 'box a']);
    expect(findings.map(({ code, at }) => [code, at])).toEqual([
      ...source.containers!.map(() => ['container.inside', null]),
      ['limit.container', null],
    ]);
    const detail = 'box c > qcow2 > box b > box a > box d: the last is read as it stands';
    expect(findings.at(-1)?.detail).toBe(detail);
  });

  test('does not look for a container inside of its own kind', async () => {
    // Its disk is the file itself: stored cluster by cluster, from the first on.
    const image = qcow2Image({ clusters: [['stored'], ['stored']] });
    const view = new DataView(image.bytes.buffer);
    view.setBigUint64(image.l2Offsets[0]! + 8, BigInt(image.l2Offsets[0]!));
    const endless = Uint8Array.from([...image.bytes, ...image.bytes.subarray(0, 512)]);
    new DataView(endless.buffer).setBigUint64(image.l2Offsets[0]!, BigInt(image.bytes.length));
    const findings: Finding[] = [];
    const source = await unwrap(fromBytes(endless), (finding) => findings.push(finding));
    expect(source.containers).toEqual(['qcow2']);
    expect(findings.map(({ code }) => code)).toEqual(['container.inside', 'limit.container']);
  });

  test('reads a damaged first sector once, and leaves it to the search to tell', async () => {
    const { readAt, reads } = faultyMedium(pattern(4096), { bad: new Set([0]) });
    const medium = sourceFrom(readAt, 4096);
    expect(await unwrap(medium, unexpected, list)).toBe(medium);
    expect(reads).toHaveLength(3);
  });
});

describe('containers in each other', () => {
  const disk = pattern(4096).fill(0, 100, 300).fill(0, 1000, 2100);
  const nested: [name: string, bytes: Uint8Array][] = [
    ['qcow2', imageOf(disk, 'stored')],
    ['packed qcow2', imageOf(disk, 'packed')],
    ['box', boxed('a', disk)],
    ['box in box', boxed('a', boxed('b', disk))],
    ['box in qcow2', imageOf(boxed('a', disk), 'stored')],
    ['box in packed qcow2', imageOf(boxed('a', disk), 'packed')],
    ['qcow2 in box', boxed('a', imageOf(disk, 'stored'))],
    ['packed qcow2 in box', boxed('a', imageOf(disk, 'packed'))],
  ];

  test.each(nested)('%s: spans of a read are of its own space, and lead back to the root', async (_, bytes) => {
    const source = await unwrap(fromBytes(bytes), () => undefined, list);
    const whole = { start: 0, end: source.size };
    const read = await source.read(whole, () => undefined);
    let at = 0;
    for (const { length, from } of read.spans) {
      expect(from).toEqual({ start: at, end: at + length });
      at += length;
    }
    at = 0;
    for (const { length, from, how } of await source.toRoot!(whole)) {
      const there = read.bytes.subarray(at, at + length);
      if (how === 'copied') expect(Buffer.compare(bytes.subarray(from!.start, from!.end), there)).toBe(0);
      else if (how === 'filled') expect(there.every((byte) => byte === 0)).toBe(true);
      else expect(from!.end - from!.start).toBeGreaterThan(0);
      at += length;
    }
    expect(at).toBe(source.size);
  });

  test.prop([fc.constantFrom(...nested), fc.nat(10_000)])(
    'what a bad sector hides is told where it would have been',
    async ([, bytes], place) => {
      const good = await unwrap(fromBytes(bytes), () => undefined, list);
      const sector = Math.floor((place % bytes.length) / 512);
      const medium = sourceFrom(faultyMedium(bytes, { bad: new Set([sector]) }).readAt, bytes.length);
      const source = await unwrap(medium, () => undefined, list);
      if (source.containers?.length !== good.containers?.length || source.size !== good.size) return;
      const whole = { start: 0, end: good.size };
      const right = await good.read(whole, unexpected);
      const findings: Finding[] = [];
      const read = await source.read(whole, (finding) => findings.push(finding));
      const told = new Uint8Array(source.size);
      for (const { at } of findings) told.fill(1, at!.start, at!.end);
      for (const [at, byte] of read.bytes.entries()) {
        if (byte !== right.bytes[at] && !(byte === 0 && told[at])) expect.fail(`wrong byte at ${at}`);
      }
    },
  );
});

describe('a signal', () => {
  /** A medium whose reads take a while, and which stops all after the third. */
  function slowly(bytes: Uint8Array, stop: AbortController): RandomAccessSource {
    const medium = fromBytes(bytes);
    let reads = 0;
    return {
      ...medium,
      read(range, report) {
        reads += 1;
        if (reads === 3) stop.abort(new Error('enough'));
        if (reads > 5) throw new Error('read on');
        return medium.read(range, report);
      },
    };
  }
  let state = 1;
  const noise = Uint8Array.from({ length: 6 << 20 }, () => {
    state = Math.imul(state, 1103515245) + 12345;
    return state >>> 24;
  });
  const ranges = Array.from({ length: 50 }, (_, i) => ({ start: i * 1024, bytes: noise.subarray(0, 512) }));
  const media: [name: string, file: Uint8Array][] = [
    ['gzip', gzipSync(noise)],
    ['zlib', deflateSync(noise)],
    ['LiME', limeImage(ranges)],
    ['AVML', avmlImage(ranges)],
    ['makedumpfile, flattened', flattenedImage(noise.subarray(0, 100_000), 500, 3)],
    ['EWF', Buffer.concat(ewfSegments(noise.subarray(0, 1 << 17), 9))],
  ];
  test.each(media)('ends the way into %s with its reason', async (_, file) => {
    const stop = new AbortController();
    await expect(unwrap(slowly(file, stop), () => undefined, undefined, stop.signal)).rejects.toThrow('enough');
  });

  test('ends a salvage on the way in', async () => {
    const stop = new AbortController();
    const records = salvage(slowly(gzipSync(noise), stop), () => undefined, { signal: stop.signal });
    await expect(records.next()).rejects.toThrow('enough');
  });
});

describe('salvage', () => {
  const ramoops = readFileSync(
    new URL('../../../../test-vectors/ramoops/deflate-ecc16-6.1/ramoops.bin', import.meta.url),
  );

  test.each(['stored', 'packed'] as const)('finds in a qcow2 image (%s) what is in the raw one', async (kind) => {
    const inside = await unwrap(fromBytes(imageOf(ramoops, kind, 12)), () => undefined);
    expect(inside.size).toBe(ramoops.length);
    const [raw, contained] = [await salvaged(fromBytes(ramoops)), await salvaged(inside)];
    expect(raw.records.length).toBe(5);
    expect(contained).toEqual(raw);
  });
});

async function salvaged(source: RandomAccessSource): Promise<{ records: PstoreRecord[]; findings: Finding[] }> {
  const findings: Finding[] = [];
  const records: PstoreRecord[] = [];
  for await (const record of salvage(source, (finding) => findings.push(finding))) records.push(record);
  return { records, findings };
}

function unexpected(finding: unknown): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
