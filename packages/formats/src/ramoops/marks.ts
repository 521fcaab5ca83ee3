import { type Candidate, isFull } from './candidates.js';
import { eccGeometry } from './ecc-blocks.js';
import type { Scene } from './hypotheses.js';
import { floorPowerOfTwo } from './zones.js';

/** Shorter zones hold nothing. */
export const smallestZone = 256;
/** How many are taken of each end of a long list. */
export const maxMarks = 32;
export const maxCandidates = 256;

/**
 * Where a zone may begin: at a signature, behind a ring that has wrapped, or (`lost`) at a multiple of a distance
 * between signatures.
 */
export function marksOf(
  scene: Scene,
  inside: readonly Candidate[],
  base: number,
  end: number,
  lost: boolean,
): readonly number[] {
  const few = edges(inside, maxMarks);
  const marks = new Set(few.map(({ at }) => at));
  for (const { at, header } of few) {
    if (isFull(header)) for (const size of zoneSizesOf(header.size, scene.eccSize)) marks.add(at + size);
  }
  for (const stride of lost ? strides(inside) : []) {
    for (let at = base, i = 0; at < end && i < maxMarks; at += stride, i++) marks.add(at);
  }
  return edges(
    [...marks].sort((a, b) => a - b),
    2 * maxMarks,
  );
}

/** Powers of two with this capacity: one or none. */
function zoneSizesOf(capacity: number, eccSize: number): number[] {
  const above = 2 * floorPowerOfTwo(capacity);
  return [above, 2 * above].filter((size) => eccGeometry(size, eccSize, 'shared')?.capacity === capacity);
}

/** Distances between neighbouring signatures at the beginning: sizes of dump zones. */
export function strides(candidates: readonly Pick<Candidate, 'at'>[]): number[] {
  const distances = candidates.slice(1, 9).map(({ at }, i) => at - (candidates[i]?.at ?? 0));
  return [...new Set(distances)].filter((distance) => distance >= smallestZone);
}

/** The first and the last of a long list: dump zones and what is behind them. */
export function edges<T>(list: readonly T[], count: number): readonly T[] {
  return list.length <= 2 * count ? list : [...list.slice(0, count), ...list.slice(-count)];
}
