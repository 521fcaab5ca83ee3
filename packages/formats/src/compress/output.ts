import type { Decompressed } from './compressor.js';
import { copyLiterals, copyMatch } from './copy.js';

/** Where the text of a stream goes. */
export interface TextOutput {
  /** Bytes so far that a match can begin in. */
  length(): number;
  /** Appends bytes `start` to `end` of `input`. False when the cap kept some of them out. */
  literals(input: Uint8Array, start: number, end: number): boolean;
  /**
   * Appends `count` bytes, each the one that stands `distance` before it; the two may overlap. The caller has seen to
   * it that `distance` lies within the output. False when the cap kept some of them out.
   */
  match(distance: number, count: number): boolean;
}

/** What a decompressor has written so far: never more than its cap, in memory that doubles as bytes come. */
export interface Output extends TextOutput {
  /** The stream came to its end after `used` bytes of input. */
  ended(used: number): Decompressed;
  /** It broke off: `reason` in fixed words, `at` the offset in the input. */
  stopped(reason: string, at: number): Decompressed;
}

/** The words of every decompressor that has more to give than it may. */
export const beyondCap = 'more output than the cap';

/** The words of every decompressor whose input is cut. */
export const inputEnds = 'the input ends before the stream';

/**
 * An empty output for a stream of `stored` bytes.
 * @throws RangeError when `maxOutput` is no whole number of bytes
 */
export function outputFor(stored: number, maxOutput: number): Output {
  checkCap(maxOutput);
  let bytes = new Uint8Array(Math.min(maxOutput, 4 * stored));
  let length = 0;

  /** How many of `count` bytes there is room for. */
  function roomFor(count: number): number {
    const wanted = Math.min(count, maxOutput - length);
    if (length + wanted > bytes.length) {
      const grown = new Uint8Array(Math.min(maxOutput, Math.max(2 * bytes.length, length + wanted)));
      grown.set(bytes.subarray(0, length));
      bytes = grown;
    }
    return wanted;
  }

  return {
    length: () => length,
    literals(input, start, end) {
      const count = roomFor(end - start);
      copyLiterals(bytes, length, input, start, count);
      length += count;
      return count === end - start;
    },
    match(distance, wanted) {
      const count = roomFor(wanted);
      copyMatch(bytes, length, distance, count);
      length += count;
      return count === wanted;
    },
    ended: (used) => ({ bytes: bytes.slice(0, length), complete: true, used }),
    stopped: (reason, at) => ({ bytes: bytes.slice(0, length), complete: false, used: at, reason, at }),
  };
}

/** @throws RangeError when `maxOutput` is no whole number of bytes */
export function checkCap(maxOutput: number): void {
  if (!(Number.isSafeInteger(maxOutput) && maxOutput >= 0)) {
    throw new RangeError(`maxOutput must be a whole number of bytes, not ${maxOutput}`);
  }
}
