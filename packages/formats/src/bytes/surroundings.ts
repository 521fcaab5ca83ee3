import type { ByteRange } from './range.js';

/**
 * The surroundings of places on a medium; those that overlap or touch as one.
 * @param places offsets, ascending
 * @param size of the medium, in bytes
 * @param before bytes before a place
 * @param behind bytes from a place on
 */
export function surroundings(places: readonly number[], size: number, before: number, behind: number): ByteRange[] {
  const areas: { start: number; end: number }[] = [];
  for (const place of places) {
    const last = areas.at(-1);
    const start = Math.max(0, place - before);
    const end = Math.min(size, place + behind);
    if (last !== undefined && start <= last.end) last.end = end;
    else areas.push({ start, end });
  }
  return areas;
}
