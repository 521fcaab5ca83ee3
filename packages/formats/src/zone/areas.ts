import type { ByteRange } from '../bytes/range.js';
import { largestDevice } from './zones.js';

/** Zones may have lost their headers, or never had one: how much is read before the first and behind the last. */
const margin = 1 << 20;

/**
 * A small medium whole; of a large one the surroundings of the hits, with the beginning of the medium where that is
 * near: it may hold the table of partitions.
 * @param hits offsets in the root medium, ascending
 */
export function areasOf(hits: readonly number[], size: number): ByteRange[] {
  const areas: { start: number; end: number }[] = [];
  for (const hit of hits) {
    const last = areas.at(-1);
    const start = hit <= largestDevice ? 0 : hit - margin;
    // The last zone is about as large as those before it.
    const end = Math.min(size, hit + Math.max(margin, last === undefined ? 0 : hit - last.end + margin));
    if (last !== undefined && hit - last.end <= 16 * margin) last.end = Math.max(last.end, end);
    else areas.push({ start: Math.max(start, last?.end ?? 0), end });
  }
  const [only] = areas;
  if (only !== undefined && areas.length === 1 && size <= largestDevice) return [{ start: 0, end: size }];
  return areas;
}
