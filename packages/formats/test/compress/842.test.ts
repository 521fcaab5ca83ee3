import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { p842 } from '../../src/compress/842.js';
import { crc842, encode842, encode842Nx, type Pick } from './842-encoder.js';
import { firstDifference } from './first-difference.js';
import { kernelLog } from './kernel-log.js';

const maxOutput = 1 << 20;
const runs = { seed: 842, numRuns: 100 };
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const seed = fc.integer({ min: 1, max: 0x7fffffff });

/** Accepted by the kernel: every kind of template, indices before and behind the turn of each ring. */
const everyKind =
  '02830b734b1919890054185c9d0c42805806f0f208f4ef3000200e00403c806ffe00c0c4c8ccd0d4' +
  'd8df7feffdffbff7f8105090d1115191d224000391ff8007ff3ff900ed7461696c0af4fa369c2000';
const example = '02830b734b19198906c0ee50617274310af1da2994480000';

/** Text in which every template finds its place: pieces that come again at every distance, zeros and repeats. */
const text = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ fresh: fc.uint8Array({ minLength: 1, maxLength: 24 }) }) },
      {
        weight: 6,
        arbitrary: fc.record({ back: fc.integer({ min: 1, max: 2500 }), length: fc.integer({ min: 2, max: 40 }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ back: fc.constantFrom(1, 2, 4, 8), length: fc.integer({ min: 8, max: 1200 }) }),
      },
      { weight: 1, arbitrary: fc.record({ zeros: fc.integer({ min: 1, max: 40 }) }) },
    ),
    { maxLength: 60, size: 'max' },
  )
  .map((parts) => {
    const bytes: number[] = [];
    for (const part of parts) {
      if ('fresh' in part) bytes.push(...part.fresh);
      else if ('zeros' in part) bytes.push(...new Uint8Array(part.zeros));
      else for (let i = 0; i < part.length; i++) bytes.push(bytes[Math.max(0, bytes.length - part.back)] ?? 0x41);
    }
    return Uint8Array.from(bytes);
  });

describe('what a kernel wrote and read', () => {
  const folder = new URL('../../../../test-vectors/ramoops/842-6.1/', import.meta.url);
  const medium = readFileSync(new URL('ramoops.bin', folder));
  const zoneSize = Math.floor((0x40000 - 0x8000 - 0x4000) / 6);
  test.each([0, 1])('dmesg-ramoops-%i of 6.1', (i) => {
    const zone = medium.subarray(i * zoneSize, (i + 1) * zoneSize);
    const record = zone.subarray(12, 12 + zone.readUInt32LE(8));
    const stream = record.subarray(record.indexOf('-C\n') + 3);
    const { bytes, ...rest } = p842.decompress(stream, { maxOutput });
    expect(firstDifference(bytes, readFileSync(new URL(`kernel/dmesg-ramoops-${i}`, folder)))).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
    expect(p842.traces(stream)).toBe(true);
  });

  test('a stream of every kind of template', () => {
    const stream = Buffer.from(everyKind, 'hex');
    expect(stream.length).toBe(80);
    const { bytes, ...rest } = p842.decompress(stream, { maxOutput });
    expect(rest).toStrictEqual({ complete: true, used: 80 });
    expect(bytes.length).toBe(3181);
    expect(crc32(bytes)).toBe(0xfc2e0b01);
    const text = Buffer.from(bytes).toString('latin1');
    expect(text.slice(0, 56)).toBe('Panic#1 Part1\nni1 xyPazwPac#c#1 Part1\nniPanic#1 Panic#1 ');
    expect(text.slice(-53)).toBe('01234567ABCDEFGH01230167012345670123456701234567tail\n');
  });
});

describe('streams by hand', () => {
  const rows: [name: string, hex: string, text: string][] = [
    ['data, a repeat, short data', example, 'Panic#1 Panic#1 Part1\n'],
    ['no text', 'f000000000000000', ''],
    ['zeros', stream(`11100 11100 ${end('\0'.repeat(16))}`), '\0'.repeat(16)],
    ['short data that is not the last', stream(short('a') + short('bcd') + end('abcd')), 'abcd'],
    ['64 repeats', stream(`${data('01234567')} 11011 111111 ${end('01234567'.repeat(65))}`), '01234567'.repeat(65)],
    [
      'a repeat behind short data: the last 8 bytes whatever they are',
      stream(`${data('01234567')} ${short('abc')} 11011 000000 ${end('01234567abc34567abc')}`),
      '01234567abc34567abc',
    ],
    [
      'indices behind short data: whole groups of the text count, not of the stream',
      stream(`${short('abc')} 00001 ${ascii('defghi')} 00000011 ${end('abcdefghigh')}`),
      'abcdefghigh',
    ],
  ];
  test.each(rows)('%s', (_, hex, text) => {
    const stream = Buffer.from(hex, 'hex');
    const { bytes, ...rest } = p842.decompress(stream, { maxOutput });
    expect(Buffer.from(bytes).toString('latin1')).toBe(text);
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
    const followed = Buffer.concat([stream, Buffer.from('\nECC: 3 Corrected bytes, 0 unrecoverable blocks\n')]);
    expect(p842.decompress(followed, { maxOutput })).toStrictEqual({ bytes, ...rest });
  });

  test('the padding is used as far as it is there', () => {
    const stream = Buffer.from(example, 'hex');
    for (const length of [22, 23, 24]) {
      expect(p842.decompress(stream.subarray(0, length), { maxOutput })).toMatchObject({
        complete: true,
        used: length,
      });
    }
  });
});

describe('what is wrong is said, and what was before it kept', () => {
  const ends = 'the input ends before the stream';
  const rows: [name: string, hex: string, text: string, reason: string, at: number, used?: number][] = [
    ['nothing at all', '', '', ends, 0],
    ['nothing but padding', '00', '', ends, 1],
    ['half of the data', packed(`${data('abcdefgh')}`).slice(0, 12), 'abcde', ends, 6],
    ['template 1a', packed(`${data('01234567')} 11010`), '01234567', 'no such template', 8],
    ['template 1f', packed('11111'), '', 'no such template', 0],
    ['a repeat of nothing', packed('11011 000000'), '', 'nothing to repeat', 0],
    ['a repeat of less than 8 bytes', packed(`${short('0123456')} 11011 000000`), '0123456', 'nothing to repeat', 8],
    ['short data of no bytes', packed('11101 000'), '', 'short data of no bytes', 0],
    ['half of short data', packed(short('abcdefg')).slice(0, 8), 'abc', ends, 4],
    ['an index of nothing', packed('10010 00000000'), '', 'an index points behind the text', 0],
    [
      'an index of the group itself',
      packed(`00001 ${ascii('abcdef')} 00000000`),
      'abcdef',
      'an index points behind the text',
      0,
    ],
    [
      'an index behind the text',
      packed(`${data('01234567')} 11001 00000001`),
      '01234567',
      'an index points behind the text',
      8,
    ],
    ['half an index', packed(`${data('01234567')} 11001 000`), '01234567', ends, 10],
    ['no CRC-32', packed(`${short('ab')} 11110`), 'ab', 'the CRC-32 is cut', 3, 4],
    ['half a CRC-32', packed(`${short('ab')} ${end('ab')}`).slice(0, 12), 'ab', 'the CRC-32 is cut', 3, 6],
    ['a wrong CRC-32', packed(`${short('ab')} ${end('ac')}`), 'ab', 'the CRC-32 is wrong', 3, 8],
  ];
  test.each(rows)('%s', (_, hex, text, reason, at, used) => {
    const found = p842.decompress(Buffer.from(hex, 'hex'), { maxOutput });
    expect({ ...found, bytes: Buffer.from(found.bytes).toString('latin1') }).toStrictEqual({
      bytes: text,
      complete: false,
      used: used ?? at,
      reason,
      at,
    });
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('a cap of %d is refused', (cap) => {
    for (const hex of ['', example, 'f842']) {
      expect(() => p842.decompress(Buffer.from(hex, 'hex'), { maxOutput: cap })).toThrow(RangeError);
    }
  });

  test.prop([text, seed, fraction], runs)(
    'a text whose CRC-32 is damaged or cut is given whole',
    (text, seed, where) => {
      const { stream, bits } = encode842(text, picker(seed));
      const bit = bits - 32 + Math.floor(32 * where);
      const wrong = p842.decompress(changed(stream, bit >> 3, 0x80 >> (bit & 7)), { maxOutput });
      expect(wrong).toMatchObject({ complete: false, reason: 'the CRC-32 is wrong', at: (bits - 32) >> 3 });
      expect(wrong.used).toBe(stream.length);
      expect(firstDifference(wrong.bytes, text)).toBeNull();
      const length = Math.min(Math.ceil(bit / 8), Math.floor((bits - 1) / 8));
      const cut = p842.decompress(stream.subarray(0, length), { maxOutput });
      expect(cut).toMatchObject({ complete: false, reason: 'the CRC-32 is cut', at: (bits - 32) >> 3, used: length });
      expect(firstDifference(cut.bytes, text)).toBeNull();
    },
  );
});

describe('round trips', () => {
  const texts: [name: string, text: Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['one byte', kernelLog(1)],
    ['7 bytes', kernelLog(7)],
    ['8 bytes', kernelLog(8)],
    ['one ring of short indices', kernelLog(512)],
    ['one ring of long indices and a byte', kernelLog(2049)],
    ['a part of 10 KiB', kernelLog(10240)],
    ['zeros', new Uint8Array(70000)],
  ];
  test.each(texts)('%s', (_, text) => {
    const { stream } = encode842(text);
    const { bytes, ...rest } = p842.decompress(stream, { maxOutput });
    expect(firstDifference(bytes, text)).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
  });

  test.prop([text, seed], { ...runs, numRuns: 250 })('any templates', (text, seed) => {
    const { stream } = encode842(text, picker(seed));
    const { bytes, ...rest } = p842.decompress(stream, { maxOutput });
    expect(firstDifference(bytes, text)).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
  });

  test('the encoder comes to use every template', () => {
    const used = fc
      .sample(text, { seed: 842, numRuns: 40 })
      .flatMap((text, i) => encode842(text, picker(i + 1)).templates);
    const all = [...Array.from({ length: 0x1a }, (_, template) => template), 0x1b, 0x1c, 0x1d, 0x1e];
    expect([...new Set(used)].sort((a, b) => a - b)).toEqual(all);
  });

  test.prop([text, seed, fc.nat(3000)], runs)('a cap cuts the output and nothing else', (text, seed, cap) => {
    const { stream } = encode842(text, picker(seed));
    for (const maxOutput of [cap, text.length, Math.max(0, text.length - 1)]) {
      const found = p842.decompress(stream, { maxOutput });
      expect(firstDifference(found.bytes, text.subarray(0, maxOutput))).toBeNull();
      expect(found.complete).toBe(text.length <= maxOutput);
      expect(found.reason).toBe(found.complete ? undefined : 'more output than the cap');
    }
  });

  test('cut at every byte gives the text that the rest holds, and more of it each time', () => {
    const text = kernelLog(3001);
    const { stream, bits } = encode842(text, picker(842));
    let longest = 0;
    for (let end = 0; 8 * end < bits; end++) {
      const found = p842.decompress(stream.subarray(0, end), { maxOutput });
      expect(firstDifference(found.bytes, text.subarray(0, found.bytes.length))).toBeNull();
      expect(found.bytes.length).toBeGreaterThanOrEqual(longest);
      expect(found).toMatchObject({ complete: false, used: end });
      longest = found.bytes.length;
    }
    expect(longest).toBe(text.length);
  });

  test('reads a view into larger memory and gives memory of its own', () => {
    const text = kernelLog(500);
    for (const stream of [encode842(text).stream, encode842Nx([text])]) {
      const medium = new Uint8Array(stream.length + 14).fill(0xff);
      medium.set(stream, 7);
      const before = medium.slice();
      const found = p842.decompress(medium.subarray(7, 7 + stream.length), { maxOutput });
      expect(found.bytes).toEqual(text);
      expect(found.bytes.buffer.byteLength).toBe(text.length);
      expect(medium).toEqual(before);
    }
  });

  test('a bomb stops at the cap', () => {
    const bomb = encode842(new Uint8Array(1 << 20), (count) => Math.min(1, count - 1)).stream;
    const found = p842.decompress(bomb, { maxOutput: 100_001 });
    expect(found).toMatchObject({ complete: false, reason: 'more output than the cap' });
    expect(firstDifference(found.bytes, new Uint8Array(100_001))).toBeNull();
    expect(found.used).toBeLessThan(bomb.length / 5);
  });
});

describe('the header of the NX unit', () => {
  const parts = [kernelLog(4000), kernelLog(2400, 2), kernelLog(1003, 3)];
  const text = Buffer.concat(parts);
  const nx = encode842Nx(parts, { padding: 3 });
  const group = (i: number) => 5 + 10 * i;
  const lengthOf = (i: number) => new DataView(nx.buffer).getUint32(group(i) + 2);
  const streamOf = (i: number): number => (i === 0 ? group(3) : streamOf(i - 1) + lengthOf(i - 1)) + 3;

  test('the texts of its groups are one', () => {
    const { bytes, ...rest } = p842.decompress(nx, { maxOutput });
    expect(firstDifference(bytes, text)).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: nx.length });
    const followed = p842.decompress(Buffer.concat([nx, nx]), { maxOutput });
    expect(followed).toStrictEqual({ bytes, ...rest });
  });

  const crcOf1 = streamOf(1) + ((encode842(parts[1] as Uint8Array).bits - 32) >> 3);
  const wholeGroups = (count: number) => Buffer.concat(parts.slice(0, count));
  const rows: [name: string, input: Uint8Array, text: Uint8Array, reason: string, at: number, used: number][] = [
    ['no group', changed(nx, 4, 3), new Uint8Array(0), 'the header has no groups or more than 32', 4, 4],
    ['33 groups', changed(nx, 4, 3 ^ 33), new Uint8Array(0), 'the header has no groups or more than 32', 4, 4],
    [
      'a wrong length of a text: the groups behind it have no place',
      changed(nx, group(1) + 9, 8),
      wholeGroups(2),
      'a text of another length than its header says',
      group(1) + 6,
      streamOf(2) - 3,
    ],
    [
      'more to be left out than there is',
      changed(nx, 2, 0x10),
      Buffer.concat([text, new Uint8Array(5)]),
      'a text of another length than its header says',
      group(2) + 6,
      nx.length,
    ],
    [
      'a wrong CRC-32: the groups behind it are read',
      changed(nx, crcOf1 + 4, 0x80),
      text,
      'the CRC-32 is wrong',
      crcOf1,
      nx.length,
    ],
    [
      'more padding than there is input',
      changed(nx, group(2), 0xff),
      wholeGroups(2),
      'the input ends before the stream',
      nx.length,
      nx.length,
    ],
    [
      'a longer stream than there is input, and all that counts is there',
      changed(nx, group(2) + 2, 0xff),
      text,
      'the input ends before the stream',
      nx.length,
      nx.length,
    ],
  ];
  test.each(rows)('%s', (_, input, text, reason, at, used) => {
    const { bytes, ...rest } = p842.decompress(input, { maxOutput });
    expect(firstDifference(bytes, text)).toBeNull();
    expect(rest).toEqual({ complete: false, used, reason, at });
  });

  test('cut at every byte gives the text that the rest holds, and more of it each time', () => {
    let longest = 0;
    for (let end = 2; end < nx.length; end++) {
      const found = p842.decompress(nx.subarray(0, end), { maxOutput });
      // In the last group those bytes are told from text by its end alone.
      expect(firstDifference(found.bytes.subarray(0, text.length), text.subarray(0, found.bytes.length))).toBeNull();
      expect(Math.min(found.bytes.length, text.length)).toBeGreaterThanOrEqual(longest);
      expect(found).toMatchObject({ complete: false, used: end });
      longest = Math.min(found.bytes.length, text.length);
    }
    expect(longest).toBe(text.length);
  });

  test.prop([fc.nat(8000)], runs)('a cap cuts the output and nothing else', (cap) => {
    for (const maxOutput of [cap, text.length, text.length - 1]) {
      const found = p842.decompress(nx, { maxOutput });
      expect(firstDifference(found.bytes, text.subarray(0, maxOutput))).toBeNull();
      expect(found.complete).toBe(text.length <= maxOutput);
    }
  });
});

describe('any bytes at all', () => {
  const noisy = fc.uint8Array({ maxLength: 400, size: 'max' });
  const noisyNx = noisy.map((bytes) => Uint8Array.of(0xf8, 0x42, ...bytes));
  const faults = fc.array(fc.tuple(fraction, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 });
  const damaged = fc
    .tuple(text, seed, faults, fc.boolean())
    .map(([text, seed, faults, headed]) =>
      faults.reduce<Uint8Array>(
        (bytes, [where, mask]) => changed(bytes, Math.floor(where * bytes.length), mask),
        headed ? encode842Nx([text, text], { pick: picker(seed) }) : encode842(text, picker(seed)).stream,
      ),
    );
  test.prop([fc.oneof(noisy, noisyNx, damaged), fc.nat(3000), fc.nat(3000)], { ...runs, numRuns: 500 })(
    'stay within the cap and the input, and a larger cap gives the same and more',
    (input, cap, more) => {
      const found = p842.decompress(input, { maxOutput: cap });
      const larger = p842.decompress(input, { maxOutput: cap + more });
      expect(found.bytes.length).toBeLessThanOrEqual(cap);
      expect(firstDifference(found.bytes, larger.bytes.subarray(0, found.bytes.length))).toBeNull();
      for (const { used, at = 0, complete, reason } of [found, larger]) {
        expect(used).toBeLessThanOrEqual(input.length);
        expect(at).toBeLessThanOrEqual(input.length);
        expect(complete).toBe(reason === undefined);
      }
      expect(found.complete).toBe(larger.complete && larger.bytes.length <= cap);
    },
  );

  test.prop([text, seed, fraction, fc.integer({ min: 1, max: 255 })], runs)(
    'one wrong byte is noticed and leaves the text before it',
    (text, seed, where, mask) => {
      const { stream, bits } = encode842(text, picker(seed));
      const at = Math.floor((bits >> 3) * where);
      const before = p842.decompress(stream.subarray(0, at), { maxOutput }).bytes;
      const found = p842.decompress(changed(stream, at, mask), { maxOutput });
      expect(firstDifference(found.bytes.subarray(0, before.length), before)).toBeNull();
      expect(found.complete).toBe(false);
    },
  );
});

test.each<[name: string, hex: string, traces: boolean]>([
  ['text', example, true],
  ['the header of the NX unit', 'f842', true],
  ['LZO1X', '000650616e69632331', false],
  ['LZ4', 'f10950616e69632331', false],
  ['deflate', 'ac555b6f', false],
  ['zstd', '28b52ffd', false],
  ['nothing', '', false],
])('traces: %s', (_, hex, traces) => {
  expect(p842.traces(Buffer.from(hex, 'hex'))).toBe(traces);
});

/** Bits in words, filled up to a whole byte, in hex. */
function packed(bits: string): string {
  const digits = bits.replaceAll(' ', '');
  return (digits.padEnd(8 * Math.ceil(digits.length / 8), '0').match(/.{4}/g) ?? [])
    .map((four) => Number.parseInt(four, 2).toString(16))
    .join('');
}

/** The same, filled up to 8 bytes. */
function stream(bits: string): string {
  const hex = packed(bits);
  return hex.padEnd(16 * Math.ceil(hex.length / 16), '0');
}

function ascii(text: string): string {
  return [...text].map((c) => c.charCodeAt(0).toString(2).padStart(8, '0')).join('');
}

function data(text: string): string {
  return `00000 ${ascii(text)}`;
}

function short(text: string): string {
  return `11101 ${text.length.toString(2).padStart(3, '0')} ${ascii(text)}`;
}

function end(text: string): string {
  return `11110 ${crc842(Buffer.from(text, 'latin1')).toString(2).padStart(32, '0')}`;
}

function changed(stream: Uint8Array, at: number, mask: number): Uint8Array {
  return stream.map((byte, i) => (i === at ? byte ^ mask : byte));
}

/** Ways to go without any order to them. */
function picker(seed: number): Pick {
  let state = seed;
  return (count) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 12) % count;
  };
}
