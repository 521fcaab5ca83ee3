/// <reference path="../src/binary-parser-module.d.ts" />
import { fc, test } from '@fast-check/vitest';
import { addFields, layouts, parsers, toParser } from '@pstore-decode/formats/binary-parser';
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
import { Parser } from 'binary-parser';
import { describe, expect } from 'vitest';

const runs = { seed: 842, numRuns: 300 };
const endians: Endian[] = ['le', 'be'];

/** Every kind of field there is. */
const all = struct<{ a: number; b: number; c: bigint; d: Uint8Array; e: number; none: Uint8Array }>('all', {
  a: u8(''),
  b: u16(''),
  c: u64(''),
  d: bytes(3, ''),
  e: u32(''),
  none: bytes(0, ''),
});

const sample = Uint8Array.from({ length: 20 }, (_, i) => 0xf0 + i);

const field: fc.Arbitrary<Field<unknown>> = fc.oneof(
  fc.constantFrom<Field<unknown>>(u8(''), u16(''), u32(''), u64('')),
  fc.nat(40).map((size) => bytes(size, '')),
);
const table: fc.Arbitrary<Struct<Record<string, unknown>>> = fc
  .array(field, { maxLength: 12 })
  .map((fields) => struct('random', Object.fromEntries(fields.map((f, i) => [`field${i}`, f]))));
const endian = fc.constantFrom(...endians);
/** Bytes at least as long as the struct, or of any length around it. */
const cases = (least: (size: number) => number) =>
  table.chain((layout) =>
    fc.record({
      layout: fc.constant(layout),
      input: fc.uint8Array({ minLength: least(layout.size), maxLength: layout.size + 9, size: 'max' }),
    }),
  );

describe('both readers', () => {
  test.prop([cases((size) => size), endian], runs)('give equal values', ({ layout, input }, order) => {
    expect(toParser(layout, order).parse(input)).toStrictEqual(layout.decode(input, 0, order));
  });

  test.prop([cases(() => 0), endian], runs)('end together where the input ends', ({ layout, input }, order) => {
    const parse = () => toParser(layout, order).parse(input);
    if (input.length < layout.size) {
      expect(() => layout.decode(input, 0, order)).toThrow(FormatError);
      expect(parse).toThrow(RangeError);
    } else {
      expect(parse()).toStrictEqual(layout.decode(input, 0, order));
    }
  });

  describe.each(Object.entries(layouts) as [string, Struct<object>][])('of %s', (name, layout) => {
    test.prop([fc.uint8Array({ minLength: layout.size, maxLength: layout.size + 4, size: 'max' }), endian], runs)(
      'give equal values',
      (input, order) => {
        const own = parsers(order)[name as keyof typeof layouts];
        expect(own.parse(input)).toStrictEqual(layout.decode(input, 0, order));
      },
    );
  });
});

test('the list is offered whole', () => {
  expect(Object.keys(layouts)).toContain('zoneHeader');
  expect(Object.keys(parsers('le'))).toEqual(Object.keys(layouts));
});

describe.each(endians)('%s', (order) => {
  const value = all.decode(sample, 0, order);

  test('reads every kind of field', () => {
    expect(toParser(all, order).parse(sample)).toStrictEqual(value);
    expect(typeof value.c).toBe('bigint');
  });

  test('byte fields are copies, and a Buffer gives none', () => {
    const input = Buffer.from(sample);
    const read = toParser(all, order).parse(input);
    input.fill(0);
    expect(read).toStrictEqual(value);
    expect(read.d.constructor).toBe(Uint8Array);
  });

  test('nests in a grammar of others', () => {
    const grammar = new Parser()
      .uint8('before')
      .nest('header', { type: toParser(all, order) as Parser })
      .uint8('after');
    const input = Uint8Array.of(1, ...sample.subarray(0, all.size), 2);
    expect(grammar.parse(input)).toStrictEqual({ before: 1, header: value, after: 2 });
  });

  test('nests twice, in one grammar and in two', () => {
    const type = toParser(all, order) as Parser;
    const twice = new Parser().nest('one', { type }).nest('two', { type });
    const input = Uint8Array.of(...sample.subarray(0, all.size), ...sample.subarray(0, all.size));
    expect(twice.parse(input)).toStrictEqual({ one: value, two: value });
    expect(new Parser().nest('again', { type }).parse(input)).toStrictEqual({ again: value });
  });

  test('adds its fields to a parser of others, and keeps its type', () => {
    const grammar: Parser = addFields(new Parser().uint8('before'), all, order).uint8('after');
    const input = Uint8Array.of(1, ...sample.subarray(0, all.size), 2);
    expect(grammar.parse(input)).toStrictEqual({ before: 1, ...value, after: 2 });
  });
});

describe('at the end of the input', () => {
  const tail = struct<{ size: number; data: Uint8Array }>('tail', { size: u32(''), data: bytes(8, '') });

  test('binary-parser by itself shortens a byte field, the parser made here throws', () => {
    const input = new Uint8Array(6);
    const plain = new Parser().uint32le('size').buffer('data', { length: 8 });
    expect(plain.parse(input).data).toHaveLength(2);
    expect(() => toParser(tail, 'le').parse(input)).toThrow('2 of 8 bytes for data');
    expect(() => tail.decode(input, 0, 'le')).toThrow(expect.objectContaining({ code: 'bytes.short' }));
  });

  test('a field in front of it throws in both', () => {
    expect(() => toParser(tail, 'le').parse(new Uint8Array(3))).toThrow(RangeError);
    expect(() => tail.decode(new Uint8Array(3), 0, 'le')).toThrow(FormatError);
  });
});

test('a name that is no identifier is refused', () => {
  expect(() => toParser(struct('odd', { 'a-b': u8('') }), 'le')).toThrow('a-b');
});
