import type { ByteRange } from '../bytes/range.js';
import { surroundings } from '../bytes/surroundings.js';

/** A medium up to this size that begins with a store or a record is read whole: it is most likely nothing else. */
const smallMedium = 64 << 20;
/** A record may have lost its header. */
const marginBefore = 4096;
/** Larger than the slots of a store; what belongs to it is found by hits of its own. */
const marginBehind = 4 << 20;

/**
 * The surroundings of the hits.
 * @param hits offsets in the root medium, ascending
 */
export function areasOf(hits: readonly number[], size: number): ByteRange[] {
  if (hits[0] === 0 && size <= smallMedium) return [{ start: 0, end: size }];
  return surroundings(hits, size, marginBefore, marginBehind);
}
