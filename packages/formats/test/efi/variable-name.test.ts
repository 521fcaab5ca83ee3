import { fc, test } from '@fast-check/vitest';
import { type KernelVersion, parseKernelVersion } from '@pstore-decode/formats';
import { describe, expect } from 'vitest';
import {
  crashGuid,
  crashGuidBytes,
  type DumpVariableName,
  formatDumpVariableName,
  parseDumpVariableName,
} from '../../src/efi/variable-name.js';
import { efiRecordId, partsOfEfiId } from '../../src/kernel-efi-id.js';

const kernel = (text: string) => parseKernelVersion(text);
const kernels = ['3.0', '3.7', '3.8', '3.11', '3.12', '4.17', '4.18', '5.19', '6.0', '6.1', '7.2'].map(kernel);

type Fields = [type: number, part: number, count: number, time: bigint, compressed: boolean];
const fieldsOf = (name: DumpVariableName | null): Fields | null =>
  name && [name.type, name.part, name.count, name.time, name.compressed];

describe('a kernel reads', () => {
  const table: [name: string, kernel: string, fields: Fields | null][] = [
    // Every generation by its own kernel, and by the newest.
    ['dump-type0-1-1700000000', '3.2', [0, 1, 0, 1700000000n, false]],
    ['dump-type0-1-1700000000', '7.2', [0, 1, 0, 1700000000n, false]],
    ['dump-type0-12-3-1700000000', '3.8', [0, 12, 3, 1700000000n, false]],
    ['dump-type0-12-3-1700000000', '7.2', [0, 12, 3, 1700000000n, false]],
    ['dump-type0-12-3-1700000000-C', '3.12', [0, 12, 3, 1700000000n, true]],
    ['dump-type0-12-3-1700000000-D', '6.1', [0, 12, 3, 1700000000n, false]],
    ['dump-type0-12-3-1700000000-C', '7.2', [0, 12, 3, 1700000000n, true]],
    // A later name by an older kernel.
    ['dump-type0-12-3-1700000000-C', '3.11', [0, 12, 3, 1700000000n, false]],
    ['dump-type0-12-3-1700000000-C', '3.7', [0, 12, 0, 3n, false]],
    ['dump-type0-12-3-1700000000', '3.0', [0, 12, 0, 3n, false]],
    // Anything may follow.
    ['dump-type0-1-1-5-Cxyz', '7.2', [0, 1, 1, 5n, true]],
    ['dump-type0-1-1-5-c', '7.2', [0, 1, 1, 5n, false]],
    ['dump-type0-1-1-5-', '7.2', [0, 1, 1, 5n, false]],
    ['dump-type0-1-1-5garbage', '7.2', [0, 1, 1, 5n, false]],
    ['dump-type0-1-17-C', '7.2', [0, 1, 0, 17n, false]],
    ['dump-type0-1-1-5-C\0D', '7.2', [0, 1, 1, 5n, true]],
    ['dump-type0-1-1-5-\0C', '7.2', [0, 1, 1, 5n, false]],
    // White space and signs.
    ['dump-type 0-\t1- \n-7-  5-C', '7.2', [0, 1, -7, 5n, true]],
    ['dump-type0-1-1-5- C', '7.2', [0, 1, 1, 5n, false]],
    ['dump-type0-1-- 7-5-C', '7.2', null],
    ['dump-type-0-1-1-5-C', '7.2', null],
    ['dump-type0--1-1-5-C', '7.2', null],
    ['dump-type0-1-1--5-C', '7.2', [0, 1, 0, 1n, false]],
    ['dump-type0-1--1-5-C', '3.7', null],
    ['dump-type0-1-+1-5-C', '7.2', null],
    ['dump-type0 -1-1-5-C', '7.2', null],
    // Too large: 32 and 64 bits.
    ['dump-type4294967297-4294967298-4294967299-18446744073709551620-C', '7.2', [1, 2, 3, 4n, true]],
    ['dump-type0-1-2147483648-5-C', '7.2', [0, 1, -2147483648, 5n, true]],
    // UCS-2: the low byte up to 5.19, UTF-8 since 6.0.
    ['dump-type0-1-1-5-\u0143', '5.19', [0, 1, 1, 5n, true]],
    ['dump-type0-1-1-5-\u0143', '6.0', [0, 1, 1, 5n, false]],
    ['\u2664ump-type0-1-1-5-C', '5.19', [0, 1, 1, 5n, true]],
    ['\u2664ump-type0-1-1-5-C', '6.0', null],
    ['dump-type\u00a00-1-1-5-C', '5.19', [0, 1, 1, 5n, true]],
    ['dump-type\u00a00-1-1-5-C', '6.0', null],
    ['dump-type0-1-1-5-\u4e00C', '5.19', [0, 1, 1, 5n, false]],
    ['dump-type0-1-1-5-\u4e00C', '6.0', [0, 1, 1, 5n, false]],
    ['dump-type0-1-1-5-\ud800', '6.0', [0, 1, 1, 5n, false]],
    // Not ours.
    ['', '7.2', null],
    ['dump-type', '7.2', null],
    ['dump-type0', '7.2', null],
    ['dump-type0-1', '7.2', null],
    ['dump-type0-1-', '7.2', null],
    ['Dump-type0-1-1-5-C', '7.2', null],
    ['xdump-type0-1-1-5-C', '7.2', null],
    ['dump-typex-1-1-5-C', '7.2', null],
    ['dump-type0x1-1-1-5-C', '7.2', null],
    ['dump-type٠-1-1-5-C', '7.2', null],
  ];
  test.each(table)('%j in %s', (name, version, fields) => {
    expect(fieldsOf(parseDumpVariableName(name, kernel(version)))).toEqual(fields);
  });

  test('names by the newest rules where none are named', () => {
    expect(parseDumpVariableName('dump-type0-2-1-9-C')).toEqual(
      parseDumpVariableName('dump-type0-2-1-9-C', kernel('7.2')),
    );
  });
});

const anyName: fc.Arbitrary<DumpVariableName> = fc.record({
  type: fc.nat(255),
  part: fc.integer({ min: 0, max: 0xffffffff }),
  count: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  time: fc.bigInt(0n, 2n ** 64n - 1n),
  compressed: fc.boolean(),
});

/** What is left of it in the names of a kernel. */
function asWritten(name: DumpVariableName, { major, minor }: KernelVersion): DumpVariableName {
  if (major > 3 || minor >= 12) return name;
  return { ...name, compressed: false, ...(minor < 8 && { count: 0 }) };
}

describe('a name that a kernel writes', () => {
  test.prop([anyName, fc.constantFrom(...kernels)])('is read by it', (name, version) => {
    expect(parseDumpVariableName(formatDumpVariableName(name, version), version)).toEqual(asWritten(name, version));
  });

  test.prop([anyName, fc.constantFrom(...kernels)])('is read by the newest, whoever wrote it', (name, version) => {
    fc.pre(name.count >= 0);
    expect(parseDumpVariableName(formatDumpVariableName(name, version))).toEqual(asWritten(name, version));
  });

  const table: [kernel: string, name: string][] = [
    ['3.7', 'dump-type0-3-1700000000'],
    ['3.8', 'dump-type0-3-2-1700000000'],
    ['3.12', 'dump-type0-3-2-1700000000-C'],
    ['7.2', 'dump-type0-3-2-1700000000-C'],
  ];
  test.each(table)('is, in %s, %s', (version, name) => {
    const parts = { type: 0, part: 3, count: 2, time: 1700000000n, compressed: true };
    expect(formatDumpVariableName(parts, kernel(version))).toBe(name);
  });

  const wrong: Partial<DumpVariableName>[] = [
    { type: -1 },
    { part: 1.5 },
    { part: 2 ** 32 },
    { count: 2 ** 31 },
    { count: Number.NaN },
    { time: -1n },
    { time: 2n ** 64n },
  ];
  test.each(wrong)('has no place for %o', (part) => {
    const parts = { type: 0, part: 1, count: 1, time: 1n, compressed: false, ...part };
    expect(() => formatDumpVariableName(parts)).toThrow(RangeError);
  });
});

test.prop([fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom(...kernels)])(
  'any text whatever is read or refused',
  (text, version) => {
    for (const name of [text, `dump-type${text}`, `dump-type0-1-${text}`]) {
      const found = parseDumpVariableName(name, version);
      if (found !== null) expect(formatDumpVariableName(found, version)).toMatch(/^dump-type\d+-\d+-/);
    }
  },
);

test('the GUID in text and in bytes is the same', () => {
  const hex = crashGuidBytes.map((byte) => byte.toString(16).padStart(2, '0'));
  const group = (...places: number[]) => places.map((at) => hex[at]).join('');
  const fields = [group(3, 2, 1, 0), group(5, 4), group(7, 6), group(8, 9), group(10, 11, 12, 13, 14, 15)];
  expect(fields.join('-')).toBe(crashGuid);
});

describe('the id', () => {
  const table: [kernel: string, parts: [bigint, number, number], id: bigint][] = [
    ['7.2', [1700000000n, 1, 1], 170000000001001n],
    ['3.13', [1700000000n, 1, 1], 170000000001001n],
    ['3.12', [1700000000n, 7, 1], 7n],
    ['3.0', [1700000000n, 7, 0], 7n],
    ['7.2', [1700000000n, 100, 1], 170000000100001n],
    ['7.2', [0n, 0, -1], 2n ** 64n - 1n],
    ['7.2', [2n ** 64n - 1n, 99, 999], 2n ** 64n - 1n],
  ];
  test.each(table)('in %s of %o', (version, [time, part, count], id) => {
    expect(efiRecordId({ time, part, count }, kernel(version))).toBe(id);
  });

  test.prop([fc.bigInt(0n, 2n ** 47n), fc.integer({ min: 1, max: 99 }), fc.nat(999)])(
    'gives its parts back where nothing spills',
    (time, part, count) => {
      expect(partsOfEfiId(efiRecordId({ time, part, count }, kernel('7.2')))).toEqual({ time, part, count });
    },
  );

  test('of kernels up to 3.12 is the part', () => {
    expect(partsOfEfiId(efiRecordId({ time: 5n, part: 17, count: 3 }, kernel('3.12')))).toEqual({
      time: 0n,
      part: 17,
      count: 0,
    });
  });
});
