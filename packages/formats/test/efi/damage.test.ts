import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { encodeEfi } from '../../src/efi/index.js';
import { FormatError, fuel, type PstoreRecord } from '../../src/index.js';
import { dumpPart, efiSeeds, partText, tiny } from './media.js';
import { codesOf, latin, readAll } from './read.js';

const parts = [1, 2, 3, 4, 5, 6].map((part) => dumpPart(part));
const medium = encodeEfi({ variables: parts, geometry: tiny });
const clean = readAll(medium);
const runs = { numRuns: 200 };

function damaged(at: number, ...bytes: number[]): Uint8Array {
  const copy = medium.slice();
  copy.set(bytes, at);
  return copy;
}

const texts = (records: readonly PstoreRecord[]) => new Set(records.map(({ text }) => latin(text.bytes)));
const startOf = (part: number) => clean.records[part - 1]?.stored.start ?? 0;
const statesOf = (records: readonly PstoreRecord[]) => records.map(({ part, state }) => `${part} ${state}`);

describe('damage in front of the variables', () => {
  test.each([
    ['the GUID of the volume', 16, [0], 'live', []],
    ['its signature', 40, [0], 'live', []],
    ['its length', 32, [0, 0, 0, 0, 0, 0, 0, 0], 'live', []],
    ['its length, too large', 36, [1], 'live', ['efi.size']],
    ['the length of its header', 48, [0xff, 0xff], 'live', []],
    ['the GUID of the store', 0x48, [0], 'hidden', ['efi.store-header']],
    ['the state of the store', 0x48 + 21, [0], 'hidden', ['efi.store-header']],
    ['the size of the store, too large', 0x48 + 19, [0xff], 'live', ['efi.size']],
    ['the size of the store, 0', 0x48 + 16, [0, 0, 0, 0], 'live', ['efi.size']],
    ['both headers', 0, [...new Uint8Array(0x48 + 28)], 'hidden', []],
  ] as const)('%s', (_, at, bytes, state, codes) => {
    const reading = readAll(damaged(at, ...bytes));
    expect(texts(reading.records)).toEqual(texts(clean.records));
    expect(new Set(reading.records.map((record) => record.state))).toEqual(new Set([state]));
    const told = reading.findings.map(({ code }) => code);
    expect(told.filter((code) => code === 'efi.size' || code === 'efi.store-header')).toEqual(codes);
  });

  test('without a store each dump is found by its GUID', () => {
    const reading = readAll(damaged(0, ...new Uint8Array(0x48 + 28)));
    for (const { findings } of reading.records) expect(codesOf(findings)).toContain('efi.carved');
    expect(reading.records.map(({ stored }) => stored)).toEqual(clean.records.map(({ stored }) => stored));
  });
});

describe('damage in a variable', () => {
  test('a wrong StartId ends the list of the firmware', () => {
    const reading = readAll(damaged(startOf(3), 0x2a));
    expect(statesOf(reading.records)).toEqual(['1 live', '2 live', '4 hidden', '5 hidden', '6 hidden', '3 hidden']);
    expect(texts(reading.records)).toEqual(texts(clean.records));
    expect(codesOf(reading.findings)).toContain('efi.damaged');
    expect(codesOf(reading.records[2]?.findings ?? [])).toContain('efi.unreached');
  });

  test('a size that reaches over the next one: that stands in it, the firmware goes on behind', () => {
    const sizeAt = startOf(3) + 40;
    const size = (parts[2]?.data.length ?? 0) + startOf(5) - startOf(4);
    const reading = readAll(damaged(sizeAt, size & 0xff, size >> 8));
    expect(statesOf(reading.records)).toEqual(['1 live', '2 live', '3 live', '5 live', '6 live', '4 hidden']);
    expect(texts(reading.records)).toEqual(texts(clean.records));
    expect(codesOf(reading.records[2]?.findings ?? [])).toContain('efi.size');
  });

  test('a size that reaches behind the store', () => {
    const reading = readAll(damaged(startOf(6) + 42, 0x10));
    expect(texts(reading.records)).toEqual(texts(clean.records));
    expect(codesOf(reading.records.at(-1)?.findings ?? [])).toContain('efi.size');
  });

  test.prop([fc.nat(2), fc.nat(59), fc.integer({ min: 1, max: 255 })], runs)(
    'a wrong byte in a header costs no other dump',
    (which, offset, mask) => {
      const at = startOf(which + 3) + offset;
      const reading = readAll(damaged(at, (medium[at] ?? 0) ^ mask));
      const found = texts(reading.records);
      for (const part of [1, 2, 3, 4, 5, 6]) {
        if (part !== which + 3) expect(found).toContain(latin(partText(part)));
      }
    },
  );

  test.prop([fc.nat(medium.length)], runs)('a medium that was cut gives what is whole', (end) => {
    const { records } = readAll(medium.subarray(0, end));
    const found = texts(records);
    for (const { stored, text } of clean.records) {
      // The name must be there, or nothing tells that it is a dump.
      if (stored.end <= end) expect(found).toContain(latin(text.bytes));
    }
  });
});

describe('anything', () => {
  const seeds = efiSeeds();
  const patches = fc.array(fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 20 })), { maxLength: 20 });
  const fieldValue = fc.constantFrom(0, 1, 0x7f, 0xff, 0x100, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff);
  const aimed = fc.array(fc.tuple(fc.nat(), fc.oneof(fieldValue, fc.nat())), { maxLength: 8 });

  test.prop([fc.nat(), patches, aimed, fc.boolean()], { numRuns: 600 })(
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
        const { records } = readAll(bytes, {}, isTight ? fuel(limits) : fuel());
        for (const { state, file, stored } of records) {
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
