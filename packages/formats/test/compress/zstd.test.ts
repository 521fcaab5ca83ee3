import { readFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { xxhash64 } from '../../src/compress/xxhash64.js';
import { zstd } from '../../src/compress/zstd.js';
import { firstDifference } from './first-difference.js';

const maxOutput = 1 << 20;
const runs = { seed: 842, numRuns: 250 };
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const folder = new URL('../../../../test-vectors/ramoops/zstd-6.1/', import.meta.url);
const medium = readFileSync(new URL('ramoops.bin', folder));
const zoneSize = Math.floor((0x40000 - 0x8000 - 0x4000) / 6);
const records = [recordOf(0), recordOf(1)] as const;

function recordOf(i: number): ZstdVector {
  const zone = medium.subarray(i * zoneSize, (i + 1) * zoneSize);
  const record = zone.subarray(12, 12 + zone.readUInt32LE(8));
  return {
    stream: new Uint8Array(record.subarray(record.indexOf('-C\n') + 3)),
    text: readFileSync(new URL(`kernel/dmesg-ramoops-${i}`, folder)),
  };
}

interface ZstdVector {
  readonly stream: Uint8Array;
  readonly text: Uint8Array;
}

interface VectorFile {
  readonly texts: Readonly<Record<string, readonly (readonly [piece: string, times: number])[]>>;
  readonly streams: readonly { readonly text: string; readonly arguments: string; readonly stream: string }[];
}

const file: VectorFile = JSON.parse(
  readFileSync(new URL('../../../../test-vectors/codecs/zstd.json', import.meta.url), 'utf8'),
);
const vectors = file.streams.map((vector): ZstdVector & { readonly name: string } => {
  const pieces = file.texts[vector.text] ?? [];
  return {
    name: `${vector.text}, ${vector.arguments}`,
    stream: new Uint8Array(Buffer.from(vector.stream, 'base64')),
    text: Buffer.from(pieces.map(([piece, times]) => piece.repeat(times)).join(''), 'latin1'),
  };
});
const checked = vectors.filter(({ stream }) => ((stream[4] as number) & 4) !== 0);
const log = vectors.find(({ name }) => name === 'log, -19 --check') as ZstdVector;

const magic = [0x28, 0xb5, 0x2f, 0xfd];
const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** A frame without content size and checksum: its first block is at 6, what that holds at 9. */
function frame(...blocks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([...magic, 0x00, 0x58, ...blocks.flatMap((bytes) => [...bytes])]);
}

function block(type: number, body: ArrayLike<number>, { last = true, size = body.length } = {}): Uint8Array {
  const header = (last ? 1 : 0) + 2 * type + 8 * size;
  return Uint8Array.from([header & 0xff, (header >> 8) & 0xff, header >> 16, ...Array.from(body)]);
}

const compressed = (body: readonly number[]) => block(2, body);

/** The literals section of less than 32 letters as they are. */
const raw = (text: string) => [text.length << 3, ...ascii(text)];

/** The literals section of `count` literals whose tree and streams are `body`. */
function huffman(count: number, body: readonly number[], streams: 1 | 4, type: 2 | 3 = 2): number[] {
  const [format, bits, size] = streams === 1 ? [0, 10, 3] : [3, 18, 5];
  const header = BigInt(type + 4 * format) | (BigInt(count) << 4n) | (BigInt(body.length) << BigInt(4 + bits));
  return [...Array.from({ length: size }, (_, i) => Number((header >> BigInt(8 * i)) & 0xffn)), ...body];
}

test.each([0, 1])('dmesg-ramoops-%i, that a kernel wrote and read', (i) => {
  const { stream, text } = records[i] as ZstdVector;
  const { bytes, ...rest } = zstd.decompress(stream, { maxOutput });
  expect(firstDifference(bytes, text)).toBeNull();
  expect(rest).toStrictEqual({ complete: true, used: stream.length });
  expect(zstd.traces(stream)).toBe(true);
});

describe.each(vectors)('$name', ({ stream, text }) => {
  test('gives the text', () => {
    const { bytes, ...rest } = zstd.decompress(stream, { maxOutput });
    expect(firstDifference(bytes, text)).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
  });

  test('is complete with a cap of its length, and not with one less', () => {
    expect(zstd.decompress(stream, { maxOutput: text.length }).complete).toBe(true);
    if (text.length === 0) return;
    const found = zstd.decompress(stream, { maxOutput: text.length - 1 });
    expect(found).toMatchObject({ complete: false, reason: 'more output than the cap' });
    expect(firstDifference(found.bytes, text.subarray(0, -1))).toBeNull();
    expect(found.literals).toBeUndefined();
  });

  test('cut anywhere gives what comes before the block that is cut', () => {
    let longest = 0;
    for (let end = 0; end < stream.length; end++) {
      const found = zstd.decompress(stream.subarray(0, end), { maxOutput });
      expect(firstDifference(found.bytes, text.subarray(0, found.bytes.length))).toBeNull();
      expect(found.complete).toBe(false);
      expect(found.bytes.length).toBeGreaterThanOrEqual(longest);
      longest = found.bytes.length;
    }
  });
});

test('cut anywhere gives the literals of streams that are not cut', () => {
  const { stream } = records[0];
  const all = zstd.decompress(stream.subarray(0, -1), { maxOutput }).literals as Uint8Array;
  expect(all).toHaveLength(6527);
  expect(String.fromCharCode(...all.subarray(0, 30))).toBe('Oops#1 Part1\n<5>[    0.0] Linu');
  const lengths = new Set<number>();
  for (let end = 0; end < stream.length; end++) {
    const { bytes, literals, ...rest } = zstd.decompress(stream.subarray(0, end), { maxOutput });
    expect(rest).toStrictEqual({ complete: false, used: end, reason: 'the input ends before the stream', at: end });
    expect(bytes).toHaveLength(0);
    if (literals !== undefined) expect(firstDifference(literals, all.subarray(0, literals.length))).toBeNull();
    lengths.add(literals?.length ?? 0);
  }
  expect([...lengths]).toEqual([0, 1632, 3264, 4896, 6527]);
});

describe('damage', () => {
  // The sequences of this record begin at 4604 with tables; their bits follow, and are read from the end.
  test.prop([fc.integer({ min: 4800, max: records[0].stream.length - 1 }), fc.nat(7)], { ...runs, numRuns: 1000 })(
    'to the sequences of a record is noticed before it or not at all',
    (at, bit) => {
      const { stream, text } = records[0];
      const found = zstd.decompress(flipped(stream, at, bit), { maxOutput });
      if (found.complete) expect(found.bytes).toHaveLength(text.length);
      else if (found.reason !== 'the content size is wrong') expect(found.at).toBeLessThanOrEqual(at);
    },
  );

  test('to a Huffman stream leaves the text, with wrong letters', () => {
    const { stream, text } = records[0];
    const found = zstd.decompress(flipped(stream, 2648, 3), { maxOutput });
    expect(found).toMatchObject({ complete: false, reason: 'a Huffman stream that does not end' });
    const same = found.bytes.reduce((sum, byte, i) => sum + (byte === text[i] ? 1 : 0), 0);
    expect(same).toBeGreaterThan(20000);
    expect(firstDifference(found.bytes, text)).toBeGreaterThan(10000);
  });

  test('to the sequences leaves the text up to the first that is impossible, and the other literals', () => {
    const { stream, text } = records[0];
    const found = zstd.decompress(flipped(stream, 6000, 0), { maxOutput });
    const whole = zstd.decompress(stream.subarray(0, -1), { maxOutput }).literals as Uint8Array;
    expect(found).toMatchObject({ complete: false, reason: 'a match begins before the text' });
    expect(firstDifference(found.bytes, text)).toBeGreaterThan(13000);
    const left = found.literals as Uint8Array;
    expect(left.length).toBeGreaterThan(1000);
    expect(firstDifference(left, whole.subarray(-left.length))).toBeNull();
  });

  test.prop(
    [fc.constantFrom(...checked), fc.array(fc.tuple(fraction, fc.nat(7)), { minLength: 1, maxLength: 3 })],
    runs,
  )('never goes past a checksum', ({ stream, text }, flips) => {
    const damaged = flips.reduce(
      (bytes, [where, bit]) => flipped(bytes, Math.floor(bytes.length * where), bit),
      stream,
    );
    const found = zstd.decompress(damaged, { maxOutput });
    // A flip can undo another, and not every bit of a header says something.
    if (found.complete) expect(firstDifference(found.bytes, text)).toBeNull();
  });

  test.prop(
    [
      fc.constantFrom(...vectors, ...records),
      fc.array(fc.tuple(fraction, fc.nat(7)), { maxLength: 3 }),
      fraction,
      fraction,
    ],
    runs,
  )('a larger cap gives the same bytes and more', ({ stream }, flips, less, more) => {
    const damaged = flips.reduce(
      (bytes, [where, bit]) => flipped(bytes, Math.floor(bytes.length * where), bit),
      stream,
    );
    const cap = Math.floor(less * more * 30000);
    const small = zstd.decompress(damaged, { maxOutput: cap });
    const large = zstd.decompress(damaged, { maxOutput: Math.floor(more * 30000) });
    expect(small.bytes.length).toBeLessThanOrEqual(cap);
    expect(firstDifference(small.bytes, large.bytes.subarray(0, cap))).toBeNull();
    if (small.complete) expect(large).toStrictEqual(small);
  });

  test.prop(
    [
      fc.uint8Array({ maxLength: 1000, size: 'max' }),
      fc.constantFrom('', '28b52ffd', '28b52ffd0058', '28b52ffd20', '28b52ffd00f8050000', '502a4d18'),
      fc.nat(5000),
    ],
    { ...runs, numRuns: 2000 },
  )('or any bytes at all', (noise, start, cap) => {
    const input = Uint8Array.from([...Buffer.from(start, 'hex'), ...noise]);
    const found = zstd.decompress(input, { maxOutput: cap });
    expect(found.bytes.length).toBeLessThanOrEqual(cap);
    expect(found.used).toBeLessThanOrEqual(input.length);
    expect(found.reason === undefined).toBe(found.complete);
    expect(found.at === undefined).toBe(found.complete);
    if (found.at !== undefined) expect(found.at).toBeLessThanOrEqual(input.length);
    if (found.complete) expect(found.literals).toBeUndefined();
  });
});

describe('frames', () => {
  const { stream, text } = log;
  const skippable = Uint8Array.from([0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

  test('one behind the other give their texts so, and skippable ones nothing', () => {
    const input = Buffer.concat([skippable, stream, skippable, records[0].stream]);
    const { bytes, ...rest } = zstd.decompress(input, { maxOutput });
    expect(firstDifference(bytes, Buffer.concat([text, records[0].text]))).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: input.length });
    expect(zstd.decompress(skippable, { maxOutput })).toStrictEqual({
      bytes: new Uint8Array(0),
      complete: true,
      used: skippable.length,
    });
  });

  test('share the cap', () => {
    const input = Buffer.concat([stream, stream]);
    expect(zstd.decompress(input, { maxOutput: 2 * text.length }).complete).toBe(true);
    const found = zstd.decompress(input, { maxOutput: 2 * text.length - 1 });
    expect(found).toMatchObject({ complete: false, reason: 'more output than the cap' });
    expect(found.bytes).toHaveLength(2 * text.length - 1);
  });

  test('do not reach into each other', () => {
    // A match at distance 2 of a text that has one byte.
    const input = Buffer.concat([stream, frame(compressed([...raw('x'), 1, 0x54, 1, 2, 0, 0b101]))]);
    const found = zstd.decompress(input, { maxOutput });
    expect(found).toMatchObject({ complete: false, reason: 'a match begins before the text' });
    expect(found.bytes).toHaveLength(text.length + 1);
  });

  test.each(['\n', '\0\0\0\0\0\0\0\0', '(\xb5/', '\nECC: 3 Corrected bytes, 0 unrecoverable blocks\n'])(
    'with other bytes behind them are not complete: %j',
    (trailer) => {
      const input = Buffer.concat([stream, skippable, Buffer.from(trailer, 'latin1')]);
      const at = stream.length + skippable.length;
      const { bytes, ...rest } = zstd.decompress(input, { maxOutput });
      expect(firstDifference(bytes, text)).toBeNull();
      expect(rest).toStrictEqual({ complete: false, used: at, reason: 'bytes behind the frame', at });
      expect(zstd.decompress(input.subarray(0, at), { maxOutput }).complete).toBe(true);
    },
  );

  test.each([1, 2, 3, 4])('whose checksum is damaged %i from the end are given whole', (fromEnd) => {
    const wrong = zstd.decompress(flipped(stream, stream.length - fromEnd, 5), { maxOutput });
    const cut = zstd.decompress(stream.subarray(0, -fromEnd), { maxOutput });
    const at = stream.length - 4;
    expect(wrong).toMatchObject({ complete: false, reason: 'the content checksum is wrong', at, used: stream.length });
    expect(cut).toMatchObject({ complete: false, reason: 'the content checksum is cut', at });
    expect(cut.used).toBe(stream.length - fromEnd);
    for (const { bytes } of [wrong, cut]) expect(firstDifference(bytes, text)).toBeNull();
  });

  test('are read from a view into larger memory, into memory of their own', () => {
    const around = new Uint8Array(stream.length + 14).fill(0xff);
    around.set(stream, 7);
    const before = around.slice();
    const found = zstd.decompress(around.subarray(7, 7 + stream.length), { maxOutput });
    expect(found.bytes.buffer.byteLength).toBe(text.length);
    expect(around).toEqual(before);
    const literals = zstd.decompress(frame(block(2, [...raw('only'), 1], { size: 20 })), { maxOutput }).literals;
    expect(literals).toEqual(ascii('only'));
    expect(literals?.buffer.byteLength).toBe(4);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a cap of %d', (cap) => {
    expect(() => zstd.decompress(stream, { maxOutput: cap })).toThrow(RangeError);
    expect(() => zstd.decompress(new Uint8Array(0), { maxOutput: cap })).toThrow(RangeError);
  });
});

describe('claims', () => {
  test('of a run: a bomb stops at the cap, and most of it is not read', () => {
    const bomb = frame(
      ...Array.from({ length: 10000 }, (_, i) => block(1, [0x41], { size: 131072, last: i === 9999 })),
    );
    const found = zstd.decompress(bomb, { maxOutput: 1_000_000 });
    expect(found).toMatchObject({ complete: false, reason: 'more output than the cap' });
    expect(firstDifference(found.bytes, new Uint8Array(1_000_000).fill(0x41))).toBeNull();
    expect(found.used).toBeLessThan(100);
  });

  test('of a window or a content size are not believed', () => {
    const body = block(0, ascii('text'));
    const rows: [descriptor: number, fields: number[]][] = [
      [0x00, [0xa8]],
      [0x00, [0xff]],
      [0xe0, [0, 0, 0, 0, 0, 0, 0, 0x10]],
      [0xc0, [0xa8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ];
    for (const [descriptor, fields] of rows) {
      const input = Uint8Array.from([...magic, descriptor, ...fields, ...body]);
      const found = zstd.decompress(input, { maxOutput });
      expect(found.bytes).toEqual(ascii('text'));
      expect(found.complete).toBe(descriptor === 0);
      if (!found.complete) expect(found).toMatchObject({ reason: 'the content size is wrong', at: input.length });
    }
  });

  test('of literals that their bits cannot hold', () => {
    // 128 KiB in four streams of a byte each, of two letters.
    const streams = [0x80, 0x10, 1, 0, 1, 0, 1, 0, 2, 2, 2, 2];
    const found = zstd.decompress(frame(compressed([...huffman(131072, streams, 4), 0])), { maxOutput });
    expect(found).toMatchObject({ complete: false, reason: 'a Huffman stream that does not end' });
    expect(found.literals?.length ?? 0).toBeLessThan(33);
  });

  // A table of one symbol takes no bits: its weights would never end.
  test('of weights that take no bits', () => {
    const tree = [5, 0xf0, 0x03, 0xff, 0xff, 0x80];
    const found = zstd.decompress(frame(compressed([...huffman(8, [...tree, 0x55, 0x01], 1), 0])), { maxOutput });
    expect(found).toMatchObject({ complete: false, reason: expect.any(String) });
  });
});

describe('streams by hand', () => {
  const rows: [name: string, input: Uint8Array, text: string][] = [
    ['a frame of nothing', frame(block(0, [])), ''],
    ['raw, run and raw', frame(block(0, ascii('ab'), { last: false }), block(1, [0x63], { size: 3 })), 'abccc'],
    ['an empty run', frame(block(1, [0x63], { size: 0 })), ''],
    ['literals alone', frame(compressed([...raw('oops'), 0])), 'oops'],
    ['literals that are a run', frame(compressed([0x01 + (20 << 3), 0x6f, 0])), 'o'.repeat(20)],
    [
      'a run with two bytes of size',
      frame(compressed([0x05 + ((300 << 4) & 0xff), 300 >> 4, 0x6f, 0])),
      'o'.repeat(300),
    ],
    [
      'a run with three',
      frame(compressed([0x0d + ((5000 << 4) & 0xff), (5000 >> 4) & 0xff, 5000 >> 12, 0x6f, 0])),
      'o'.repeat(5000),
    ],
    [
      'a tree of two letters',
      frame(compressed([...huffman(7, [0x80, 0x10, 0b10101100], 1), 0])),
      '\0\x01\0\x01\x01\0\0',
    ],
    ['a match at a distance', frame(compressed([...raw('abc'), 1, 0x54, 3, 2, 0, 0b110])), 'abcabc'],
    ['a match that overlaps itself', frame(compressed([...raw('ab'), 1, 0x54, 1, 0, 3, 1])), `a${'a'.repeat(6)}b`],
    ['the second distance of before', frame(compressed([...raw('abcdef'), 1, 0x54, 6, 1, 0, 0b10])), 'abcdefcde'],
    ['the third', frame(compressed([...raw('abcdefghi'), 1, 0x54, 9, 1, 0, 0b11])), 'abcdefghibcd'],
    [
      'without literals the first is the second',
      frame(block(0, ascii('abcd'), { last: false }), compressed([0, 1, 0x54, 0, 0, 0, 1])),
      'abcdabc',
    ],
    [
      'without literals the third is one less than the first',
      frame(block(0, ascii('abcdefgh'), { last: false }), compressed([0, 2, 0x54, 0, 1, 0, 0b101])),
      'abcdefghabcefg',
    ],
    [
      '32600 sequences',
      frame(
        compressed([
          0x0d + ((32600 << 4) & 0xff),
          (32600 >> 4) & 0xff,
          32600 >> 12,
          0x6f,
          255,
          (32600 - 0x7f00) & 0xff,
          (32600 - 0x7f00) >> 8,
          0x54,
          1,
          0,
          0,
          1,
        ]),
      ),
      'o'.repeat(130400),
    ],
  ];
  test.each(rows)('%s', (_, input, text) => {
    const { bytes, ...rest } = zstd.decompress(input, { maxOutput });
    expect(String.fromCharCode(...bytes.subarray(0, 100))).toBe(text.slice(0, 100));
    expect(firstDifference(bytes, Buffer.from(text, 'latin1'))).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: input.length });
  });
});

describe('what is wrong is said', () => {
  const rows: [name: string, input: Uint8Array, reason: string, at: number, text: string, literals?: string][] = [
    ['nothing at all', Uint8Array.of(), 'the input ends before the stream', 0, ''],
    ['half a magic number', Uint8Array.of(0x28, 0xb5), 'the input ends before the stream', 2, ''],
    ['plain text', ascii('Panic#1 Part1\n'), 'no zstd frame', 0, ''],
    ['a magic number alone', Uint8Array.from(magic), 'the input ends before the stream', 4, ''],
    ['half a header', Uint8Array.of(...magic, 0xc0, 0x58, 0, 0), 'the input ends before the stream', 8, ''],
    ['half a block header', Uint8Array.of(...magic, 0, 0x58, 1, 0), 'the input ends before the stream', 8, ''],
    ['half a raw block', frame(block(0, ascii('oo'), { size: 4 })), 'the input ends before the stream', 11, 'oo'],
    ['half a run', frame(block(1, [], { size: 4 })), 'the input ends before the stream', 9, ''],
    [
      'half a skippable frame',
      Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 0),
      'the input ends before the stream',
      9,
      '',
    ],
    ['a dictionary', Uint8Array.of(...magic, 1, 0x58, 7, ...block(0, [])), 'the frame wants a dictionary', 0, ''],
    [
      'a reserved bit',
      Uint8Array.of(...magic, 8, 0x58, ...block(0, ascii('oops'))),
      'a reserved bit is set',
      4,
      'oops',
    ],
    [
      'a content size',
      Uint8Array.of(...magic, 0x20, 5, ...block(0, ascii('oops'))),
      'the content size is wrong',
      13,
      'oops',
    ],
    ['block type 3', frame(block(0, ascii('oo'), { last: false }), block(3, [])), 'a block of no known type', 11, 'oo'],
    ['a large run', frame(block(1, [0], { size: 131073 })), 'a block of more than 128 KiB', 6, ''],
    ['a large block', frame(block(2, [], { size: 131073 })), 'a block of more than 128 KiB', 6, ''],
    ['a block of nothing', frame(compressed([])), 'a block that ends too early', 9, ''],
    [
      'literals that go on behind it',
      frame(compressed([5 << 3, 0x6f, 0x6f])),
      'a block that ends too early',
      9,
      '',
      'oo',
    ],
    ['no count of sequences', frame(compressed(raw('oops'))), 'a block that ends too early', 9, '', 'oops'],
    ['half a count', frame(compressed([...raw('oops'), 200])), 'a block that ends too early', 9, '', 'oops'],
    ['too many literals', frame(compressed([0x0d, 0x10, 0x20, 0, 0])), 'more literals than a block can have', 9, ''],
    [
      'no tree',
      frame(compressed([...huffman(7, [0x80, 0x10, 1], 1, 3), 0])),
      'the Huffman tree of a block that is missing',
      9,
      '',
    ],
    ['half a tree', frame(compressed([...huffman(7, [0x90, 0x10], 1), 0])), 'no Huffman tree', 12, ''],
    [
      'four streams of five',
      frame(compressed([...huffman(5, [0x80, 0x10, 1, 0, 1, 0, 1, 0, 7, 7, 7, 1], 4), 0])),
      'too few literals for four streams',
      9,
      '',
    ],
    [
      'streams without room',
      frame(compressed([...huffman(8, [0x80, 0x10, 1, 0, 1, 0, 2, 0, 7, 7, 7, 7], 4), 0])),
      'Huffman streams without room',
      16,
      '',
    ],
    [
      'a stream of four with a bit too few',
      fourStreams([4, 7, 3, 5]),
      'a Huffman stream that does not end',
      24,
      '\0\0\x01\x01\x01',
      '\0\x01',
    ],
    [
      'a stream of four with a bit too many',
      fourStreams([4, 7, 11, 5]),
      'a Huffman stream that does not end',
      24,
      '\0\0\x01\x01\0\x01\0\x01',
    ],
    ['bytes behind no sequences', frame(compressed([...raw('oops'), 0, 0])), 'bytes behind the sequences', 15, 'oops'],
    ['no table', frame(compressed([...raw('oops'), 1, 0x54, 36, 0, 0, 1])), 'no table of sequences', 16, '', 'oops'],
    [
      'no table of a block before',
      frame(compressed([...raw('oops'), 1, 0xd4, 0, 0, 1])),
      'the table of a block that is missing',
      15,
      '',
      'oops',
    ],
    [
      'reserved bits of modes',
      frame(compressed([...raw('oops'), 1, 0x55, 4, 0, 0, 1])),
      'a reserved bit is set',
      15,
      'oopssss',
    ],
    [
      'no mark',
      frame(compressed([...raw('oops'), 1, 0x54, 4, 0, 0, 0])),
      'no mark where the sequences begin',
      19,
      '',
      'oops',
    ],
    [
      'too few bits',
      frame(block(0, ascii('abcd'), { last: false }), compressed([...raw('oops'), 2, 0x54, 1, 1, 0, 0b10])),
      'the sequences end before their count',
      26,
      'abcdobcd',
      'ops',
    ],
    [
      'bits left',
      frame(compressed([...raw('oops'), 1, 0x54, 4, 0, 0, 0b10])),
      'bits behind the sequences',
      19,
      'oopssss',
    ],
    [
      'too few literals',
      frame(compressed([...raw('oops'), 2, 0x54, 3, 0, 0, 1])),
      'more literals wanted than there are',
      19,
      'oopppps',
    ],
    [
      'a match too far back',
      frame(compressed([...raw('oops'), 1, 0x54, 2, 2, 0, 0b111])),
      'a match begins before the text',
      19,
      'oo',
      'ps',
    ],
    [
      'a match too far back by all bits',
      frame(compressed([...raw('oops'), 1, 0x54, 2, 31, 0, 255, 255, 255, 255])),
      'a match begins before the text',
      19,
      'oo',
      'ps',
    ],
    [
      'a match at distance 0',
      frame(compressed([...raw('oops'), 1, 0x54, 0, 1, 0, 0b11])),
      'a match at distance 0',
      19,
      '',
      'oops',
    ],
  ];
  test.each(rows)('%s', (_, input, reason, at, text, literals) => {
    const found = zstd.decompress(input, { maxOutput });
    expect(found).toMatchObject({ complete: false, reason, at });
    expect(String.fromCharCode(...found.bytes)).toBe(text);
    expect(found.literals && String.fromCharCode(...found.literals)).toBe(literals);
  });

  test('a block that grows beyond 128 KiB, whose text is given', () => {
    // Two matches of 65539 and 65535 bytes.
    const bits = [0b11111111, 0b11111111, 0b11111110, 0b11111111, 0b1];
    const input = frame(compressed([...raw('ab'), 2, 0x54, 1, 0, 52, ...bits]));
    const found = zstd.decompress(input, { maxOutput });
    expect(found).toMatchObject({ complete: false, reason: 'a block of more than 128 KiB', at: input.length });
    expect(found.bytes.length).toBe(2 + 2 * 65539 + 0xffff + 0xfffe);
  });
});

describe('xxhash64', () => {
  const rows: [text: Uint8Array, hash: bigint][] = [
    [ascii(''), 0xef46db3751d8e999n],
    [ascii('a'), 0xd24ec4f1a98c6e5bn],
    [ascii('abc'), 0x44bc2cf5ad770999n],
    [ascii('Nobody inspects the spammish repetition'), 0xfbcea83c8a378bf1n],
  ];
  test.each(rows)('%s', (text, hash) => {
    expect(xxhash64(text)).toBe(hash);
    expect(xxhash64(Uint8Array.from([1, ...text, 2]).subarray(1, -1))).toBe(hash);
  });
});

/** Eight literals of two letters in four streams of one byte each, the first at 22. */
function fourStreams(streams: readonly number[]): Uint8Array {
  return frame(compressed([...huffman(8, [0x80, 0x10, 1, 0, 1, 0, 1, 0, ...streams], 4), 0]));
}

function flipped(stream: Uint8Array, at: number, bit: number): Uint8Array {
  return stream.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte));
}
