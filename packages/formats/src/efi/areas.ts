import type { ByteRange } from '../bytes/range.js';
import { surroundings } from '../bytes/surroundings.js';

/** A store may have lost its header: it begins before the first dump in it. */
const marginBefore = 1 << 20;
/** Larger than the volumes of known firmware: a store, its working block and its spare lie within it. */
const marginBehind = 4 << 20;

/**
 * The surroundings of the hits: a store may have lost its header, and what belongs to it stands behind it. A medium of
 * variables alone is read whole.
 * @param hits offsets in the root medium, ascending
 */
export function areasOf(hits: readonly number[], size: number): ByteRange[] {
  return surroundings(hits, size, marginBefore, marginBehind);
}
