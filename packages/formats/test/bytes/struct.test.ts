import { fc, test } from '@fast-check/vitest';
import {
  bytes,
  type Endian,
  type Field,
  FormatError,
  type Struct,
  struct,
  u8,
  u16,
  u32,
  u64,
} from '@pstore-decode/formats/bytes';
import { describe, expect } from 'vitest';

const runs = { seed: 842, numRuns: 500 };

interface Header {
  readonly kind: number;
  readonly flags: number;
  readonly size: number;
  readonly time: bigint;
  readonly name: Uint8Array;
}

const header = struct<Header>('header', {
  kind: u8('what it is'),
  flags: u16('how it is'),
  size: u32('bytes that follow'),
  time: u64('seconds'),
  name: bytes(3, 'three letters'),
});
const value: Header = {
  kind: 0x81,
  flags: 0x0102,
  size: 0xfedcba98,
  time: 0x8000000000000001n,
  name: Uint8Array.of(0x61, 0x62, 0x63),
};
const stored: [Endian, string][] = [
  ['le', '81' + '0201' + '98badcfe' + '0100000000000080' + '616263'],
  ['be', '81' + '0102' + 'fedcba98' + '8000000000000001' + '616263'],
];

describe('a table of fields', () => {
  test('has its sizes and offsets, without padding', () => {
    expect(header.name).toBe('header');
    expect(header.size).toBe(18);
    expect(header.fields.map(({ name, offset, field }) => [name, offset, field.size, field.kind, field.doc])).toEqual([
      ['kind', 0, 1, 'u8', 'what it is'],
      ['flags', 1, 2, 'u16', 'how it is'],
      ['size', 3, 4, 'u32', 'bytes that follow'],
      ['time', 7, 8, 'u64', 'seconds'],
      ['name', 15, 3, 'bytes', 'three letters'],
    ]);
  });

  test.each(stored)('%s', (endian, hex) => {
    const input = Buffer.from(hex, 'hex');
    expect(header.decode(input, 0, endian)).toStrictEqual(value);
    expect(Buffer.from(header.encode(value, endian)).toString('hex')).toBe(hex);
  });

  test('is read at any place of any view', () => {
    const medium = new Uint8Array(40).fill(0xee);
    medium.set(header.encode(value, 'le'), 12);
    expect(header.decode(medium.subarray(5, 30), 7, 'le')).toStrictEqual(value);
  });

  test('byte fields are copies', () => {
    const medium = header.encode(value, 'le');
    const read = header.decode(medium, 0, 'le');
    medium.fill(0);
    expect(read).toStrictEqual(value);
  });

  test('an empty table is read anywhere, up to the end', () => {
    const empty = struct<object>('empty', {});
    expect(empty.size).toBe(0);
    expect(empty.decode(new Uint8Array(3), 3, 'le')).toEqual({});
    expect(empty.encode({}, 'le')).toHaveLength(0);
  });

  test.each([-1, 1, 2 ** 31, 2 ** 32, 2 ** 53, Number.NaN])('is not read at %d of its own size', (at) => {
    expect(() => header.decode(new Uint8Array(header.size), at, 'le')).toThrow(
      expect.objectContaining({ name: 'FormatError', code: 'bytes.short' }),
    );
  });
});

describe('a value that does not fit is refused', () => {
  const rows: [name: string, value: Header][] = [
    ['u8 256', { ...value, kind: 256 }],
    ['u8 -1', { ...value, kind: -1 }],
    ['u8 0.5', { ...value, kind: 0.5 }],
    ['u8 NaN', { ...value, kind: Number.NaN }],
    ['u16 65536', { ...value, flags: 65536 }],
    ['u32 2^32', { ...value, size: 2 ** 32 }],
    ['u32 -1', { ...value, size: -1 }],
    ['u64 -1', { ...value, time: -1n }],
    ['u64 2^64', { ...value, time: 1n << 64n }],
    ['bytes too short', { ...value, name: new Uint8Array(2) }],
    ['bytes too long', { ...value, name: new Uint8Array(4) }],
  ];
  test.each(rows)('%s', (_, bad) => {
    expect(() => header.encode(bad, 'le')).toThrow(RangeError);
    expect(() => header.encode(bad, 'be')).toThrow(RangeError);
  });
});

/** A random table, and a value for it. */
const field: fc.Arbitrary<[Field<unknown>, fc.Arbitrary<unknown>]> = fc.oneof(
  fc.constant<[Field<unknown>, fc.Arbitrary<unknown>]>([u8(''), fc.integer({ min: 0, max: 0xff })]),
  fc.constant<[Field<unknown>, fc.Arbitrary<unknown>]>([u16(''), fc.integer({ min: 0, max: 0xffff })]),
  fc.constant<[Field<unknown>, fc.Arbitrary<unknown>]>([u32(''), fc.integer({ min: 0, max: 0xffffffff })]),
  fc.constant<[Field<unknown>, fc.Arbitrary<unknown>]>([u64(''), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })]),
  fc
    .nat(9)
    .map((size): [Field<unknown>, fc.Arbitrary<unknown>] => [
      bytes(size, ''),
      fc.uint8Array({ minLength: size, maxLength: size }),
    ]),
);
const cases = fc.array(field, { maxLength: 10 }).chain((fields) =>
  fc.record({
    layout: fc.constant<Struct<Record<string, unknown>>>(
      struct('random', Object.fromEntries(fields.map(([f], i) => [`field${i}`, f]))),
    ),
    value: fc
      .tuple(...fields.map(([, values]) => values))
      .map((values) => Object.fromEntries(values.map((v, i) => [`field${i}`, v])) as Record<string, unknown>),
  }),
);
const endian = fc.constantFrom<Endian>('le', 'be');

describe('any table', () => {
  test.prop([cases, endian], runs)('decodes what it encoded', ({ layout, value }, order) => {
    const made = layout.encode(value, order);
    expect(made).toHaveLength(layout.size);
    expect(layout.decode(made, 0, order)).toEqual(value);
  });

  test.prop([cases, endian, fc.infiniteStream(fc.integer({ min: 0, max: 255 })), fc.nat(5)], runs)(
    'encodes what it decoded, byte for byte',
    ({ layout }, order, noise, at) => {
      const input = Uint8Array.from([...noise.take(at + layout.size + 3)]);
      const read = layout.decode(input, at, order);
      expect(layout.encode(read, order)).toEqual(input.slice(at, at + layout.size));
    },
  );

  test.prop([cases, endian], runs)(
    'in the other byte order has each number reversed in its place',
    ({ layout, value }, order) => {
      const made = layout.encode(value, order);
      const other = layout.encode(value, order === 'le' ? 'be' : 'le');
      let at = 0;
      for (const { offset, field } of layout.fields) {
        expect(offset).toBe(at);
        at += field.size;
        const own = other.slice(offset, at);
        expect(made.slice(offset, at)).toEqual(field.kind === 'bytes' ? own : own.reverse());
      }
      expect(at).toBe(layout.size);
    },
  );

  test.prop([cases, endian], runs)('is not read from one byte less', ({ layout }, order) => {
    fc.pre(layout.size > 0);
    expect(() => layout.decode(new Uint8Array(layout.size - 1), 0, order)).toThrow(FormatError);
  });
});
