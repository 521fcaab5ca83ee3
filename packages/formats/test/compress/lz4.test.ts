import { readFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { lz4 } from '../../src/compress/lz4.js';
import { firstDifference } from './first-difference.js';
import { kernelLog } from './kernel-log.js';
import { type Lz4Sequence, lz4Block, lz4Encode } from './lz4-encoder.js';

const maxOutput = 1 << 20;
const runs = { seed: 842, numRuns: 250 };
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Sequences of every kind, with lengths around those at which the extension begins or grows by a byte. */
const lengths = (least: number) =>
  fc.oneof(
    fc.integer({ min: least, max: least + 40 }),
    fc.constantFrom(14, 15, 16, 269, 270, 271, 524, 525, 526).map((length) => length + least),
    fc.integer({ min: least, max: 3000 }),
  );
const block = fc
  .tuple(
    fc.array(fc.tuple(lengths(0), lengths(4), fraction), { maxLength: 12 }),
    lengths(0),
    fc.integer({ min: 1, max: 0x7fffffff }),
  )
  .map(([sequences, last, seed]) => blockOf(sequences, last, noise(seed)));

describe('what kernels wrote and read', () => {
  const zoneSize = Math.floor((0x40000 - 0x8000 - 0x4000) / 6);
  describe.each(['lz4-6.1', 'lz4hc-6.1'])('%s', (name) => {
    const folder = new URL(`../../../../test-vectors/ramoops/${name}/`, import.meta.url);
    const medium = readFileSync(new URL('ramoops.bin', folder));
    test.each([0, 1])('dmesg-ramoops-%i', (i) => {
      const zone = medium.subarray(i * zoneSize, (i + 1) * zoneSize);
      const record = zone.subarray(12, 12 + zone.readUInt32LE(8));
      const stream = record.subarray(record.indexOf('-C\n') + 3);
      const { bytes, ...rest } = lz4.decompress(stream, { maxOutput });
      expect(firstDifference(bytes, readFileSync(new URL(`kernel/dmesg-ramoops-${i}`, folder)))).toBeNull();
      expect(rest).toStrictEqual({ complete: true, used: stream.length });
      expect(lz4.traces(stream)).toBe(true);
    });
  });
});

describe('blocks by hand', () => {
  const rows: [name: string, hex: string, text: string][] = [
    ['a literal run, a match, a literal run', '8450616e696323312008006050617274310a', 'Panic#1 Panic#1 Part1\n'],
    ['no text', '00', ''],
    ['literals alone', '306f6f70', 'oop'],
    ['the lower half of the last token is not looked at', '3f6f6f70', 'oop'],
    ['15 literals', `f000${'61'.repeat(15)}`, 'a'.repeat(15)],
    ['270 literals', `f0ff00${'61'.repeat(270)}`, 'a'.repeat(270)],
    ['a match of 18', '1e61010000', 'a'.repeat(19)],
    ['a match of 19', '1f6101000000', 'a'.repeat(20)],
    ['a match of 274', '1f610100ff0000', 'a'.repeat(275)],
    ['a match that overlaps itself', '32616263030010' + '21', 'abcabcabc!'],
    ['a match right behind a match', '4061626364040000020000', 'abcdabcdcdcd'],
  ];
  test.each(rows)('%s', (_, hex, text) => {
    const block = Buffer.from(hex, 'hex');
    const { bytes, ...rest } = lz4.decompress(block, { maxOutput });
    expect(Buffer.from(bytes).toString('latin1')).toBe(text);
    expect(rest).toStrictEqual({ complete: true, used: block.length });
  });

  test('the farthest distance', () => {
    const literals = kernelLog(0xffff);
    const stream = lz4Block([
      { literals, match: { distance: 0xffff, length: 0xffff } },
      { literals: literals.subarray(0, 5) },
    ]);
    const { bytes, complete } = lz4.decompress(stream, { maxOutput });
    expect(firstDifference(bytes, Buffer.concat([literals, literals, literals.subarray(0, 5)]))).toBeNull();
    expect(complete).toBe(true);
  });
});

describe('what is wrong is said, and what was before it kept', () => {
  const ends = 'the input ends before the stream';
  const rows: [name: string, hex: string, text: string, reason: string, at: number][] = [
    ['nothing at all', '', '', ends, 0],
    ['no length of the literals', 'f0', '', ends, 1],
    ['half a length of the literals', 'f0ffff', '', ends, 3],
    ['no literals', '30', '', ends, 1],
    ['some of the literals', '306f6f', 'oo', ends, 3],
    ['half a distance', '306f6f7001', 'oop', ends, 5],
    ['no length of the match', '3f6f6f700100', 'oop', ends, 6],
    ['half a length of the match', '3f6f6f700100ffff', 'oop', ends, 8],
    ['a match at the end', '306f6f700100', 'ooppppp', ends, 6],
    ['a distance of 0', '306f6f70000000', 'oop', 'a match at distance 0', 0],
    ['a distance of 0 later on', '106101000000000000', 'aaaaa', 'a match at distance 0', 4],
    ['a distance before the start', '306f6f70040000', 'oop', 'a match begins before the text', 0],
    ['a match before any text', '00010000', '', 'a match begins before the text', 0],
  ];
  test.each(rows)('%s', (_, hex, text, reason, at) => {
    const found = lz4.decompress(Buffer.from(hex, 'hex'), { maxOutput });
    expect({ ...found, bytes: Buffer.from(found.bytes).toString('latin1') }).toStrictEqual({
      bytes: text,
      complete: false,
      used: at,
      reason,
      at,
    });
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('a cap of %d is refused', (cap) => {
    expect(() => lz4.decompress(new Uint8Array(0), { maxOutput: cap })).toThrow(RangeError);
  });
});

describe('round trips', () => {
  const texts: [name: string, text: Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['one byte', kernelLog(1)],
    ['12 bytes', kernelLog(12)],
    ['13 equal bytes', new Uint8Array(13)],
    ['a part of 10 KiB', kernelLog(10240)],
    ['200 KiB, farther than any distance', kernelLog(204800)],
    ['zeros', new Uint8Array(70000)],
    ['noise', noise(1)(9000)],
  ];
  test.each(texts)('%s', (_, text) => {
    const stream = lz4Encode(text);
    const { bytes, ...rest } = lz4.decompress(stream, { maxOutput });
    expect(firstDifference(bytes, text)).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
  });

  test.prop([fc.nat(8000), fc.infiniteStream(fraction)], runs)('matches of any length', (length, choices) => {
    const text = kernelLog(length);
    const stream = lz4Encode(text, (longest) => Math.round(choices.next().value * longest));
    const { bytes, ...rest } = lz4.decompress(stream, { maxOutput });
    expect(firstDifference(bytes, text)).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
  });

  test.prop([block], runs)('any sequences', ({ stream, text }) => {
    const { bytes, ...rest } = lz4.decompress(stream, { maxOutput });
    expect(firstDifference(bytes, text)).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
  });

  test.prop([block, fc.nat(20000)], runs)('a cap cuts the output and nothing else', ({ stream, text }, cap) => {
    for (const maxOutput of [cap, text.length, Math.max(0, text.length - 1)]) {
      const found = lz4.decompress(stream, { maxOutput });
      expect(firstDifference(found.bytes, text.subarray(0, maxOutput))).toBeNull();
      expect(found.complete).toBe(text.length <= maxOutput);
      expect(found.reason).toBe(found.complete ? undefined : 'more output than the cap');
    }
  });
});

test('reads a view into larger memory and gives memory of its own', () => {
  const text = kernelLog(500);
  const stream = lz4Encode(text);
  const medium = new Uint8Array(stream.length + 14).fill(0xff);
  medium.set(stream, 7);
  const before = medium.slice();
  const found = lz4.decompress(medium.subarray(7, 7 + stream.length), { maxOutput });
  expect(found.bytes).toEqual(text);
  expect(found.bytes.buffer.byteLength).toBe(text.length);
  expect(medium).toEqual(before);
});

test('cut at every byte gives the text that the rest holds, and more of it each time', () => {
  const text = kernelLog(6000);
  const stream = lz4Encode(text);
  let longest = 0;
  for (let end = 0; end < stream.length; end++) {
    const found = lz4.decompress(stream.subarray(0, end), { maxOutput });
    expect(firstDifference(found.bytes, text.subarray(0, found.bytes.length))).toBeNull();
    expect(found.bytes.length).toBeGreaterThanOrEqual(longest);
    longest = found.bytes.length;
    if (!found.complete)
      expect(found).toMatchObject({ used: end, at: end, reason: 'the input ends before the stream' });
  }
  expect(longest).toBe(text.length - 1);
});

test('a bomb stops at the cap', () => {
  const [zero, nothing] = [new Uint8Array(1), new Uint8Array(0)];
  const bomb = lz4Block([{ literals: zero, match: { distance: 1, length: 16 << 20 } }, { literals: nothing }]);
  const found = lz4.decompress(bomb, { maxOutput: 100_000 });
  expect(found).toMatchObject({ complete: false, reason: 'more output than the cap', at: 0 });
  expect(firstDifference(found.bytes, new Uint8Array(100_000))).toBeNull();
});

describe('any bytes at all', () => {
  const noisy = fc.uint8Array({ maxLength: 600, size: 'max' });
  const damaged = fc
    .tuple(block, fc.array(fc.tuple(fraction, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }))
    .map(([{ stream }, faults]) => {
      const bytes = stream.slice();
      for (const [where, mask] of faults) bytes[Math.floor(where * bytes.length)]! ^= mask;
      return bytes;
    });
  test.prop([fc.oneof(noisy, damaged), fc.nat(5000), fc.nat(5000)], { ...runs, numRuns: 1000 })(
    'stay within the cap and the input, and a larger cap gives the same and more',
    (input, cap, more) => {
      const found = lz4.decompress(input, { maxOutput: cap });
      const larger = lz4.decompress(input, { maxOutput: cap + more });
      expect(firstDifference(found.bytes, larger.bytes.subarray(0, cap))).toBeNull();
      for (const { used, at = used, complete, reason } of [found, larger]) {
        expect(used).toBe(at);
        expect(used).toBeLessThanOrEqual(input.length);
        expect(complete).toBe(reason === undefined);
      }
      expect(found.complete).toBe(larger.complete && larger.bytes.length <= cap);
    },
  );

  test.prop([block, fraction, fc.integer({ min: 1, max: 255 })], runs)(
    'one wrong byte leaves the text before it',
    ({ stream }, where, mask) => {
      const at = Math.floor(stream.length * where);
      const before = lz4.decompress(stream.subarray(0, at), { maxOutput }).bytes;
      const wrong = stream.map((byte, i) => (i === at ? byte ^ mask : byte));
      const found = lz4.decompress(wrong, { maxOutput }).bytes;
      expect(firstDifference(found.subarray(0, before.length), before)).toBeNull();
    },
  );
});

test.each<[name: string, hex: string, traces: boolean]>([
  ['a short run', 'e050616e69632331', true],
  ['a long run', 'f10950616e69632331', true],
  ['the length of a long run is no letter', 'f15009', false],
  ['LZO1X', '000650616e69632331', false],
  ['deflate', 'ac555b6f', false],
  ['842', '02830b734b191989', false],
  ['zstd', '28b52ffd', false],
  ['nothing', '', false],
])('traces: %s', (_, hex, traces) => {
  expect(lz4.traces(Buffer.from(hex, 'hex'))).toBe(traces);
});

/** A block of literals from `next` and of matches as far back as the fractions say, and its text byte by byte. */
function blockOf(
  parts: readonly (readonly [literals: number, match: number, back: number])[],
  last: number,
  next: (count: number) => Uint8Array,
): { stream: Uint8Array; text: Uint8Array } {
  const text: number[] = [];
  const sequences: Lz4Sequence[] = [];
  for (const [count, length, back] of parts) {
    const literals = next(text.length === 0 ? count + 1 : count);
    for (const byte of literals) text.push(byte);
    const distance = 1 + Math.floor(back * back * Math.min(text.length, 0xffff));
    for (let i = 0; i < length; i++) text.push(text[text.length - distance] as number);
    sequences.push({ literals, match: { distance, length } });
  }
  const literals = next(last);
  for (const byte of literals) text.push(byte);
  return { stream: lz4Block([...sequences, { literals }]), text: Uint8Array.from(text) };
}

function noise(seed: number): (count: number) => Uint8Array {
  let state = seed;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state >>> 16;
    });
}
