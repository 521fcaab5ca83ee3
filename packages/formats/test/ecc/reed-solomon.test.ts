import { type Corrected, reedSolomon } from '@pstore-decode/formats/ecc';
import { describe, expect, test } from 'vitest';
import { kernelCode } from './codes.js';
import { power, rootOf, solveLinear } from './textbook.js';

const sixteen = reedSolomon({ parity: 16 });
const counting = Uint8Array.from({ length: 128 }, (_, i) => i);

describe('encode gives what the kernel writes', () => {
  test.each([
    ['01', '3b0d68bd44d11e08a34129e56232243b'],
    ['444247430000000000000000', 'aa25d52132e2353a385519c02bcbad5f'],
    [hexOf(counting), '1c426d22fb8ad3fa2eeeae521c329ac1'],
    ['00'.repeat(239), '00'.repeat(16)],
  ])('%s', (data, parity) => {
    expect(hexOf(sixteen.encode(bytesOf(data)))).toBe(parity);
    expect(sixteen.isCodeword(bytesOf(data), bytesOf(parity))).toBe(true);
  });
});

describe('decode', () => {
  const parity = sixteen.encode(counting);

  test('a clean block gives the arguments back', () => {
    const result = corrected(sixteen.decode(counting, parity));
    expect(result).toEqual({ ok: true, corrected: 0, positions: [], data: counting, parity });
    expect(result.data).toBe(counting);
    expect(result.parity).toBe(parity);
  });

  test('damage in the data alone leaves the parity as it was given, and the other way round', () => {
    const inData = corrected(sixteen.decode(changed(counting, [5, 127]), parity));
    expect(inData).toEqual({ ok: true, corrected: 2, positions: [5, 127], data: counting, parity });
    expect(inData.parity).toBe(parity);
    const inParity = corrected(sixteen.decode(counting, changed(parity, [0, 15])));
    expect(inParity).toEqual({ ok: true, corrected: 2, positions: [128, 143], data: counting, parity });
    expect(inParity.data).toBe(counting);
  });

  test('a Buffer is corrected in a copy', () => {
    const pool = Buffer.from(changed(counting, [9]));
    const before = Buffer.from(pool);
    expect(Buffer.from(corrected(sixteen.decode(pool, parity)).data)).toEqual(Buffer.from(counting));
    expect(pool).toEqual(before);
  });

  test('eight wrong bytes are corrected, nine are reported', () => {
    expect(corrected(sixteen.decode(changed(counting, [1, 2, 3, 4, 50, 60, 70, 80]), parity)).data).toEqual(counting);
    expect(sixteen.decode(changed(counting, [1, 2, 3, 4, 50, 60, 70, 80, 90]), parity)).toEqual({ ok: false });
  });

  test('a lost zone header is corrected with its 12 bytes as erasures, and two wrong parity bytes', () => {
    const header = bytesOf('444247430000000000000000');
    const lost = new Uint8Array(12).fill(0xff);
    const wrong = changed(sixteen.encode(header), [3, 7]);
    expect(sixteen.decode(lost, wrong)).toEqual({ ok: false });
    expect(corrected(sixteen.decode(lost, wrong, [...lost.keys()]))).toMatchObject({ data: header, corrected: 14 });
    const three = changed(wrong, [9]);
    expect(sixteen.decode(lost, three, [...lost.keys()])).toEqual({ ok: false });
  });

  test('an erased byte that is right is not counted', () => {
    const result = sixteen.decode(changed(counting, [20]), parity, [20, 21, 140]);
    expect(result).toEqual({ ok: true, corrected: 1, positions: [20], data: counting, parity });
  });

  test('more erasures than parity are uncorrectable', () => {
    expect(sixteen.decode(changed(counting, [0]), parity, [...Array(17).keys()])).toEqual({ ok: false });
  });
});

/** The table of situations of the kernel's decoder since 5.3, each by its smallest block. */
describe('verdicts of the kernel', () => {
  const two = reedSolomon({ parity: 2 });

  test('locator of degree 0 with a syndrome that is not zero: uncorrectable', () => {
    expect(two.decode(new Uint8Array(10), parityWith([7, 0]))).toEqual({ ok: false });
  });

  test('fewer roots than the degree of the locator: uncorrectable', () => {
    expect(two.decode(new Uint8Array(10), parityWith([0, 7]))).toEqual({ ok: false });
  });

  test('a root in the pad: uncorrectable, though the same error in a longer block is not', () => {
    const long = Uint8Array.of(1, ...new Uint8Array(100));
    const parity = two.encode(long);
    expect(two.decode(new Uint8Array(100), parity)).toEqual({ ok: false });
    expect(corrected(two.decode(new Uint8Array(101), parity))).toMatchObject({ positions: [0], data: long });
  });

  test('a pattern that does not reproduce the syndromes: uncorrectable', () => {
    // Λ = 1 − 4x fits S1 to S3, and its root lies in the block; S0 is not 1/4.
    expect(reedSolomon({ parity: 4 }).decode(new Uint8Array(10), parityWith([9, 1, 4, 16]))).toEqual({ ok: false });
  });

  test('one parity byte: the kernel takes the syndrome for the position, and so do we', () => {
    const one = reedSolomon({ parity: 1 });
    const result = corrected(one.decode(new Uint8Array(10), Uint8Array.of(4)));
    expect(result).toMatchObject({ corrected: 1, positions: [8] });
    expect(one.isCodeword(result.data, result.parity)).toBe(true);
    expect(one.decode(new Uint8Array(10), Uint8Array.of(5))).toEqual({ ok: false });
  });
});

describe('a wrong caller is told', () => {
  test.each([
    ['parity', { parity: 0 }],
    ['parity', { parity: 65 }],
    ['parity', { parity: 1.5 }],
    ['firstRoot', { parity: 16, firstRoot: 255 }],
    ['firstRoot', { parity: 16, firstRoot: -1 }],
    ['primitive', { parity: 16, primitive: 0 }],
    ['α^85', { parity: 16, primitive: 85 }],
    ['0x11b', { parity: 16, polynomial: 0x11b }],
  ])('%s of %j', (message, parameters) => {
    expect(() => reedSolomon(parameters)).toThrow(RangeError);
    expect(() => reedSolomon(parameters)).toThrow(message);
  });

  test.each([
    ['no data', 0, 16, []],
    ['data longer than the code', 240, 16, []],
    ['parity too short', 128, 15, []],
    ['parity too long', 128, 17, []],
    ['an erasure behind the block', 128, 16, [144]],
    ['an erasure before the block', 128, 16, [-1]],
    ['a broken erasure', 128, 16, [1.5]],
    ['an erasure named twice', 128, 16, [3, 4, 3]],
  ])('%s', (_, data, parity, erasures) => {
    expect(() => sixteen.decode(new Uint8Array(data), new Uint8Array(parity), erasures)).toThrow(RangeError);
  });

  test('data that is no bytes', () => {
    const text = 'DBGC' as unknown as Uint8Array;
    expect(() => sixteen.encode(text)).toThrow(TypeError);
    expect(() => sixteen.decode(counting, Array(16).fill(0) as unknown as Uint8Array)).toThrow(TypeError);
  });
});

/** Parity bytes that have these syndromes behind zero data, in the kernel's field. */
function parityWith(syndromes: readonly number[]): Uint8Array {
  const code = kernelCode(syndromes.length);
  const last = syndromes.length - 1;
  const rows = syndromes.map((_, i) => syndromes.map((_, k) => power(code.polynomial, rootOf(code, i), last - k)));
  return Uint8Array.from(solveLinear(code.polynomial, rows, syndromes) ?? expect.fail('singular'));
}

function corrected(result: ReturnType<typeof sixteen.decode>): Corrected {
  return result.ok ? result : expect.fail('uncorrectable');
}

function changed(bytes: Uint8Array, positions: readonly number[]): Uint8Array {
  return bytes.map((byte, i) => (positions.includes(i) ? byte ^ (0x55 + i) : byte));
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
