import type { Hints } from '../backend.js';
import type { ByteRange } from '../bytes/range.js';
import type { Report } from '../finding.js';

/** A medium up to this size is read whole: it is most likely a copy of the region, or of little more. */
const smallMedium = 64 << 20;

/** Signatures farther apart than this belong to different regions. */
const farApart = 16 << 20;

/**
 * Where to read: the region that the caller named, a small medium whole, or of a large one the surroundings of the
 * signatures.
 * @param hits offsets in the root medium, ascending
 */
export function areasOf(hits: readonly number[], size: number, hints: Hints, report: Report): ByteRange[] {
  const { memAddress, memSize, recordSize } = hints.ramoops ?? {};
  if (memAddress !== undefined && memSize !== undefined && memAddress < size) {
    return [{ start: memAddress, end: Math.min(memAddress + memSize, size) }];
  }
  if (memAddress !== undefined && memAddress >= size) {
    report({ code: 'area.address', at: null, detail: `0x${memAddress.toString(16)}` });
  }
  if (size <= smallMedium)
    return size > 0 && (hits.length > 0 || recordSize !== undefined) ? [{ start: 0, end: size }] : [];
  return clusters(hits).map((cluster) => surroundings(cluster, size));
}

function clusters(hits: readonly number[]): ByteRange[] {
  const found: { start: number; end: number }[] = [];
  for (const hit of hits) {
    const last = found.at(-1);
    if (last !== undefined && hit - last.end <= farApart) last.end = hit;
    else found.push({ start: hit, end: hit });
  }
  return found;
}

/** A zone may begin before the first signature, if it lost its own, and the last one reaches behind it. */
function surroundings(cluster: ByteRange, size: number): ByteRange {
  const margin = Math.max(1 << 20, Math.min(farApart, cluster.end - cluster.start));
  return { start: Math.max(0, cluster.start - margin), end: Math.min(size, cluster.end + margin) };
}
