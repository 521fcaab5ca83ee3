/** Half-open [start, end), in bytes of the ROOT medium. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The smallest range that holds every given range; null when there is none. */
export function hull(ranges: Iterable<ByteRange>): ByteRange | null {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const range of ranges) {
    start = Math.min(start, range.start);
    end = Math.max(end, range.end);
  }
  return start <= end ? { start, end } : null;
}

/** The parts of `whole` that no range of `covered` touches, ascending, none empty. An empty range touches nothing. */
export function gaps(whole: ByteRange, covered: Iterable<ByteRange>): ByteRange[] {
  const sorted = [...covered].filter((range) => range.start < range.end).sort((a, b) => a.start - b.start);
  const open: ByteRange[] = [];
  let at = whole.start;
  for (const range of sorted) {
    if (at >= whole.end) return open;
    if (range.start > at) open.push({ start: at, end: Math.min(range.start, whole.end) });
    at = Math.max(at, range.end);
  }
  if (at < whole.end) open.push({ start: at, end: whole.end });
  return open;
}
