import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { civilDate, clockTime } from '../../src/payload/calendar.js';

const lastDayOf9999 = 2932896;

describe('the calendar', () => {
  test.each([
    [0, '1970-1-1'],
    [59, '1970-3-1'],
    [789, '1972-2-29'],
    [11016, '2000-2-29'],
    [47540, '2100-2-28'],
    [47541, '2100-3-1'],
    [lastDayOf9999, '9999-12-31'],
  ])('day %d is %s', (days, date) => {
    const { year, month, day } = civilDate(days);
    expect(`${year}-${month}-${day}`).toBe(date);
  });

  property.prop([fc.nat({ max: lastDayOf9999 }), fc.nat({ max: 86399 })])('agrees with that of the runtime', (d, s) => {
    const { year, month, day, weekday } = civilDate(d);
    const date = new Date((d * 86400 + s) * 1000);
    expect([year, month - 1, day, weekday]).toEqual([
      date.getUTCFullYear(),
      date.getUTCMonth(),
      date.getUTCDate(),
      date.getUTCDay(),
    ]);
    expect(clockTime(s)).toBe(date.toISOString().slice(11, 19));
  });
});
