import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { fileTime } from '../src/extract/file-time.js';
import { compareTimes, isoTime } from '../src/present/time.js';

describe('isoTime', () => {
  it.each([
    [1n, 0, '1970-01-01T00:00:01Z'],
    [951_782_400n, 0, '2000-02-29T00:00:00Z'],
    [1_700_000_000n, 123_000_000, '2023-11-14T22:13:20.123Z'],
    [1_700_000_000n, 123_456_000, '2023-11-14T22:13:20.123456Z'],
    [1_700_000_000n, 1, '2023-11-14T22:13:20.000000001Z'],
    [-1n, 999_999_999, '1969-12-31T23:59:59.999999999Z'],
    [-62_167_219_200n, 0, '0000-01-01T00:00:00Z'],
    [-62_167_219_201n, 0, '-000001-12-31T23:59:59Z'],
    [253_402_300_800n, 0, '+010000-01-01T00:00:00Z'],
    [2n ** 63n, 0, '+292277026596-12-04T15:30:08Z'],
    [-(2n ** 63n), 0, '-292277022657-01-27T08:29:52Z'],
    [2n ** 64n - 1n, 0, '+584554051223-11-09T07:00:15Z'],
    [1n, 2_000_000_000, '1970-01-01T00:00:03Z'],
  ])('%s s %s ns is %s', (seconds, nanoseconds, shown) => {
    expect(isoTime({ seconds, nanoseconds })).toBe(shown);
  });

  it('knows no time of second 0', () => {
    expect(isoTime({ seconds: 0n, nanoseconds: 5 })).toBeUndefined();
  });

  test.prop([fc.date({ noInvalidDate: true })])('agrees with Date', (date) => {
    const ms = BigInt(date.getTime());
    const seconds = (ms - (((ms % 1000n) + 1000n) % 1000n)) / 1000n;
    if (seconds === 0n) return;
    const nanoseconds = Number(ms - seconds * 1000n) * 1_000_000;
    expect(isoTime({ seconds, nanoseconds })).toBe(date.toISOString().replace('.000Z', 'Z'));
  });
});

test.prop([
  fc.array(
    fc.option(fc.record({ seconds: fc.bigInt(-5n, 5n), nanoseconds: fc.integer({ min: 0, max: 3 }) }), {
      nil: undefined,
    }),
  ),
])('compareTimes sorts, unknown last', (times) => {
  const sorted = [...times].sort(compareTimes);
  const known = sorted.filter((time) => time !== undefined && time.seconds !== 0n);
  expect(sorted.slice(0, known.length)).toEqual(known);
  for (let i = 1; i < known.length; i++) expect(compareTimes(known[i - 1], known[i])).toBeLessThanOrEqual(0);
});

describe('fileTime', () => {
  test.prop([fc.bigInt(-(2n ** 33n), 2n ** 34n), fc.integer({ min: 0, max: 999_999_999 })])(
    'is the same second and the same microsecond',
    (seconds, nanoseconds) => {
      const time = fileTime({ seconds, nanoseconds });
      if (seconds === 0n) return void expect(time).toBeNull();
      const inSeconds = time instanceof Date ? time.getTime() / 1000 : Number(time);
      expect(Math.floor(inSeconds)).toBe(Number(seconds));
      const off = (inSeconds - Number(seconds)) * 1e6 - nanoseconds / 1000;
      expect(Math.abs(off)).toBeLessThan(time instanceof Date ? 1001 : 4);
    },
  );

  it.each([2n ** 63n, -(2n ** 63n), 0n])('is null for second %s', (seconds) => {
    expect(fileTime({ seconds, nanoseconds: 0 })).toBeNull();
  });
});
