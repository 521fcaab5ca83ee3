import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import type { Finding } from '@pstore-decode/formats';
import type { ByteRange, TracedBytes } from '@pstore-decode/formats/bytes';
import { fromBytes, type RandomAccessSource, sourceFrom } from '@pstore-decode/media';
import { describe, expect } from 'vitest';
import type { ContainedSource } from '../../src/containers/container.js';
import { qcow2 } from '../../src/containers/qcow2.js';
import { unwrap } from '../../src/containers.js';
import { faultyMedium } from '../faulty-medium.js';
import { type Image, type ImagePlan, qcow2Image, type UnitKind } from './qcow2-image.js';

const unit = fc.constantFrom<UnitKind>('stored', 'stored', 'zero', 'unallocated');
const plan: fc.Arbitrary<ImagePlan> = fc
  .tuple(fc.boolean(), fc.constantFrom(9, 9, 10, 12, 14), fc.constantFrom<2 | 3>(2, 3))
  .chain(([isExtended, clusterBits, version]) => {
    const units = isExtended ? 32 : 1;
    const cluster = fc.oneof(
      { arbitrary: fc.array(unit, { minLength: units, maxLength: units }), weight: 4 },
      { arbitrary: fc.constant('packed' as const), weight: 1 },
    );
    return fc.record({
      version: fc.constant(isExtended ? 3 : version),
      clusterBits: fc.constant(clusterBits),
      isExtended: fc.constant(isExtended),
      clusters: fc.array(cluster, { minLength: 1, maxLength: clusterBits === 9 ? 150 : 12, size: 'max' }),
      cut: fc.nat(2 ** clusterBits - 1),
      shuffle: fc.nat(),
    });
  });

describe('an image of any shape', () => {
  test.prop([plan, fc.nat(), fc.nat()])(
    'reads as its disk, whole and in pieces, and nothing is told',
    async (plan, a, b) => {
      const image = qcow2Image(plan);
      const { source, findings } = await opened(fromBytes(image.bytes));
      expect(source.size).toBe(image.disk.length);
      const ends = [a % (source.size + 1), b % (source.size + 1)].sort((x, y) => x - y) as [number, number];
      for (const [start, end] of [[0, source.size], ends] as const) {
        const read = await source.read({ start, end }, (finding) => findings.push(finding));
        expect(Buffer.compare(read.bytes, image.disk.subarray(start, end))).toBe(0);
        expect(Buffer.compare(givenIn(read, start), image.stored.subarray(start, end))).toBe(0);
      }
      expect(findings).toEqual([]);
    },
  );

  test.prop([plan])('leads every byte back to where it stands', async (plan) => {
    const image = qcow2Image(plan);
    const { source } = await opened(fromBytes(image.bytes));
    const spans = await source.toRoot({ start: 0, end: source.size });
    let at = 0;
    for (const { length, from, how } of spans) {
      const there = image.disk.subarray(at, at + length);
      if (how === 'copied') expect(Buffer.compare(image.bytes.subarray(from!.start, from!.end), there)).toBe(0);
      expect(image.stored.subarray(at, at + length).every((stored) => stored === (how === 'filled' ? 0 : 1))).toBe(
        true,
      );
      if (how === 'filled') expect(from).toBeNull();
      else expect(from!.start >= 0 && from!.end <= image.bytes.length).toBe(true);
      at += length;
    }
    expect(at).toBe(source.size);
  });

  test.prop([plan])('says where anything is stored', async (plan) => {
    const image = qcow2Image(plan);
    const { source } = await opened(fromBytes(image.bytes));
    const ranges = await source.dataRanges(unexpected);
    for (const [i, { start, end }] of ranges.entries()) {
      expect(start).toBeLessThan(end);
      expect([image.stored[start], image.stored[end - 1]]).toEqual([1, 1]);
      expect(start).toBeGreaterThan(ranges[i - 1]?.end ?? -1);
    }
    expect(outside(ranges, image.stored).every((part) => part.every((stored) => stored === 0))).toBe(true);
  });
});

describe('a damaged image', () => {
  const rich = qcow2Image({
    clusters: Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0 ? 'packed' : [i % 5 === 0 ? 'unallocated' : 'stored'],
    ),
    cut: 100,
    shuffle: 7,
  });

  test.each(Array.from({ length: 50 }, (_, i) => i))(
    'cut at %d/50 gives what is there and tells what is not',
    async (i) => {
      await expectHonest(rich, fromBytes(rich.bytes.subarray(0, Math.floor((rich.bytes.length * i) / 50))));
    },
  );

  test.prop([fc.uniqueArray(fc.nat(Math.floor(rich.bytes.length / 512)), { maxLength: 20 })])(
    'on a medium with bad sectors loses what stands there, and tells it',
    async (bad) => {
      const { readAt } = faultyMedium(rich.bytes, { bad: new Set(bad) });
      await expectHonest(rich, sourceFrom(readAt, rich.bytes.length));
    },
  );

  /** Byte for byte: right, or filled and told. */
  async function expectHonest(image: Image, medium: RandomAccessSource): Promise<void> {
    const findings: Finding[] = [];
    const source = await qcow2.open(medium, (finding) => findings.push(finding));
    if (source === null) {
      expect(findings).toMatchObject([{ code: 'container.header' }]);
      return;
    }
    expect(findings).toEqual([]);
    const read = await source.read({ start: 0, end: source.size }, (finding) => findings.push(finding));
    const given = givenIn(read, 0);
    const found = maskOf(await source.dataRanges(() => undefined), source.size);
    const told = maskOf(
      findings.flatMap(({ at }) => at ?? []),
      source.size,
    );
    const wrong = { bytes: 0, untold: 0, notFound: 0 };
    for (const [at, isGiven] of given.entries()) {
      if (read.bytes[at] !== (isGiven ? image.disk[at] : 0)) wrong.bytes += 1;
      if (!isGiven && image.stored[at] && !told[at]) wrong.untold += 1;
      if (isGiven && image.stored[at] && !found[at]) wrong.notFound += 1;
    }
    expect(wrong).toEqual({ bytes: 0, untold: 0, notFound: 0 });
  }

  const somewhere = fc.oneof(
    fc.nat(111), // the header
    fc.nat(8 * 5 - 1).map((at) => rich.l1Offset + at),
    fc.tuple(fc.nat(4), fc.nat(511)).map(([table, at]) => rich.l2Offsets[table]! + at),
  );
  test.prop([fc.array(fc.tuple(somewhere, fc.nat(255)), { minLength: 1, maxLength: 8 })], { numRuns: 300 })(
    'with wrong tables ends, throws nothing, and claims no more than it can hold',
    async (changes) => {
      const bytes = rich.bytes.slice();
      for (const [at, value] of changes) bytes[at] = value;
      const source = await qcow2.open(fromBytes(bytes), () => undefined);
      if (source === null) return;
      const ranges = await source.dataRanges(() => undefined);
      const claimed = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
      expect(claimed).toBeLessThanOrEqual(bytes.length * 4096 + ranges.length * (2 ** 21 + 2 ** 16));
      for (const start of [0, ...ranges.slice(0, 3).map((range) => range.start)]) {
        const range = { start, end: Math.min(source.size, start + 70_000) };
        const read = await source.read(range, () => undefined);
        expect(read.spans.reduce((sum, span) => sum + span.length, 0)).toBe(range.end - range.start);
        const spans = await source.toRoot(range);
        expect(spans.reduce((sum, span) => sum + span.length, 0)).toBe(range.end - range.start);
      }
    },
  );

  /** One L2 table of `clusterBits` 16, every entry of it, and every entry of the L1 table, the same. */
  function sameEverywhere(entry: bigint, tables: number): Uint8Array<ArrayBuffer> {
    const { bytes } = qcow2Image({
      version: 2,
      clusterBits: 16,
      isExtended: false,
      clusters: [['stored']],
    });
    const view = new DataView(bytes.buffer);
    view.setBigUint64(24, BigInt(tables) << 29n); // the size of the disk
    view.setUint32(36, tables);
    const table = view.getBigUint64(0x10000);
    for (let i = 0; i < Math.min(tables, 8192); i++) view.setBigUint64(0x10000 + 8 * i, table);
    const at = Number(BigInt.asUintN(56, table));
    for (let i = 0; i < 8192; i++) view.setBigUint64(at + 8 * i, entry);
    return bytes;
  }

  test('a cluster that is everywhere is searched as often as the medium has room for', async () => {
    const bytes = sameEverywhere(0x10000n, 1);
    const { source, findings } = await opened(fromBytes(bytes));
    const ranges = await source.dataRanges((finding) => findings.push(finding));
    expect(ranges).toEqual([{ start: 0, end: bytes.length }]);
    const at = { start: bytes.length, end: 2 ** 29 };
    const detail = `qcow2: more bytes in use than a medium of ${bytes.length} can hold`;
    expect(findings).toEqual([{ code: 'limit.container', at, detail }]);
  });

  test('a table that is everywhere is looked at once', async () => {
    const { source, findings } = await opened(fromBytes(sameEverywhere(0n, 8192)));
    expect(source.size).toBe(2 ** 42);
    expect(await source.dataRanges((finding) => findings.push(finding))).toEqual([]);
    const at = { start: 2 ** 29, end: 2 ** 42 };
    expect(findings).toEqual([{ code: 'container.lost', at, detail: 'qcow2: the L2 table is not there' }]);
  });

  test('many losses are few findings, that hold them all', async () => {
    const image = qcow2Image({ clusters: Array.from({ length: 60 }, () => ['stored']) });
    const view = new DataView(image.bytes.buffer);
    for (let i = 0; i < 60; i += 2) view.setBigUint64(image.l2Offsets[0]! + 8 * i, 1n << 50n);
    const { source, findings } = await opened(fromBytes(image.bytes));
    await source.read({ start: 0, end: source.size }, (finding) => findings.push(finding));
    expect(findings).toHaveLength(17);
    expect(findings[1]?.at).toEqual({ start: 1024, end: 1536 });
    const detail = `qcow2: ${14 * 512} bytes of this range, in many places`;
    expect(findings[16]).toEqual({ code: 'container.lost', at: { start: 32 * 512, end: 59 * 512 }, detail });
  });
});

describe('a header', () => {
  const image = qcow2Image({
    clusterBits: 12,
    clusters: [['stored'], ['unallocated']],
  });
  const refused: [field: string, at: number, bytes: number[], code: string, detail: string][] = [
    ['version 1', 4, [0, 0, 0, 1], 'container.refused', 'version 1'],
    ['version 4', 4, [0, 0, 0, 4], 'container.refused', 'version 4'],
    ['LUKS', 32, [0, 0, 0, 2], 'container.refused', 'encrypted, method 2'],
    ['an external data file', 79, [4], 'container.refused', 'its data are in another file'],
    ['tiny clusters', 20, [0, 0, 0, 8], 'container.header', 'clusters of 2^8 bytes'],
    ['huge clusters', 20, [0, 0, 0, 22], 'container.header', 'clusters of 2^22 bytes'],
    ['no L1 entries', 36, [0, 0, 0, 0], 'container.header', 'an L1 table of 0 entries for a disk of 8192 bytes'],
    ['an L1 table between clusters', 47, [1], 'container.header', 'the L1 table at 0x1001'],
    ['an L1 table elsewhere', 40, [0xff], 'container.header', 'the L1 table at 0xff00000000001000'],
  ];
  test.each(refused)('with %s is refused, and the medium stays what it is', async (_, at, changed, code, detail) => {
    const findings: Finding[] = [];
    const medium = fromBytes(patched(image.bytes, at, changed));
    expect(await unwrap(medium, (finding) => findings.push(finding))).toBe(medium);
    expect(findings).toEqual([{ code, at: { start: 0, end: 112 }, detail: `qcow2: ${detail}` }]);
  });

  const doubtful: [field: string, at: number, bytes: number[], code: string, detail: string][] = [
    ['snapshots', 60, [0, 0, 0, 3], 'container.snapshots', '3'],
    ['the mark of a corrupt image', 79, [2], 'container.doubtful', 'QEMU has marked it as corrupt'],
    ['unknown features', 72, [0x80], 'container.doubtful', 'unknown features 0x8000000000000000'],
    [
      'a size out of reach',
      24,
      [0x7f],
      'container.doubtful',
      `a disk of ${0x7fn * 2n ** 56n + 8192n} bytes, of which its tables reach 2097152`,
    ],
  ];
  test.each(doubtful)('with %s is read all the same', async (_, at, changed, code, detail) => {
    const { source, findings } = await opened(fromBytes(patched(image.bytes, at, changed)));
    expect(findings).toEqual([{ code, at: null, detail: `qcow2: ${detail}` }]);
    const read = await source.read({ start: 0, end: 4096 }, unexpected);
    expect(Buffer.compare(read.bytes, image.disk.subarray(0, 4096))).toBe(0);
  });

  test('with the mark of a dirty image is read: that concerns refcounts only', async () => {
    expect((await opened(fromBytes(patched(image.bytes, 79, [1])))).findings).toEqual([]);
  });

  test('that names a backing file: what is not here is lost, and its name is not told', async () => {
    const { source, findings } = await opened(fromBytes(patched(image.bytes, 15, [0x70, 0, 0, 0, 4])));
    await source.read({ start: 0, end: 8192 }, (finding) => findings.push(finding));
    expect(findings).toEqual([
      { code: 'container.backing', at: { start: 4096, end: 8192 }, detail: 'qcow2: in another file' },
    ]);
  });

  test('that names an unknown compression: packed clusters are lost, others are read', async () => {
    const packed = qcow2Image({ clusters: ['packed', ['stored']] });
    const bytes = patched(patched(packed.bytes, 103, [112]), 104, [9]);
    const { source, findings } = await opened(fromBytes(bytes));
    const read = await source.read({ start: 0, end: 1024 }, (finding) => findings.push(finding));
    expect(givenIn(read, 0)).toEqual(maskOf([{ start: 512, end: 1024 }], 1024));
    const detail = 'qcow2: it is compressed with method 9';
    expect(findings).toEqual([{ code: 'container.lost', at: { start: 0, end: 512 }, detail }]);
  });
});

describe("qemu-img's own images", () => {
  const folder = new URL('../../../../test-vectors/containers/', import.meta.url);
  const { media } = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as {
    media: { file: string; size: number; sha256: string }[];
  };
  test.each(media)('$file', async ({ file, size, sha256 }) => {
    const { source, findings } = await opened(fromBytes(readFileSync(new URL(file, folder))));
    const { bytes } = await source.read({ start: 0, end: source.size }, (finding) => findings.push(finding));
    expect(source.size).toBe(size);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    const ranges = await source.dataRanges((finding) => findings.push(finding));
    expect(outside(ranges, bytes).every((part) => part.every((byte) => byte === 0))).toBe(true);
    expect(findings).toEqual([]);
  });
});

async function opened(medium: RandomAccessSource): Promise<{ source: ContainedSource; findings: Finding[] }> {
  const findings: Finding[] = [];
  const source = await qcow2.open(medium, (finding) => findings.push(finding));
  if (source === null) throw new Error(`refused: ${JSON.stringify(findings)}`);
  return { source, findings };
}

function patched(bytes: Uint8Array, at: number, changed: readonly number[]): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  copy.set(changed, at);
  return copy;
}

/** 1 for each byte that was given, 0 for each that was filled; every span has the place of its own bytes. */
function givenIn(read: TracedBytes, start: number): Uint8Array {
  const given = new Uint8Array(read.bytes.length);
  let at = 0;
  for (const { length, from, how } of read.spans) {
    expect(from).toEqual({ start: start + at, end: start + at + length });
    expect(['copied', 'filled']).toContain(how);
    if (how === 'copied') given.fill(1, at, at + length);
    at += length;
  }
  expect(at).toBe(given.length);
  return given;
}

function maskOf(ranges: readonly ByteRange[], size: number): Uint8Array {
  const mask = new Uint8Array(size);
  for (const { start, end } of ranges) mask.fill(1, start, end);
  return mask;
}

/** The parts of `bytes` that no range holds. */
function outside(ranges: readonly ByteRange[], bytes: Uint8Array): Uint8Array[] {
  const starts = [0, ...ranges.map(({ end }) => end)];
  const ends = [...ranges.map(({ start }) => start), bytes.length];
  return starts.map((start, i) => bytes.subarray(start, ends[i]));
}

function unexpected(finding: unknown): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
