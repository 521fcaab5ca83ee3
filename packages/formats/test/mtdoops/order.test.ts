import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeMtdoops, type MtdoopsMedium } from '../../src/mtdoops/index.js';
import { logOf, logText, mtdoopsSeeds, time } from './media.js';
import { codesOf, latin, readAll } from './read.js';

const idsOf = (medium: Uint8Array) => readAll(medium).records.map(({ id }) => id);

describe('the oldest first', () => {
  const orders: [title: string, seqs: number[], order: number[]][] = [
    ['as they stand', [1, 2, 3], [1, 2, 3]],
    ['the writer began again at the first page', [9, 10, 7, 8], [7, 8, 9, 10]],
    ['the numbers began again at 0', [0xfffffffd, 0xfffffffe, 0, 1], [0xfffffffd, 0xfffffffe, 0, 1]],
    ['both', [0, 1, 0xfffffffd, 0xfffffffe], [0xfffffffd, 0xfffffffe, 0, 1]],
    ['0xc0000000 is no high number yet', [0xc0000000, 0x3fffffff], [0x3fffffff, 0xc0000000]],
    ['0x40000000 is no low one any more', [0xc0000001, 0x40000000], [0x40000000, 0xc0000001]],
  ];
  test.each(orders)('%s', (_, seqs, order) => {
    expect(idsOf(encodeMtdoops({ records: seqs.map((seq) => logOf(seq)) }))).toEqual(order.map(BigInt));
  });
});

describe('both generations of the header, in both byte orders', () => {
  const kinds = [1, 2].flatMap((generation) =>
    (['le', 'be'] as const).flatMap((endian) => [true, false].map((hasNul) => ({ generation, endian, hasNul }))),
  );
  test.each(kinds)('$generation $endian, with NUL: $hasNul', (kind) => {
    const records = [5, 6, 7].map((seq) => logOf(seq, {}, 5000));
    const medium = encodeMtdoops({ ...kind, records, recordSize: 0x2000, pages: 4 } as MtdoopsMedium);
    const reading = readAll(medium);
    expect(reading.findings[0]?.detail).toBe(`record_size=8192; headers 3, v${kind.generation} ${kind.endian}`);
    for (const [i, { id, time: written, text }] of reading.records.entries()) {
      expect(id).toBe(BigInt(5 + i));
      expect(written).toEqual(kind.generation === 1 ? undefined : time(5 + i));
      expect(latin(text.bytes)).toBe(latin(logText(5 + i, 5000)));
    }
    expect(reading.records).toHaveLength(3);
  });

  test('a kernel of each wrote to the same partition', () => {
    const first = encodeMtdoops({ records: [logOf(1), logOf(2)], generation: 1 });
    const second = encodeMtdoops({ records: [logOf(3), logOf(4)] });
    expect(idsOf(Uint8Array.from([...first, ...second]))).toEqual([1n, 2n, 3n, 4n]);
  });
});

describe('the size of the records', () => {
  const sizes: [title: string, medium: Uint8Array, detail: string][] = [
    ['one record, short', encodeMtdoops({ records: [logOf(1)], pages: 8 }), 'record_size=4096'],
    [
      'one record of several pages',
      encodeMtdoops({ records: [logOf(1, {}, 9000)], recordSize: 0x4000, pages: 4 }),
      'record_size=12288',
    ],
    [
      'a number is missing between',
      encodeMtdoops({ records: [logOf(1, {}, 100), logOf(3, { page: 2 }, 100)], recordSize: 0x2000 }),
      'record_size=8192',
    ],
    [
      'only the newest and the oldest are left',
      encodeMtdoops({ records: [logOf(51, {}, 5000), logOf(50, { page: 9 }, 5000)], recordSize: 0x2000 }),
      'record_size=8192',
    ],
  ];
  test.each(sizes)('%s', (_, medium, detail) => {
    expect(readAll(medium).findings[0]?.detail).toMatch(new RegExp(`^${detail};`));
  });
});

describe('damage', () => {
  const records = [1, 2, 3].map((seq) => logOf(seq, {}, 5000));
  const medium = encodeMtdoops({ records, recordSize: 0x2000, pages: 5 });
  const changed = (at: number, ...bytes: number[]) => {
    const copy = medium.slice();
    copy.set(bytes, at);
    return copy;
  };

  test.each([
    ['in the middle', 1],
    ['of the first page', 0],
    ['of the last page', 2],
  ])('a header that is not legible, %s: the log stays, in its place', (_, page) => {
    const { records: found } = readAll(changed(0x2000 * page + 4, 0x12));
    const expected = [1n, 2n, 3n].map((id, i) => (i === page ? undefined : id));
    expect(found.map(({ id }) => id)).toEqual(expected);
    const lost = found[page];
    expect(latin(lost?.text.bytes ?? logText(0))).toBe(latin(logText(page + 1, 5000)));
    expect(codesOf(lost?.findings ?? [])).toEqual(['mtdoops.header']);
  });

  test('a NUL inside the text stays there', () => {
    const { records: found } = readAll(changed(0x108, 0));
    expect(found).toHaveLength(3);
    expect(found[0]?.text.bytes[0xf8]).toBe(0);
    expect(found[0]?.text.bytes.length).toBe(logText(1, 5000).length);
  });

  test('a medium that was cut', () => {
    const { records: found, findings } = readAll(medium.subarray(0, 0x4800));
    expect(latin(found[2]?.text.bytes ?? logText(0))).toBe(latin(logText(3, 5000).subarray(0, 0x7f0)));
    expect(findings.find(({ code }) => code === 'area.truncated')?.at).toEqual({ start: 0x4800, end: 0x6000 });
  });
});

test('the end of a longer dump behind a shorter one is a record of its own, before it', () => {
  const long = logText(3, 3000);
  const short = logText(4, 1000);
  const { records } = readAll(encodeMtdoops({ records: [logOf(4, { text: short, before: long }), logOf(5)] }));
  expect(records.map(({ state, id }) => [state, id])).toEqual([
    ['stale', undefined],
    ['hidden', 4n],
    ['hidden', 5n],
  ]);
  expect(latin(records[0]?.text.bytes ?? long)).toBe(latin(long.subarray(short.length + 1)));
  expect(latin(records[1]?.text.bytes ?? long)).toBe(latin(short));
  expect(codesOf(records[0]?.findings ?? [])).toEqual(['mtdoops.overwritten']);
});

test('a header with nothing behind it', () => {
  const [record] = readAll(encodeMtdoops({ records: [logOf(1, { text: new Uint8Array(0) })] })).records;
  expect([record?.payload.bytes.length, codesOf(record?.findings ?? [])]).toEqual([0, ['dmesg.empty']]);
});

test('bytes of others between the pages are told of', () => {
  const medium = encodeMtdoops({ records: [logOf(1), logOf(2, { page: 3 }), logOf(3)] });
  medium.fill(0x2e, 0x1000, 0x2000);
  const { records, findings } = readAll(medium);
  expect(records).toHaveLength(3);
  expect(findings.find(({ code }) => code === 'area.slack')?.at).toEqual({ start: 0x1000, end: 0x2000 });
});

property.prop([
  fc.nat(mtdoopsSeeds().length - 1),
  fc.array(fc.tuple(fc.nat(0xbfff), fc.nat(255)), { maxLength: 12 }),
  fc.option(fc.nat(0xbfff)),
])('whatever the bytes are, every one is in a record or a finding', (seed, damage, cut) => {
  const medium = (mtdoopsSeeds()[seed] as { bytes: Uint8Array }).bytes.slice();
  for (const [at, value] of damage) if (at < medium.length) medium[at] = value;
  const { records } = readAll(medium.subarray(0, cut ?? medium.length));
  for (const { state, file } of records) expect([state === 'live', file]).toEqual([false, undefined]);
});

property.prop([
  fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
  fc.constantFrom(0x1000, 0x2000, 0x4000),
  fc.integer({ min: 40, max: 3500 }),
])('logs come back as they were written', (seqs, recordSize, size) => {
  const records = seqs.map((seq) => logOf(seq, { page: seq }, size));
  const { records: found } = readAll(encodeMtdoops({ records, recordSize }));
  const ordered = [...seqs].sort((a, b) => a - b);
  expect(found.map(({ id }) => id)).toEqual(ordered.map(BigInt));
  expect(found.map(({ text }) => latin(text.bytes))).toEqual(ordered.map((seq) => latin(logText(seq, size))));
});
