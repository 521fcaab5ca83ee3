import type { Finding, Report } from '@pstore-decode/formats';
import { type ByteRange, type TracedBytes, trace } from '@pstore-decode/formats/bytes';
import type { DirectAccess } from './scan/direct-access.js';

/** A file that stands on a source as a whole. */
export interface NamedRange {
  /** Below the folder that was opened, `/` between its parts; the name alone of a single file. */
  readonly path: string;
  readonly range: ByteRange;
}

/** Where bytes come from. Offsets of this source are those of the root medium. */
export interface RandomAccessSource {
  /** In bytes, as the medium says; the bytes may turn out to end earlier. */
  readonly size: number;
  /** Files whose paths are known, ascending and disjoint: what they are can be told without a look at their bytes. */
  readonly files?: readonly NamedRange[];
  /** What was wrong already when it was opened. */
  readonly findings?: readonly Finding[];
  /** A faster way to the same bytes, for a search. */
  readonly direct?: DirectAccess;
  /**
   * All bytes of the range. What the medium does not give comes back as `filled` zeros and is told: `medium.unreadable`
   * for holes and bad sectors, `medium.short` behind an end that came too early.
   * @throws RangeError when the range does not lie within 0 and `size`
   */
  read(range: ByteRange, report: Report): Promise<TracedBytes>;
}

/**
 * A medium that is in memory already. What `read` gives is a view of `bytes`: do not write to them while it is in use.
 * @throws TypeError when it is given anything but bytes
 */
export function fromBytes(bytes: Uint8Array | ArrayBuffer): RandomAccessSource {
  const all = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(all instanceof Uint8Array)) throw new TypeError(`bytes expected, ${typeof bytes} given`);
  return {
    size: all.length,
    async read(range) {
      checkRange(range, all.length);
      return trace(all.subarray(range.start, range.end), range.start);
    },
  };
}

/** @throws RangeError when the range is not made of whole numbers with 0 <= start <= end <= size */
export function checkRange(range: ByteRange, size: number): void {
  const { start, end } = range;
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && end <= size)) {
    throw new RangeError(`range ${start}..${end} of a medium of ${size} bytes`);
  }
}
