import { fc, test } from '@fast-check/vitest';
import { bound, defaultLimits, FormatError, fuel, need } from '@pstore-decode/formats/bytes';
import { describe, expect } from 'vitest';

const runs = { seed: 842, numRuns: 500 };
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

function codeOf(action: () => unknown): string | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
}

describe('need', () => {
  const input = Uint8Array.from({ length: 16 }, (_, i) => i);

  const good: [offset: number, length: number][] = [
    [0, 0],
    [0, 16],
    [16, 0],
    [15, 1],
    [5, 3],
  ];
  test.each(good)('%d, %d bytes', (offset, length) => {
    const view = need(input, offset, length);
    expect([...view]).toEqual([...input.slice(offset, offset + length)]);
    expect(view.buffer).toBe(input.buffer);
  });

  const edges = [1, 2 ** 31, 2 ** 32, 2 ** 53, Number.MAX_VALUE, infinity];
  const bad: [offset: number, length: number][] = [
    [16, 1],
    [17, 0],
    [0, 17],
    [15, 2],
    [-1, 1],
    [-1, 0],
    [1, -1],
    [nan, 1],
    [0, nan],
    [nan, nan],
    ...edges.map((edge): [number, number] => [16, edge]),
    ...edges.map((edge): [number, number] => [16 + edge, 0]),
    ...edges.map((edge): [number, number] => [16 + edge, -edge]),
  ];
  test.each(bad)('not %d, %d bytes', (offset, length) => {
    expect(codeOf(() => need(input, offset, length))).toBe('bytes.short');
  });

  test('says which range it wanted', () => {
    expect(() => need(input, 12, 8)).toThrow(
      expect.objectContaining({ name: 'FormatError', at: { start: 12, end: 20 }, message: '8 bytes at 12 of 16' }),
    );
  });

  test.prop([fc.nat(40), fc.integer({ min: -5, max: 45 }), fc.integer({ min: -5, max: 45 })], runs)(
    'gives all the bytes asked for or none',
    (size, offset, length) => {
      const fits = offset >= 0 && length >= 0 && offset + length <= size;
      if (fits) expect(need(new Uint8Array(size), offset, length)).toHaveLength(length);
      else expect(codeOf(() => need(new Uint8Array(size), offset, length))).toBe('bytes.short');
    },
  );
});

describe('bound', () => {
  const good: [claim: number | bigint, max: number, value: number][] = [
    [0, 0, 0],
    [16, 16, 16],
    [0n, 16, 0],
    [16n, 16, 16],
    [2n ** 31n, 2 ** 31, 2 ** 31],
    [2n ** 32n, 2 ** 53, 2 ** 32],
    [2n ** 53n - 1n, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ];
  test.each(good)('%s of %d', (claim, max, value) => {
    expect(bound(claim, max)).toBe(value);
  });

  const bad: [claim: number | bigint, max: number][] = [
    [1, 0],
    [17, 16],
    [17n, 16],
    [-1, 16],
    [-1n, 16],
    [nan, 16],
    [infinity, 16],
    [-infinity, 16],
    [2 ** 31, 16],
    [2n ** 32n, 2 ** 32 - 1],
    [2n ** 53n, Number.MAX_SAFE_INTEGER],
    [2n ** 64n - 1n, 2 ** 53],
    [0, -1],
    [0, nan],
    [0n, nan],
  ];
  test.each(bad)('not %s of %d', (claim, max) => {
    expect(codeOf(() => bound(claim, max))).toBe('bytes.claim');
  });

  test.prop([fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }), fc.maxSafeNat()], runs)(
    'is exact or refuses',
    (claim, max) => {
      if (claim >= 0n && claim <= BigInt(max)) expect(BigInt(bound(claim, max))).toBe(claim);
      else expect(codeOf(() => bound(claim, max))).toBe('bytes.claim');
    },
  );
});

describe('fuel', () => {
  const limits = { recordBytes: 1000, inputBytes: 2500, expansion: 10, records: 3, steps: 100 };

  test('lasts for exactly the steps', () => {
    const left = fuel(limits);
    left.spend(99);
    left.spend(0);
    left.spend(1);
    left.spend(0);
    expect(codeOf(() => left.spend(1))).toBe('limit.steps');
    expect(codeOf(() => left.spend(0))).toBe('limit.steps');
  });

  test('is fresh for each input', () => {
    expect(codeOf(() => fuel(limits).spend(101))).toBe('limit.steps');
    expect(codeOf(() => fuel(limits).spend(100))).toBe(null);
    expect(fuel().limits).toBe(defaultLimits);
  });

  test('lasts for exactly the records', () => {
    const left = fuel(limits);
    for (let i = 0; i < 3; i++) left.record(0);
    expect(codeOf(() => left.record(0))).toBe('limit.records');
  });

  test('lasts for exactly the bytes of the input', () => {
    const left = fuel(limits);
    left.record(2000);
    left.record(500);
    expect(codeOf(() => left.record(1))).toBe('limit.output');
  });

  test('allows the least of record, input and expansion, and never less than nothing', () => {
    const left = fuel(limits);
    expect(left.allowance(0)).toBe(0);
    expect(left.allowance(7)).toBe(70);
    expect(left.allowance(100)).toBe(1000);
    expect(left.allowance(2 ** 40)).toBe(1000);
    left.record(2400);
    expect(left.allowance(100)).toBe(100);
    expect(codeOf(() => left.record(200))).toBe('limit.output');
    expect(left.allowance(100)).toBe(0);
  });

  test.prop([fc.array(fc.nat(60), { maxLength: 20 })], runs)('never lets more through than the limit', (steps) => {
    const left = fuel(limits);
    let spent = 0;
    for (const step of steps) {
      const fits = spent + step <= limits.steps;
      expect(codeOf(() => left.spend(step))).toBe(fits ? null : 'limit.steps');
      spent += step;
      if (!fits) break;
    }
  });

  test('an allowance that is kept to is never refused', () => {
    const left = fuel({ ...limits, records: 1000 });
    for (let i = 0; i < 50; i++) left.record(left.allowance(i));
    expect(left.allowance(1)).toBe(0);
  });
});
