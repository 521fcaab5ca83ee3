import {
  createInflateRaw,
  deflateRawSync,
  deflateSync,
  inflateRawSync,
  type ZlibOptions,
  constants as z,
} from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { type Compressor, compressors, deflate, zlib, zlibWindowBits } from '@pstore-decode/formats/compress';
import { describe, expect } from 'vitest';
import { firstDifference } from './first-difference.js';
import { kernelLog } from './kernel-log.js';
import { simpleInflate } from './simple-inflate.js';

const maxOutput = 1 << 20;
const runs = { seed: 842, numRuns: 250 };

type Compress = (text: Uint8Array, options?: ZlibOptions) => Buffer;
const kinds: [name: string, compressor: Compressor, compress: Compress][] = [
  ['deflate', deflate, deflateRawSync],
  ['zlib', zlib, deflateSync],
];

const texts: [name: string, text: Uint8Array][] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', kernelLog(1)],
  ['195 bytes', kernelLog(195)],
  ['a part of 10 KiB', kernelLog(10240)],
  ['one chunk exactly', kernelLog(16384)],
  ['100 KiB', kernelLog(102400)],
  ['zeros', new Uint8Array(70000)],
  ['noise', Uint8Array.from(kernelLog(9000), (b, i) => Math.imul(b + i, 0x9e3779b1) >>> 24)],
];

const settings: ZlibOptions[] = [
  { windowBits: 11, memLevel: 8 },
  { windowBits: 12, memLevel: 4 },
  { windowBits: 15, memLevel: 8 },
  { windowBits: 15, memLevel: 1 },
  { level: 0 },
  { level: 1 },
  { level: 9 },
  { strategy: z.Z_FIXED },
  { strategy: z.Z_HUFFMAN_ONLY },
  { strategy: z.Z_RLE },
];

describe.each(kinds)('%s', (_, compressor, compress) => {
  describe.each(texts)('%s', (_, text) => {
    test.each(settings)('%j', (options) => {
      const stream = compress(text, options);
      const { bytes, ...rest } = compressor.decompress(stream, { maxOutput });
      expect(firstDifference(bytes, text)).toBeNull();
      expect(rest).toStrictEqual({ complete: true, used: stream.length });
      const followed = Buffer.concat([stream, Buffer.from('\nECC: 3 Corrected bytes, 0 unrecoverable blocks\n')]);
      expect(compressor.decompress(followed, { maxOutput })).toMatchObject(rest);
    });
  });

  test('reads a view into larger memory and gives memory of its own', () => {
    const text = kernelLog(500);
    const stream = compress(text);
    const medium = new Uint8Array(stream.length + 14).fill(0xff);
    medium.set(stream, 7);
    const before = medium.slice();
    const found = compressor.decompress(medium.subarray(7, 7 + stream.length), { maxOutput });
    expect(found.bytes).toEqual(text);
    expect(found.bytes.buffer.byteLength).toBe(text.length);
    expect(medium).toEqual(before);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a cap of %d', (cap) => {
    expect(() => compressor.decompress(compress(kernelLog(9)), { maxOutput: cap })).toThrow(RangeError);
    expect(() => compressor.decompress(new Uint8Array(0), { maxOutput: cap })).toThrow(RangeError);
  });

  test('a bomb stops at the cap, and most of it is not read', () => {
    const bomb = compress(new Uint8Array(64 << 20));
    const found = compressor.decompress(bomb, { maxOutput: 100_000 });
    expect(found).toMatchObject({ complete: false, reason: 'more output than the cap' });
    expect(firstDifference(found.bytes, new Uint8Array(100_000))).toBeNull();
    expect(found.used).toBeLessThan(bomb.length / 100);
  });

  test('a text of exactly the cap is complete', () => {
    for (const length of [0, 1, 16383, 16384, 16385]) {
      const stream = compress(kernelLog(length));
      expect(compressor.decompress(stream, { maxOutput: length }).complete).toBe(true);
      if (length > 0) expect(compressor.decompress(stream, { maxOutput: length - 1 }).complete).toBe(false);
    }
  });

  test.prop([fc.nat(40000), fc.nat(45000), fc.constantFrom(...settings)], runs)(
    'a cap cuts the output and nothing else',
    (length, cap, options) => {
      const text = kernelLog(length);
      const found = compressor.decompress(compress(text, options), { maxOutput: cap });
      expect(firstDifference(found.bytes, text.subarray(0, cap))).toBeNull();
      expect(found.complete).toBe(length <= cap);
    },
  );

  test.prop([fc.nat(20000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })], runs)(
    'cut anywhere gives the text that the rest holds',
    (length, where) => {
      const text = kernelLog(length);
      const stream = compress(text);
      const cut = stream.subarray(0, Math.floor(stream.length * where));
      const found = compressor.decompress(cut, { maxOutput });
      expect(firstDifference(found.bytes, text.subarray(0, found.bytes.length))).toBeNull();
      expect(found).toMatchObject({ complete: false, at: expect.any(Number), reason: expect.any(String) });
      const raw = compressor === zlib ? cut.subarray(2) : cut;
      expect(firstDifference(found.bytes, inflateRawSync(raw, { finishFlush: z.Z_SYNC_FLUSH }))).toBeNull();
    },
  );

  test('cut anywhere in long matches, which the ends of chunks divide', () => {
    const stream = compress(new Uint8Array(70000));
    for (let end = 0; end < stream.length; end++) {
      const raw = compressor === zlib ? stream.subarray(2, end) : stream.subarray(0, end);
      const { bytes } = compressor.decompress(stream.subarray(0, end), { maxOutput });
      expect(firstDifference(bytes, inflateRawSync(raw, { finishFlush: z.Z_SYNC_FLUSH }))).toBeNull();
    }
  });

  // What is guaranteed: whatever the input before the wrong byte decodes to. Behind it the text may be wrong, and with
  // raw deflate nothing need tell: the stream may even seem complete.
  test.prop(
    [fc.nat(20000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 1, max: 255 })],
    runs,
  )('one wrong byte leaves the text before it', (length, where, mask) => {
    const text = kernelLog(length);
    const stream = compress(text);
    const at = Math.floor(stream.length * where);
    const before = compressor.decompress(stream.subarray(0, at), { maxOutput }).bytes;
    const found = compressor.decompress(changed(stream, at, mask), { maxOutput });
    // A wrong header is no header: nothing is decoded then, and nothing was before it.
    expect(firstDifference(found.bytes.subarray(0, before.length), before)).toBeNull();
    expect(firstDifference(before, text.subarray(0, before.length))).toBeNull();
    // Byte 1 holds the level besides its own check: some other values are as good.
    if (compressor === zlib && at !== 1) expect(found.complete).toBe(false);
  });

  test.prop([fc.uint8Array({ maxLength: 3000, size: 'max' }), fc.nat(5000)], runs)('any bytes at all', (input, cap) => {
    const found = compressor.decompress(input, { maxOutput: cap });
    expect(found.bytes.length).toBeLessThanOrEqual(cap);
    expect(found.used).toBeLessThanOrEqual(input.length);
    expect(found.reason === undefined).toBe(found.complete);
    expect(found.at === undefined).toBe(found.complete);
    if (found.at !== undefined) expect(found.at).toBeLessThanOrEqual(input.length);
  });
});

describe('a second reader', () => {
  const compare = (input: Uint8Array) => {
    const expected = simpleInflate(input);
    const found = deflate.decompress(input, { maxOutput: 1 << 24 });
    expect(firstDifference(found.bytes, expected.bytes)).toBeNull();
    expect(found.complete).toBe(expected.complete);
    if (found.complete) expect(found.used).toBe(expected.used);
  };

  test.prop([fc.uint8Array({ maxLength: 2000, size: 'max' })], runs)('agrees on noise', (input) => {
    compare(input);
  });

  test.prop(
    [
      fc.nat(30000),
      fc.constantFrom(...settings),
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 1, max: 255 })),
        {
          maxLength: 3,
        },
      ),
    ],
    runs,
  )('agrees on damaged streams, to the last byte before the fault', (length, options, faults) => {
    const stream = deflateRawSync(kernelLog(length), options);
    const input = faults.reduce<Uint8Array>(
      (s, [where, mask]) => changed(s, Math.floor(s.length * where), mask),
      stream,
    );
    compare(input);
  });

  test('the chunk with the fault is not kept back, and node:zlib fed byte by byte gives the same', async () => {
    const text = kernelLog(60000);
    const stream = deflateRawSync(text);
    // The first byte behind the middle whose change the reader notices at all.
    const at = [...stream.keys()].find((i) => {
      return i > stream.length / 2 && !deflate.decompress(changed(stream, i, 0x55), { maxOutput }).complete;
    }) as number;
    const input = changed(stream, at, 0x55);
    const found = deflate.decompress(input, { maxOutput });
    expect(found.bytes.length % 16384).not.toBe(0);
    expect(found.bytes.length).toBeGreaterThan(20000);
    expect(firstDifference(found.bytes, await fedByteByByte(input))).toBeNull();
    expect(found.complete).toBe(false);
  });
});

describe('what is wrong is said', () => {
  const rows: [name: string, compressor: Compressor, hex: string, reason: string, at: number][] = [
    ['nothing at all', deflate, '', 'the input ends before the stream', 0],
    ['block type 3', deflate, '07', 'invalid block type', 1],
    ['stored lengths that differ', deflate, '0105000000', 'invalid stored block lengths', 5],
    ['a distance before the start', deflate, '0302', 'invalid distance too far back', 2],
    ['an empty stream without its last byte', deflate, '03', 'the input ends before the stream', 1],
    ['nothing at all', zlib, '', 'no zlib header', 0],
    ['half a header', zlib, '48', 'no zlib header', 0],
    ['a header that fails its check', zlib, '48880300', 'no zlib header', 0],
    ['another method', zlib, '4785', 'no zlib header', 0],
    ['a window of 64 KiB', zlib, '881c', 'no zlib header', 0],
    ['a preset dictionary', zlib, '78bb', 'the zlib header wants a preset dictionary', 0],
    ['a header alone', zlib, '4889', 'the input ends before the stream', 2],
    ['no Adler-32', zlib, '48890300', 'the Adler-32 is cut', 4],
    ['half an Adler-32', zlib, '488903000000', 'the Adler-32 is cut', 4],
    ['a wrong Adler-32', zlib, '4889030000000000', 'the Adler-32 is wrong', 4],
  ];
  test.each(rows)('%s', (_, compressor, hex, reason, at) => {
    expect(compressor.decompress(Buffer.from(hex, 'hex'), { maxOutput })).toMatchObject({
      complete: false,
      reason,
      at,
    });
  });

  test.each([1, 2, 3, 4])('a text whose Adler-32 is damaged %i from the end is given whole', (fromEnd) => {
    const text = kernelLog(5000);
    const stream = deflateSync(text, { windowBits: 12, memLevel: 4 });
    for (const input of [changed(stream, stream.length - fromEnd, 0x10), stream.subarray(0, stream.length - fromEnd)]) {
      const found = zlib.decompress(input, { maxOutput });
      expect(found).toMatchObject({ complete: false, at: stream.length - 4, used: input.length });
      expect(found.bytes).toEqual(text);
    }
  });

  test('the zero byte of kernels 4.18 to 6.5 is asked for by appending it', () => {
    const stream = deflateRawSync(new Uint8Array(0));
    expect(stream.toString('hex')).toBe('0300');
    expect(deflate.decompress(stream.subarray(0, 1), { maxOutput }).complete).toBe(false);
    expect(deflate.decompress(Uint8Array.of(3, 0), { maxOutput }).complete).toBe(true);
  });
});

describe('zlibWindowBits', () => {
  const rows: [hex: string, bits: number | null][] = [
    ['1895', 9],
    ['2891', 10],
    ['388d', 11],
    ['4889', 12],
    ['5885', 13],
    ['6881', 14],
    ['789c', 15],
    ['7801', 15],
    ['081d', 8],
    ['8819', null],
    ['488a', null],
    ['4989', null],
    ['48', null],
    ['', null],
    ['0000', null],
  ];
  test.each(rows)('%s', (hex, bits) => {
    expect(zlibWindowBits(Buffer.from(hex, 'hex'))).toBe(bits);
  });

  test.each([9, 10, 11, 12, 13, 14, 15])('of a stream made with %i', (windowBits) => {
    expect(zlibWindowBits(deflateSync(kernelLog(40000), { windowBits }))).toBe(windowBits);
  });
});

test('the list names each compressor once', () => {
  const names = compressors.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['deflate', 'zlib']));
  expect(new Set(names).size).toBe(names.length);
});

function changed(stream: Uint8Array, at: number, mask: number): Uint8Array {
  return stream.map((byte, i) => (i === at ? byte ^ mask : byte));
}

/** What node's inflater gave before it failed, when it never saw more than one byte at a time. */
async function fedByteByByte(input: Uint8Array): Promise<Buffer> {
  const stream = createInflateRaw();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve) => {
    stream.on('error', () => resolve());
    stream.on('end', resolve);
    const feed = (at: number) => {
      if (at === input.length) stream.end();
      else stream.write(input.subarray(at, at + 1), () => setImmediate(feed, at + 1));
    };
    feed(0);
  });
  return Buffer.concat(chunks);
}
