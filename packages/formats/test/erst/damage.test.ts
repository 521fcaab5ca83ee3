import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type ErstSlot, encodeErst } from '../../src/erst/index.js';
import { FormatError, fuel, type PstoreRecord } from '../../src/index.js';
import { dumpRecord, erstSeeds, firstId, foreignRecord, packed, partText, plainRecord } from './media.js';
import { codesOf, latin, readAll } from './read.js';

const runs = { numRuns: 300 };
const recordSize = 4096;
const parts = [1, 2, 3, 4];
const records = parts.map((part) => (part % 2 === 0 ? dumpRecord(part) : plainRecord(part)));
const media: readonly [name: string, medium: Uint8Array, second: number][] = [
  ['in use', encodeErst({ slots: records.map((record) => ({ record })), recordSize }), 2 * recordSize],
  [
    'cleared',
    encodeErst({ slots: records.map((record): ErstSlot => ({ record, entry: 0n })), recordSize }),
    2 * recordSize,
  ],
  ['aligned', packed(records, recordSize), recordSize],
  ['packed', packed(records, 1), records[0]?.length ?? 0],
];
const inUse = media[0]?.[1] ?? new Uint8Array(0);

const texts = (found: readonly PstoreRecord[]) => new Set(found.map(({ text }) => latin(text.bytes)));
const all = new Set(parts.map((part) => latin(partText(part))));

function damaged(medium: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = medium.slice();
  copy.set(bytes, at);
  return copy;
}

describe('damage in front of a dump', () => {
  test.prop([fc.constantFrom(...media), fc.nat(199), fc.integer({ min: 1, max: 255 })], runs)(
    'a wrong byte costs no text',
    ([, medium, second], offset, mask) => {
      const { records: found } = readAll(damaged(medium, second + offset, (medium[second + offset] ?? 0) ^ mask));
      expect(texts(found)).toEqual(all);
    },
  );

  test.each([
    ['the signature', 0, [0], 'erst.header'],
    ['the revision', 5, [9], 'erst.header'],
    ['the number of sections', 10, [0], 'erst.header'],
    ['the length of the record, too small', 20, [210, 0, 0, 0], 'erst.size'],
    ['the length of the record, nonsense', 20, [0xff, 0xff, 0xff, 0xff], 'erst.size'],
    ['the length of the section', 132, [0xff, 0xff, 0xff, 0xff], 'erst.size'],
    ['the creator', 64, [0, 0], 'erst.guid'],
    ['the type of the section', 144, [0, 0], 'erst.guid'],
    ['the id', 96, [0x77], 'erst.map'],
    ['all that says whose it is', 64, [...new Uint8Array(16)], 'erst.guid'],
  ] as const)('%s', (_, offset, bytes, code) => {
    const reading = readAll(damaged(inUse, 2 * recordSize + offset, ...bytes));
    expect(texts(reading.records)).toEqual(all);
    const record = reading.records.find(({ text }) => latin(text.bytes) === latin(partText(2)));
    expect(codesOf(record?.findings ?? [])).toContain(code);
  });

  test('a whole header: the type of the section is enough', () => {
    const reading = readAll(damaged(inUse, 2 * recordSize, ...new Uint8Array(128)));
    expect(texts(reading.records)).toEqual(all);
    const alone = readAll(packed([new Uint8Array(900).fill(0x5a), plainRecord(1).subarray(130)], 1));
    expect(texts(alone.records)).toEqual(new Set([latin(partText(1))]));
    expect(alone.records[0]?.id).toBeUndefined();
    const cut = readAll(dumpRecord(1).subarray(140));
    expect(texts(cut.records)).toEqual(new Set([latin(partText(1))]));
    expect(codesOf(cut.records[0]?.findings ?? [])).toContain('erst.headless');
  });

  test('the type of the section beyond recognition: the text tells', () => {
    const reading = readAll(damaged(inUse, 2 * recordSize + 144, ...new Uint8Array(16)));
    expect(texts(reading.records)).toEqual(all);
    const [, second] = reading.records;
    expect(second).toMatchObject({ type: 'dmesg', file: { name: `unknown-erst-${firstId + 1n}` } });
    expect(codesOf(second?.findings ?? [])).toEqual(['erst.section', 'erst.unmarked', 'compress.recognised']);
  });
});

describe('damage in a store', () => {
  test.each([
    ['the magic', 0, [0], 'hidden', 'area.slack'],
    ['the size of a slot', 8, [1], 'hidden', 'area.slack'],
    ['the offset of the slots', 12, [1], 'live', 'erst.store-header'],
    ['the number of records', 20, [9], 'live', 'erst.store-header'],
    ['an entry of no slot', 24 + 8 * 200, [1], 'live', 'erst.store-header'],
  ] as const)('%s', (_, at, bytes, state, code) => {
    const reading = readAll(damaged(inUse, at, ...bytes));
    expect(texts(reading.records)).toEqual(all);
    expect(new Set(reading.records.map((record) => record.state))).toEqual(new Set([state]));
    expect(codesOf(reading.findings)).toContain(code);
    expect(codesOf(reading.findings)).not.toContain('area.truncated');
  });

  test('a slot of garbage', () => {
    const garbage = Array.from({ length: 300 }, (_, i) => (i * 73) & 0xff);
    const reading = readAll(damaged(inUse, 2 * recordSize, ...garbage));
    expect(codesOf(reading.findings)).toContain('erst.damaged');
    expect(texts(reading.records).size).toBe(3);
  });

  test.prop([fc.nat(inUse.length)], runs)('a medium that was cut gives what is whole', (end) => {
    const reading = readAll(inUse.subarray(0, end));
    const found = texts(reading.records);
    for (const [i, record] of records.entries()) {
      if ((i + 1) * recordSize + record.length <= end) expect(found).toContain(latin(partText(i + 1)));
    }
    if (end >= 200 && end <= 4 * recordSize) expect(codesOf(reading.findings)).toContain('area.truncated');
    for (const { state, stored } of reading.records) if (state === 'live') expect(stored.end).toBeLessThanOrEqual(end);
  });

  test('two records in one slot: what stands behind the first is found', () => {
    const medium = damaged(inUse, 3 * recordSize - 700, ...foreignRecord());
    expect(readAll(medium).records.map(({ state }) => state)).toEqual(['live', 'live', 'live', 'live', 'hidden']);
  });
});

describe('anything', () => {
  const seeds = erstSeeds();
  const patches = fc.array(fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 20 })), { maxLength: 20 });
  const fieldValue = fc.constantFrom(0, 1, 0x7f, 0xff, 0x100, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff);
  const aimed = fc.array(fc.tuple(fc.nat(), fc.oneof(fieldValue, fc.nat())), { maxLength: 8 });

  test.prop([fc.nat(), patches, aimed, fc.boolean()], { numRuns: 400 })(
    'ends and tells of every byte',
    (which, random, values, isTight) => {
      const seed = seeds[which % seeds.length];
      if (seed === undefined) return;
      const bytes = seed.bytes.slice();
      for (const [at, patch] of random)
        bytes.set(patch.subarray(0, bytes.length - (at % bytes.length)), at % bytes.length);
      const view = new DataView(bytes.buffer);
      for (const [index, value] of values) {
        const field = seed.fields[index % seed.fields.length];
        if (field !== undefined && field.offset + 4 <= bytes.length) view.setUint32(field.offset, value >>> 0, true);
      }
      const before = bytes.slice();
      const limits = { recordBytes: 900, inputBytes: 4000, expansion: 9, records: 5, steps: 3e5 };
      try {
        const { records: found } = readAll(bytes, {}, isTight ? fuel(limits) : fuel());
        for (const { state, file, stored } of found) {
          expect(file === undefined).toBe(state !== 'live');
          expect(stored.start >= 0 && stored.start <= stored.end && stored.end <= bytes.length).toBe(true);
        }
      } catch (error) {
        if (!(isTight && error instanceof FormatError && error.code.startsWith('limit.'))) throw error;
      }
      expect(Buffer.compare(bytes, before)).toBe(0);
    },
  );
});
