import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { lzo } from '../../src/compress/lzo.js';
import { firstDifference } from './first-difference.js';
import { kernelLog } from './kernel-log.js';
import { encodeLzo, type LzoChoices, type LzoInstruction, lzoInstructions } from './lzo-encoder.js';

const maxOutput = 1 << 20;
const runs = { seed: 1996, numRuns: 150 };

/** Accepted by the kernel; every form is in it, with long lengths, and distances up to 16484. */
const everyForm = [
  '00064f6f707323312050617274310a3c343e5b20202020302e304900580201595a8001016162636420',
  '00'.repeat(8),
  'e30c00026566676869',
  '0f026a6b6c20',
  '00'.repeat(66),
  '89180014',
  '91016d3f4000110000',
].join('');

const from1 = (max: number) => fc.integer({ min: 1, max });
const pieces = fc.oneof(
  { weight: 4, arbitrary: fc.record({ fresh: fc.uint8Array({ minLength: 1, maxLength: 30 }) }) },
  { weight: 4, arbitrary: fc.record({ back: from1(4000), length: from1(50) }) },
  { weight: 2, arbitrary: fc.record({ back: from1(60_000), length: from1(800) }) },
  { weight: 1, arbitrary: fc.record({ zeros: from1(3000) }) },
  { weight: 1, arbitrary: fc.record({ noise: from1(5000), seed: fc.nat() }) },
);
/** Texts that repeat themselves at every distance. */
const texts = fc.array(pieces, { maxLength: 100, size: 'max' }).map((parts) => {
  const text: number[] = [];
  for (const part of parts) {
    if ('fresh' in part) text.push(...part.fresh);
    else if ('noise' in part) text.push(...noise(part.noise, part.seed));
    else if ('zeros' in part) text.push(...new Uint8Array(part.zeros));
    else for (let i = 0; i < part.length; i++) text.push(text[Math.max(0, text.length - part.back)] ?? 0x41);
  }
  return Uint8Array.from(text);
});
const choices: fc.Arbitrary<LzoChoices> = fc.record({
  version: fc.constantFrom<0 | 1>(0, 1),
  shortStart: fc.boolean(),
});
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('what kernels wrote and read', () => {
  const folder = new URL('../../../../test-vectors/ramoops/lzo-6.1/', import.meta.url);
  const medium = readFileSync(new URL('ramoops.bin', folder));
  const zoneSize = Math.floor((0x40000 - 0x8000 - 0x4000) / 6);
  test.each([0, 1])('dmesg-ramoops-%i of 6.1', (i) => {
    const zone = medium.subarray(i * zoneSize, (i + 1) * zoneSize);
    const record = zone.subarray(12, 12 + zone.readUInt32LE(8));
    const stream = record.subarray(record.indexOf('-C\n') + 3);
    const { bytes, ...rest } = lzo.decompress(stream, { maxOutput });
    expect(firstDifference(bytes, readFileSync(new URL(`kernel/dmesg-ramoops-${i}`, folder)))).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
    expect(lzo.traces(stream)).toBe(true);
  });

  test('a stream of every form', () => {
    const stream = Buffer.from(everyForm, 'hex');
    expect(stream.length).toBe(143);
    const { bytes, ...rest } = lzo.decompress(stream, { maxOutput });
    expect(rest).toStrictEqual({ complete: true, used: 143 });
    expect(bytes.length).toBe(19392);
    expect(crc32(bytes)).toBe(0xe3fe8456);
    const text = latin1(bytes);
    expect(text.slice(0, 45)).toBe('Oops#1 Part1\n<4>[    0.00.0X00YZ00.0Xabcdabcd');
    expect(text.slice(-48)).toBe('djklibcdklibcdmbcdjklibcdklibcdmbcdjklibcdklibcd');
  });

  test('literals, a match, literals', () => {
    const found = lzo.decompress(Buffer.from('1950616e6963233120fc000350617274310a110000', 'hex'), { maxOutput });
    expect(latin1(found.bytes)).toBe('Panic#1 Panic#1 Part1\n');
    expect(found).toMatchObject({ complete: true, used: 21 });
  });
});

describe('what is encoded is decoded', () => {
  test.prop([texts, choices], runs)('in every form', (text, choice) => {
    const stream = encodeLzo(text, choice);
    const { bytes, ...rest } = lzo.decompress(stream, { maxOutput: text.length });
    expect(firstDifference(bytes, text)).toBeNull();
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
  });

  const distances = [1, 8, 9, 1024, 1025, 2048, 2049, 3072, 3073, 16384, 16385, 32767, 32768, 49150, 49151, 49152];
  test.each(distances)('matches at distance %i, of every length where the form changes', (distance) => {
    const start = noise(distance, distance);
    for (const length of [2, 3, 4, 5, 8, 9, 10, 33, 34, 260, 261, 264, 265, 288, 289]) {
      const text = Uint8Array.from({ length: distance + length }, (_, i) => start[i % distance] as number);
      for (const version of [0, 1] as const) {
        const found = lzo.decompress(encodeLzo(text, { version }), { maxOutput });
        expect(firstDifference(found.bytes, text), `${length}`).toBeNull();
        expect(found.complete).toBe(true);
      }
    }
  });

  test('the encoder leaves no form out', () => {
    const counts = new Map<LzoInstruction, number>(lzoInstructions.map((instruction) => [instruction, 0]));
    for (const text of fc.sample(texts, { seed: runs.seed, numRuns: runs.numRuns })) {
      encodeLzo(text, { version: 1, emitted: (form) => counts.set(form, (counts.get(form) ?? 0) + 1) });
    }
    for (const [form, count] of counts) expect(count, form).toBeGreaterThan(50);
  });

  test('reads a view into larger memory and gives memory of its own', () => {
    const text = kernelLog(500);
    const stream = encodeLzo(text);
    const medium = new Uint8Array(stream.length + 14).fill(0xff);
    medium.set(stream, 7);
    const before = medium.slice();
    const found = lzo.decompress(medium.subarray(7, 7 + stream.length), { maxOutput });
    expect(found.bytes).toEqual(text);
    expect(found.bytes.buffer.byteLength).toBe(text.length);
    expect(medium).toEqual(before);
  });
});

describe('the cap', () => {
  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused', (cap) => {
    expect(() => lzo.decompress(encodeLzo(kernelLog(9)), { maxOutput: cap })).toThrow(RangeError);
    expect(() => lzo.decompress(new Uint8Array(0), { maxOutput: cap })).toThrow(RangeError);
  });

  test.prop([texts, choices, fraction], runs)('cuts the output and nothing else', (text, choice, where) => {
    fc.pre(text.length > 0);
    const stream = encodeLzo(text, choice);
    for (const cap of [Math.floor(text.length * where), text.length - 1]) {
      const found = lzo.decompress(stream, { maxOutput: cap });
      expect(firstDifference(found.bytes, text.subarray(0, cap))).toBeNull();
      expect(found).toMatchObject({ complete: false, reason: 'more output than the cap', at: expect.any(Number) });
    }
  });

  test('stops a bomb, and memory stays near it', () => {
    const bomb = Buffer.concat([
      Buffer.from('124120', 'hex'),
      Buffer.alloc(1 << 20),
      Buffer.from('010000110000', 'hex'),
    ]);
    const found = lzo.decompress(bomb, { maxOutput: 100_000 });
    expect(found).toMatchObject({ complete: false, reason: 'more output than the cap', at: 2 });
    expect(firstDifference(found.bytes, new Uint8Array(100_000).fill(0x41))).toBeNull();
  });
});

describe('damage', () => {
  const streams: [name: string, stream: Uint8Array][] = [
    ['of every form', Buffer.from(everyForm, 'hex')],
    ['of a log', encodeLzo(kernelLog(6000))],
    ['of literals', encodeLzo(noise(200, 1), { shortStart: true })],
    ['of version 1', encodeLzo(Uint8Array.from([...kernelLog(3000), ...new Uint8Array(2500), 1]), { version: 1 })],
  ];
  test.each(streams)('a stream %s, cut at every byte', (_, stream) => {
    const text = lzo.decompress(stream, { maxOutput }).bytes;
    let longest = 0;
    // Three bytes that begin with 17 are no header of lzo-rle.
    for (let end = stream[0] === 17 ? 5 : 0; end < stream.length; end++) {
      const found = lzo.decompress(stream.subarray(0, end), { maxOutput });
      expect(firstDifference(found.bytes, text.subarray(0, found.bytes.length))).toBeNull();
      expect(found.bytes.length).toBeGreaterThanOrEqual(longest);
      expect(found).toMatchObject({ complete: false, reason: 'the input ends before the stream', at: end, used: end });
      longest = found.bytes.length;
    }
    expect(longest).toBe(text.length);
  });

  test.prop([texts, choices, fc.uint8Array({ minLength: 1, maxLength: 60 })], runs)(
    'bytes behind the end marker are told, and where to cut them off',
    (text, choice, tail) => {
      fc.pre(text.length > 0);
      const stream = encodeLzo(text, choice);
      const input = Buffer.concat([stream, tail]);
      const { bytes, ...rest } = lzo.decompress(input, { maxOutput });
      expect(firstDifference(bytes, text)).toBeNull();
      const at = stream.length;
      expect(rest).toStrictEqual({ complete: false, reason: 'bytes behind the end marker', at, used: at });
      expect(lzo.decompress(input.subarray(0, at), { maxOutput })).toMatchObject({ complete: true, used: at });
    },
  );

  test.prop([texts, choices, fraction, fc.integer({ min: 1, max: 255 })], runs)(
    'one wrong byte leaves the text before it',
    (text, choice, where, mask) => {
      const stream = encodeLzo(text, choice);
      const at = Math.floor(stream.length * where);
      const before = lzo.decompress(stream.subarray(0, at), { maxOutput }).bytes;
      const found = lzo.decompress(changed(stream, at, mask), { maxOutput });
      expect(firstDifference(found.bytes.subarray(0, before.length), before)).toBeNull();
    },
  );

  const damaged = fc
    .tuple(texts, choices, fc.array(fc.tuple(fraction, fc.integer({ min: 1, max: 255 })), { maxLength: 4 }))
    .map(([text, choice, faults]) =>
      faults.reduce<Uint8Array>(
        (stream, [where, mask]) => changed(stream, Math.floor(stream.length * where), mask),
        encodeLzo(text, choice),
      ),
    );
  const caps = fc.tuple(fc.nat(9000), fc.nat(100_000)).map(([a, b]) => [a, a + b] as const);
  test.prop([fc.oneof(fc.uint8Array({ maxLength: 3000, size: 'max' }), damaged), caps], { ...runs, numRuns: 400 })(
    'any bytes at all',
    (input, [less, more]) => {
      const [short, long] = [less, more].map((cap) => {
        const found = lzo.decompress(input, { maxOutput: cap });
        expect(found.bytes.length).toBeLessThanOrEqual(cap);
        expect(found.used).toBeLessThanOrEqual(input.length);
        expect(found.complete ? input.length : found.at).toBe(found.used);
        expect(found.reason === undefined).toBe(found.complete);
        expect(found.at === undefined).toBe(found.complete);
        return found.bytes;
      }) as [Uint8Array, Uint8Array];
      expect(firstDifference(long.subarray(0, less), short)).toBeNull();
    },
  );
});

describe('what is wrong is said', () => {
  const [cut, start, length, behind] = [
    'the input ends before the stream',
    'a match begins before the text',
    'the end marker has a wrong length',
    'bytes behind the end marker',
  ] as const;
  const rows: [name: string, hex: string, text: string, reason: string, at: number][] = [
    ['nothing at all', '', '', cut, 0],
    ['two thirds of an end marker', '1100', '', cut, 2],
    ['literals and no more', '1541424344', 'ABCD', cut, 5],
    ['fewer literals than said', '15414243', 'ABC', cut, 4],
    ['a length of literals without end', '000000', '', cut, 3],
    ['a match without its distance', '124140', 'A', cut, 3],
    ['a match with half its distance', '12412100', 'A', cut, 4],
    ['a length of a match without end', '12412000', 'A', cut, 4],
    ['a match 0 to 15 without its distance', '124100', 'A', cut, 3],
    ['a distance of 9 behind one byte', '12414001110000', 'A', start, 2],
    ['a distance of 2 behind one byte', '1241210400110000', 'A', start, 2],
    ['a distance of 2049 behind four bytes', '15414243440000110000', 'ABCD', start, 5],
    ['a distance of 16385 behind one byte', '1241110400110000', 'A', start, 2],
    ['a match before any text', '1001040000', '', start, 0],
    ['an end marker of length 4', '1241120000', 'A', length, 2],
    ['an end marker of length 10', '124110010000', 'A', length, 2],
    ['an end marker and a byte', '1241110000ff', 'A', behind, 5],
    ['an end marker of length 4 and a byte', '1241120000ff', 'A', length, 2],
    ['four bytes are too few for a version', '11010000', '', behind, 3],
    ['a run of zeros in version 0', '1100124119fcff00110000', 'A', start, 4],
    ['a run of zeros and no more', '1101124118fcff00', 'A\0\0\0\0', cut, 8],
    ['a run of zeros cut off', '1101124119fcff', 'A', cut, 7],
    ['a run of zeros that is not one yet', '1101124119fc', 'A', cut, 6],
  ];
  test.each(rows)('%s', (_, hex, text, reason, at) => {
    const { bytes, ...rest } = lzo.decompress(Buffer.from(hex, 'hex'), { maxOutput });
    expect(latin1(bytes)).toBe(text);
    expect(rest).toStrictEqual({ complete: false, reason, at, used: at });
  });
});

describe('what is sound, if odd', () => {
  const rows: [name: string, hex: string, text: string][] = [
    ['an end marker alone', '110000', ''],
    ['an end marker that names literals', '1241110300', 'A'],
    ['three bytes are too few for a version', '110100', ''],
    ['two bytes behind one literal', '12410000110000', 'AAA'],
    ['literals after a match', '1241410042110000', 'AAAAB'],
    ['version 0', '11001241110000', 'A'],
    ['version 1', '11011241110000', 'A'],
    ['four zeros', '1101124118fcff00110000', 'A\0\0\0\0'],
    ['2051 zeros and a literal', '110112411ffdffff42110000', `A${'\0'.repeat(2051)}B`],
  ];
  test.each(rows)('%s', (_, hex, text) => {
    const stream = Buffer.from(hex, 'hex');
    const { bytes, ...rest } = lzo.decompress(stream, { maxOutput });
    expect(latin1(bytes)).toBe(text);
    expect(rest).toStrictEqual({ complete: true, used: stream.length });
  });
});

test.each<[name: string, hex: string, traces: boolean]>([
  ['a short run', '0a50616e696323', true],
  ['a long run', '000650616e696323', true],
  ['the length of a long run is no letter', '005061', false],
  ['a run that only a text without matches begins with', '8a50616e696323', false],
  ['LZ4', 'f10950616e69632331', false],
  ['842', '02830b734b191989', false],
  ['deflate', 'ac555b6f', false],
  ['zstd', '28b52ffd', false],
  ['an end marker', '110000', false],
  ['nothing', '', false],
])('traces: %s', (_, hex, traces) => {
  expect(lzo.traces(Buffer.from(hex, 'hex'))).toBe(traces);
});

function changed(stream: Uint8Array, at: number, mask: number): Uint8Array {
  return stream.map((byte, i) => (i === at ? byte ^ mask : byte));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Bytes that hardly repeat, of a seed. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >>> 16;
  });
}
