/** A piece of the medium that is searched at once: hits begin in it, and may reach as far as `readEnd`. */
interface Segment {
  readonly start: number;
  readonly end: number;
  readonly readEnd: number;
}

/** All segments of a search, in their order, by index. */
export interface Segments {
  readonly count: number;
  at(index: number): Segment;
}

/** From which segments are counted. Plain data: it goes to threads. */
export interface SegmentsPlan {
  /** Ascending and disjoint. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  /** Bytes of a segment; of the last one of a range fewer. */
  readonly length: number;
  /** Bytes behind a segment that are read with it. */
  readonly overlap: number;
  /** Of the medium. */
  readonly size: number;
}

/** Its source is handed to threads as text: it must not name anything outside of itself. */
export function segmentsOf({ ranges, length, overlap, size }: SegmentsPlan): Segments {
  let count = 0;
  const firsts = ranges.map(({ start, end }) => {
    const first = count;
    count += Math.ceil((end - start) / length);
    return first;
  });
  return {
    count,
    at(index) {
      let low = 0;
      for (let high = ranges.length; high - low > 1; ) {
        const middle = (low + high) >>> 1;
        if (firsts[middle]! <= index) low = middle;
        else high = middle;
      }
      const range = ranges[low]!;
      const start = range.start + (index - firsts[low]!) * length;
      const end = Math.min(range.end, start + length);
      return { start, end, readEnd: Math.min(size, end + overlap) };
    },
  };
}
