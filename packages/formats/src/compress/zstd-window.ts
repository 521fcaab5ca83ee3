import { copyLiterals, copyMatch } from './copy.js';
import type { TextOutput } from './output.js';
import { largestBlock } from './zstd-frame.js';

/** Output of a frame that is given away block by block: it keeps what matches may still reach. */
export interface WindowOutput extends TextOutput {
  /** Before each block, which may not have more than 128 KiB. */
  begin(): void;
  /** The text since `begin`: a view that holds until the next one. */
  text(): Uint8Array;
}

/** Kept besides the window, so that the text need not be moved for every block, in bytes. */
const slack = 1 << 20;

/** An empty output. Its memory grows with the text, up to the window and an eighth of it. */
export function windowOutput(window: number): WindowOutput {
  const most = window + Math.max(slack, window >> 3) + largestBlock;
  let bytes = new Uint8Array(0);
  let length = 0;
  let start = 0;

  /** How many of `count` bytes the block may still have. */
  function roomFor(count: number): number {
    const wanted = Math.min(count, start + largestBlock - length);
    if (length + wanted > bytes.length) {
      const doubled = Math.max(2 * bytes.length, length + wanted);
      const grown = new Uint8Array(2 * doubled > most ? most : doubled); // at the end at once: old and new are both held
      grown.set(bytes.subarray(0, length));
      bytes = grown;
    }
    return wanted;
  }

  return {
    length: () => length,
    begin() {
      if (length + largestBlock > most) {
        bytes.copyWithin(0, length - window, length);
        length = window;
      }
      start = length;
    },
    text: () => bytes.subarray(start, length),
    literals(input, from, end) {
      const count = roomFor(end - from);
      copyLiterals(bytes, length, input, from, count);
      length += count;
      return count === end - from;
    },
    match(distance, wanted) {
      const count = roomFor(wanted);
      copyMatch(bytes, length, distance, count);
      length += count;
      return count === wanted;
    },
  };
}
