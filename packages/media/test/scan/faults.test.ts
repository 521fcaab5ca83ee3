import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import type { Backend, Finding } from '@pstore-decode/formats';
import type { ByteRange } from '@pstore-decode/formats/bytes';
import { type LocateOptions, locate, type RandomAccessSource, sourceFrom } from '@pstore-decode/media';
import { openFile } from '@pstore-decode/media/node';
import { afterAll, describe, expect } from 'vitest';
import type { DirectAccess } from '../../src/scan/direct-access.js';
import { fakeBackend, signature } from '../fake-backend.js';
import { type Faults, faultyMedium, pattern } from '../faulty-medium.js';

const folder = mkdtempSync(join(tmpdir(), 'scan-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

const size = 300 * 512 + 77;
const planted = Array.from('planted!', (letter) => letter.charCodeAt(0));
const probes: readonly Backend[] = [fakeBackend({ signatures: [signature(planted)], window: planted.length })];

/** Noise, and the signature at each of `places`. */
function mediumWith(places: readonly number[], length = size): Uint8Array {
  const bytes = pattern(length);
  for (const at of places) bytes.set(planted, at);
  return bytes;
}

async function found(source: RandomAccessSource, options: LocateOptions) {
  const findings: Finding[] = [];
  const [row] = await locate(source, probes, (finding) => findings.push(finding), { kernelFrom: 0, ...options });
  return { hits: row?.hits ?? [], findings };
}

/** The fast way to a medium with faults: it fails for a piece in which anything does, as a read of a file. */
function failingDirectly(bytes: Uint8Array, { bad = new Set(), end = bytes.length }: Faults): DirectAccess {
  return {
    fill(target, position) {
      const behind = position + target.length;
      if (behind > end) return false;
      for (let sector = Math.floor(position / 512); sector * 512 < behind; sector++) if (bad.has(sector)) return false;
      target.set(bytes.subarray(position, behind));
      return true;
    },
    processors: () => 1,
    startHelpers: () => Promise.reject(new Error('no threads')),
  };
}

function lostIn(findings: readonly Finding[]): number[] {
  const lost = new Set<number>();
  for (const { at } of findings) for (let i = at!.start; i < at!.end; i++) lost.add(i);
  return [...lost].sort((a, b) => a - b);
}

const places = fc
  .uniqueArray(fc.nat(Math.floor(size / 64) - 1), { maxLength: 200 })
  .map((all) => all.map((i) => 64 * i + (i % 50)));
const badSectors = fc.uniqueArray(fc.nat(300), { maxLength: 20 }).map((sectors) => new Set(sectors));

describe('a medium that fails in the middle of a search', () => {
  test.prop(
    [
      places,
      badSectors,
      fc.constantFrom(700, 4096, 100_000, 4 << 20),
      fc.constantFrom(1000, Number.POSITIVE_INFINITY),
      fc.option(fc.nat(size), { nil: size }),
      fc.boolean(),
    ],
    { seed: 60, numRuns: 120 },
  )(
    'gives every signature that can be read, and tells every byte that cannot',
    async (all, bad, chunkSize, most, end, isDirect) => {
      const bytes = mediumWith(all);
      const source = sourceFrom(faultyMedium(bytes, { bad, most, end }).readAt, size);
      const direct = isDirect ? { direct: failingDirectly(bytes, { bad, end }) } : {};
      const { hits, findings } = await found({ ...source, ...direct }, { chunkSize });
      const isLost = (at: number) => at >= end || bad.has(Math.floor(at / 512));
      const readable = all.filter((at) => !planted.some((_, i) => isLost(at + i))).sort((a, b) => a - b);
      expect(hits).toEqual(readable);
      expect(lostIn(findings)).toEqual(Array.from({ length: size }, (_, i) => i).filter(isLost));
    },
  );

  test('is not asked in the fast way again: what fails may fail slowly', async () => {
    const bytes = mediumWith([5000, 90_000]);
    let asked = 0;
    const bad = new Set([20]);
    const direct = failingDirectly(bytes, { bad });
    const counted: DirectAccess = {
      ...direct,
      fill(target, position) {
        asked += 1;
        return direct.fill(target, position);
      },
    };
    const source = sourceFrom(faultyMedium(bytes, { bad }).readAt, size);
    const { hits } = await found({ ...source, direct: counted }, { chunkSize: 4096 });
    expect(hits).toEqual([5000, 90_000]);
    expect(asked).toBeLessThanOrEqual(4);
  });
});

test.each([1, 3])('a file that shrinks under the search, %i threads', async (threads) => {
  const length = 4 << 20;
  const left = 1 << 20;
  const all = Array.from({ length: 64 }, (_, i) => i * 65_536 + 1000);
  const path = join(folder, `shrinks-${threads}`);
  writeFileSync(path, mediumWith(all, length));
  const source = await openFile(path);
  const { hits, findings } = await found(source, {
    chunkSize: 65_536,
    threads,
    onProgress: (done) => {
      if (done === 65_536) truncateSync(path, left);
    },
  });
  const isEarly = (at: number) => at < left;
  expect(hits.filter(isEarly)).toEqual(all.filter(isEarly));
  for (const hit of hits) expect(all).toContain(hit);
  expect(findings.length).toBeGreaterThan(0);
  for (const { code, at } of findings) {
    expect(code).toBe('medium.short');
    expect(at!.start).toBeGreaterThanOrEqual(left);
  }
  expect(await source.hasChanged()).toBe(true);
  await source.close();
});

/** The first mapping of this process, which begins with the ELF header of its program, and how far it and what follows reach. */
function firstMapping(): ByteRange & { readonly path: string } {
  const [, start = '', end = '', path = ''] =
    /^([0-9a-f]+)-([0-9a-f]+) r\S* 0+ \S+ \d+ +(\/.*)$/m.exec(readFileSync('/proc/self/maps', 'latin1')) ?? [];
  return { start: Number.parseInt(start, 16), end: Number.parseInt(end, 16), path };
}

describe.runIf(platform() === 'linux')('a medium whose holes the kernel itself refuses (EIO)', () => {
  test.each([1, 2])('is read around them, %i threads', async (threads) => {
    const { start, end } = firstMapping();
    const before = 20 << 10;
    const within = [{ start: start - before, end }];
    const source = await openFile('/proc/self/mem', { size: end });
    const elf = fakeBackend({ signatures: [signature([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])], window: 8 });
    const findings: Finding[] = [];
    const [row] = await locate(source, [elf], (finding) => findings.push(finding), {
      within,
      threads,
      chunkSize: 8192,
      kernelFrom: 0,
    });
    await source.close();
    expect(row?.hits).toContain(start);
    const unreadable = findings.filter(({ code }) => code === 'medium.unreadable');
    expect(unreadable.length).toBeGreaterThan(0);
    expect(lostIn(findings)).toEqual(Array.from({ length: before }, (_, i) => start - before + i));
    for (const { detail } of unreadable) expect(detail).toBe('EIO');
  });
});
