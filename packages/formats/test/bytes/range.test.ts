import { fc, test } from '@fast-check/vitest';
import { type ByteRange, gaps, hull } from '@pstore-decode/formats/bytes';
import { describe, expect } from 'vitest';

const runs = { seed: 842, numRuns: 500 };

const range: fc.Arbitrary<ByteRange> = fc
  .tuple(fc.nat(60), fc.nat(20))
  .map(([start, length]) => ({ start, end: start + length }));
const ranges = fc.array(range, { maxLength: 8 });

const touches = (all: readonly ByteRange[], byte: number) => all.some((r) => r.start <= byte && byte < r.end);

describe('hull', () => {
  const rows: [name: string, ranges: ByteRange[], hull: ByteRange | null][] = [
    ['of nothing', [], null],
    ['of one', [{ start: 3, end: 5 }], { start: 3, end: 5 }],
    ['of an empty one', [{ start: 3, end: 3 }], { start: 3, end: 3 }],
    [
      'over a hole, in any order',
      [
        { start: 9, end: 12 },
        { start: 3, end: 5 },
      ],
      { start: 3, end: 12 },
    ],
    [
      'of one within another',
      [
        { start: 0, end: 12 },
        { start: 3, end: 5 },
      ],
      { start: 0, end: 12 },
    ],
    [
      'behind 2^32',
      [
        { start: 2 ** 40, end: 2 ** 40 + 1 },
        { start: 1, end: 2 },
      ],
      { start: 1, end: 2 ** 40 + 1 },
    ],
  ];
  test.each(rows)('%s', (_, given, expected) => {
    expect(hull(given)).toEqual(expected);
  });

  test.prop([ranges, range], runs)('holds every range and is no wider than them', (rest, first) => {
    const all = [first, ...rest];
    const { start, end } = hull(all) as ByteRange;
    expect(all.every((r) => start <= r.start && r.end <= end)).toBe(true);
    expect(all.some((r) => r.start === start) && all.some((r) => r.end === end)).toBe(true);
  });
});

describe('gaps', () => {
  const whole = { start: 10, end: 20 };
  const rows: [name: string, covered: ByteRange[], gaps: ByteRange[]][] = [
    ['nothing covered', [], [whole]],
    ['all covered', [{ start: 10, end: 20 }], []],
    ['more than all covered', [{ start: 0, end: 99 }], []],
    ['front', [{ start: 10, end: 12 }], [{ start: 12, end: 20 }]],
    ['back', [{ start: 12, end: 20 }], [{ start: 10, end: 12 }]],
    [
      'middle',
      [{ start: 12, end: 14 }],
      [
        { start: 10, end: 12 },
        { start: 14, end: 20 },
      ],
    ],
    [
      'neighbours leave none between',
      [
        { start: 14, end: 20 },
        { start: 10, end: 14 },
      ],
      [],
    ],
    [
      'overlaps',
      [
        { start: 11, end: 15 },
        { start: 13, end: 14 },
        { start: 14, end: 16 },
      ],
      [
        { start: 10, end: 11 },
        { start: 16, end: 20 },
      ],
    ],
    [
      'outside on both sides',
      [
        { start: 0, end: 10 },
        { start: 20, end: 30 },
      ],
      [whole],
    ],
    ['an empty range divides nothing', [{ start: 15, end: 15 }], [whole]],
  ];
  test.each(rows)('%s', (_, covered, expected) => {
    expect(gaps(whole, covered)).toEqual(expected);
  });

  test('an empty whole has none', () => {
    expect(gaps({ start: 5, end: 5 }, [{ start: 7, end: 8 }])).toEqual([]);
    expect(gaps({ start: 5, end: 5 }, [])).toEqual([]);
  });

  test.prop([range, ranges], runs)(
    'hold just the bytes that nothing covers, each once, in pieces as long as can be',
    (all, covered) => {
      const before = structuredClone(covered);
      const open = gaps(all, covered);
      expect(covered).toEqual(before);
      for (let byte = 0; byte < 90; byte++) {
        expect(touches(open, byte)).toBe(touches([all], byte) && !touches(covered, byte));
      }
      for (const [i, gap] of open.entries()) {
        expect(gap.start).toBeLessThan(gap.end);
        expect(gap.start).toBeGreaterThan(open[i - 1]?.end ?? -1);
      }
    },
  );

  test.prop([range, ranges], runs)('of the gaps are what is covered', (all, covered) => {
    const open = gaps(all, covered);
    expect(gaps(all, gaps(all, open))).toEqual(open);
  });
});
