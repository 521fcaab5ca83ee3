import type { ByteRange } from '@pstore-decode/formats/bytes';

/** Ranges that grow in number while a medium is read: disjoint, ascending, touching ones joined. */
export interface RangeSet {
  /** How many ranges there are. */
  count(): number;
  add(range: ByteRange): void;
  /** The parts that lie in `range`, ascending. */
  within(range: ByteRange): ByteRange[];
}

/** An empty set. Adding at the end, the usual case, takes logarithmic time. */
export function rangeSet(): RangeSet {
  const ranges: ByteRange[] = [];

  /** Index of the first range whose end is `at` or behind it. */
  function firstEndingFrom(at: number): number {
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ranges[middle]!.end < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    count: () => ranges.length,
    add(range) {
      if (range.start >= range.end) return;
      const first = firstEndingFrom(range.start);
      let { start, end } = range;
      let behind = first;
      for (let old = ranges[behind]; old !== undefined && old.start <= end; old = ranges[++behind]) {
        start = Math.min(start, old.start);
        end = Math.max(end, old.end);
      }
      ranges.splice(first, behind - first, { start, end });
    },
    within(range) {
      const parts: ByteRange[] = [];
      for (let i = firstEndingFrom(range.start); i < ranges.length && ranges[i]!.start < range.end; i++) {
        const start = Math.max(range.start, ranges[i]!.start);
        const end = Math.min(range.end, ranges[i]!.end);
        if (start < end) parts.push({ start, end });
      }
      return parts;
    },
  };
}
