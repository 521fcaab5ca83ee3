import { fc, test } from '@fast-check/vitest';
import type { Finding } from '@pstore-decode/formats';
import type { ByteRange, TracedBytes } from '@pstore-decode/formats/bytes';
import { sourceFrom } from '@pstore-decode/media';
import { describe, expect } from 'vitest';
import { faultyMedium, pattern, systemError } from './faulty-medium.js';

fc.configureGlobal({ seed: 1905 });

const size = 40 * 512 + 77;
const bytes = pattern(size);

const badSectors = fc.uniqueArray(fc.nat(40), { maxLength: 12 }).map((sectors) => new Set(sectors));
const ranges = fc.array(
  fc.tuple(fc.nat(size), fc.nat(size)).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) })),
  { minLength: 1, maxLength: 3 },
);
const chunks = fc.constantFrom(512, 1024, 4096, 8 << 20);
const shortReads = fc.constantFrom(1, 100, 512, 700, Number.POSITIVE_INFINITY);

describe('whatever fails', () => {
  test.prop([badSectors, ranges, chunks, shortReads, fc.option(fc.nat(size), { nil: size })])(
    'only bad sectors and what lies behind the end are lost, and every hole is told once a read',
    async (bad, asked, chunk, most, end) => {
      const source = sourceFrom(faultyMedium(bytes, { bad, most, end }).readAt, size, { chunk });
      for (const range of asked) {
        const { read, findings } = await readAll(source, range);
        const lost = (at: number) => at >= end || bad.has(Math.floor(at / 512));
        const expected = bytes.slice(range.start, range.end).map((byte, i) => (lost(range.start + i) ? 0 : byte));
        expect(Buffer.compare(read.bytes, expected)).toBe(0);
        expect(filledOffsets(read)).toEqual(offsets(range).filter(lost));
        expect(findings.flatMap(({ at }) => offsets(at!)).sort((a, b) => a - b)).toEqual(filledOffsets(read));
        const unreadable = findings.filter(({ code }) => code === 'medium.unreadable').map(({ at }) => at!);
        for (const [i, at] of unreadable.entries()) if (i > 0) expect(unreadable[i - 1]!.end).toBeLessThan(at.start);
        for (const { code, at } of findings) if (code === 'medium.short') expect(at?.start).toBeGreaterThanOrEqual(end);
      }
    },
  );

  test.prop([badSectors, fc.constantFrom(1, 2)])('a sector that recovers is read', async (bad, failuresEach) => {
    const source = sourceFrom(faultyMedium(bytes, { bad, failuresEach }).readAt, size);
    const { read, findings } = await readAll(source, { start: 0, end: size });
    expect(Buffer.compare(read.bytes, bytes)).toBe(0);
    expect(findings).toEqual([]);
  });

  test.prop([badSectors])('what was found bad is not asked for again, and is told again', async (bad) => {
    const { readAt, reads } = faultyMedium(bytes, { bad });
    const source = sourceFrom(readAt, size);
    const first = await readAll(source, { start: 0, end: size });
    reads.length = 0;
    const second = await readAll(source, { start: 0, end: size });
    expect(Buffer.compare(second.read.bytes, first.read.bytes)).toBe(0);
    expect([second.read.spans, second.findings]).toEqual([first.read.spans, first.findings]);
    for (const { start } of reads) expect(bad).not.toContain(Math.floor(start / 512));
  });
});

describe('what the system answers', () => {
  const codes: [code: string, answer: 'again' | 'no' | 'gone' | 'thrown'][] = [
    ['EIO', 'again'],
    ['EAGAIN', 'again'],
    ['EPERM', 'no'],
    ['EFAULT', 'no'],
    ['ENXIO', 'gone'],
    ['ESTALE', 'gone'],
    ['EBADF', 'thrown'],
    ['EISDIR', 'thrown'],
    ['ENOMEM', 'thrown'],
  ];
  test.each(codes)('%s: %s', async (code, answer) => {
    const { readAt, reads } = faultyMedium(bytes, { bad: new Set([3]), code });
    const source = sourceFrom(readAt, size, { explain: (name) => `the system says ${name}` });
    const reading = readAll(source, { start: 0, end: size });
    if (answer === 'thrown') return await expect(reading).rejects.toThrow(code);
    const { findings } = await reading;
    const end = answer === 'gone' ? size : 4 * 512;
    expect(findings).toEqual([
      { code: 'medium.unreadable', at: { start: 3 * 512, end }, detail: `the system says ${code}` },
    ]);
    const tries = reads.filter(({ start, end }) => start === 3 * 512 && end === 4 * 512).length;
    if (answer !== 'gone') expect(tries).toBe(answer === 'again' ? 3 : 1);
  });

  test('an errno that Node has no name for', async () => {
    const source = sourceFrom(async () => {
      throw Object.assign(systemError('Unknown system error -74'), { errno: -74 });
    }, 512);
    expect((await readAll(source, { start: 0, end: 512 })).findings).toHaveLength(1);
  });

  test('a device that is gone is asked no more', async () => {
    const { readAt, reads } = faultyMedium(bytes, { bad: new Set([0]), code: 'ENODEV' });
    const source = sourceFrom(readAt, size);
    for (const start of [0, 512, 5000]) await readAll(source, { start, end: size });
    expect(reads).toHaveLength(1);
  });

  test.each([-1, 513, Number.NaN])('a count of %d is a bug of the reader', async (count) => {
    const source = sourceFrom(async () => count, 512);
    await expect(readAll(source, { start: 0, end: 512 })).rejects.toThrow(RangeError);
  });
});

test('a dead disk comes to an end, in one finding a chunk and bounded reads', async () => {
  let count = 0;
  const failed = systemError('EIO');
  const readAt = async () => {
    count += 1;
    throw failed;
  };
  const chunk = 1 << 20;
  const dead = sourceFrom(readAt, 2 ** 29, { chunk });
  const findings: Finding[] = [];
  for (let start = 0; start < dead.size; start += chunk) {
    await dead.read({ start, end: start + chunk }, (finding) => findings.push(finding));
  }
  expect(findings).toHaveLength(512);
  expect(count).toBeLessThan(170_000); // a million sectors, tried three times each, would be more than three million
});

test('reads stay within chunks, and ask for each byte once where nothing fails', async () => {
  const { readAt, reads } = faultyMedium(bytes);
  await readAll(sourceFrom(readAt, size, { chunk: 4096 }), { start: 700, end: size });
  expect(reads[0]).toEqual({ start: 700, end: 4096 });
  for (const [i, { start, end }] of reads.entries()) {
    expect(end - start).toBeLessThanOrEqual(4096);
    if (i > 0) expect(start).toBe(reads[i - 1]!.end);
  }
});

async function readAll(source: ReturnType<typeof sourceFrom>, range: ByteRange) {
  const findings: Finding[] = [];
  const read = await source.read(range, (finding) => findings.push(finding));
  return { read, findings };
}

function offsets({ start, end }: ByteRange): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

function filledOffsets(read: TracedBytes): number[] {
  expect(read.spans.reduce((sum, span) => sum + span.length, 0)).toBe(read.bytes.length);
  return read.spans.filter(({ how }) => how === 'filled').flatMap(({ from }) => offsets(from!));
}
