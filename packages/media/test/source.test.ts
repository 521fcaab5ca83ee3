import { fc, test } from '@fast-check/vitest';
import { fromBlob, fromBytes, type RandomAccessSource, sourceFrom } from '@pstore-decode/media';
import { describe, expect } from 'vitest';
import { faultyMedium, pattern } from './faulty-medium.js';

fc.configureGlobal({ seed: 1905 });

const bytes = pattern(5000);
const sources: [name: string, source: RandomAccessSource][] = [
  ['bytes', fromBytes(bytes)],
  ['a view', fromBytes(new Uint8Array(pattern(5003).buffer, 0, 5000))],
  ['an ArrayBuffer', fromBytes(bytes.buffer)],
  ['a Blob', fromBlob(new Blob([bytes]))],
  ['a Blob of pieces', fromBlob(new Blob([bytes.slice(0, 1), bytes.slice(1, 4000), bytes.slice(4000)]))],
  ['a function', sourceFrom(faultyMedium(bytes).readAt, 5000)],
];

describe.each(sources)('%s', (_, source) => {
  test('says its size', () => {
    expect(source.size).toBe(5000);
  });

  test.prop([fc.nat(5000), fc.nat(5000)])('gives any range, copied', async (a, b) => {
    const range = { start: Math.min(a, b), end: Math.max(a, b) };
    const read = await source.read(range, unexpected);
    expect(read.bytes).toEqual(bytes.slice(range.start, range.end));
    expect(read.spans).toEqual(a === b ? [] : [{ length: range.end - range.start, from: range, how: 'copied' }]);
  });

  const wrong = [
    [-1, 5],
    [5, 4],
    [0, 5001],
    [5001, 5001],
    [0.5, 2],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
  ] as const;
  test.each(wrong)('throws for %d..%d', async (start, end) => {
    await expect(source.read({ start, end }, unexpected)).rejects.toThrow(RangeError);
  });
});

test('anything but bytes is refused by name', () => {
  expect(() => fromBytes('DBGC' as unknown as Uint8Array)).toThrow(new TypeError('bytes expected, string given'));
});

test('a Blob that cannot be read any more is filled and told', async () => {
  const gone = Object.assign(new Blob([bytes]), {
    slice: () => ({
      arrayBuffer: async () => {
        throw new DOMException('changed on disk', 'NotReadableError');
      },
    }),
  }) as unknown as Blob;
  const findings: unknown[] = [];
  const read = await fromBlob(gone).read({ start: 10, end: 4000 }, (finding) => findings.push(finding));
  expect(read.spans).toEqual([{ length: 3990, from: { start: 10, end: 4000 }, how: 'filled' }]);
  expect(findings).toEqual([{ code: 'medium.unreadable', at: { start: 10, end: 4000 }, detail: 'NotReadableError' }]);
});

function unexpected(finding: unknown): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
