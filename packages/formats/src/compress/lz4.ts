import type { Compressor } from './compressor.js';
import { beyondCap, inputEnds, outputFor } from './output.js';
import { beginsWord } from './word.js';

/**
 * A bare LZ4 block (doc/lz4_Block_format.md of the LZ4 project): pstore's `lz4` of 4.7 to 6.5 and its `lz4hc` of 4.18
 * to 6.5, which makes the same format. Nothing in it checks the content: a damaged stream can reach its end with wrong
 * bytes. What was decoded from input before the damage is right.
 *
 * A block has no end marker. It is complete when the input ends right behind the literals of a sequence; bytes behind
 * it cannot be told from it. Of faults `at` is the offset of the token of the sequence that cannot be followed, and of
 * input that is cut, its end.
 *
 * The kernel asks for more (LZ4_decompress_safe, 6.1): literals that end in the last 8 bytes of the input, or in the last
 * 12 of its buffer, must be the last, and no match may end in the last 5 of its buffer. It does not refuse a distance of
 * 0, whose bytes are then undefined.
 */
export const lz4: Compressor = {
  name: 'lz4',
  // A run of at least 8 literals, and the first of them like those of `Panic#1 Part1`.
  traces: (stream) => {
    const token = stream[0] ?? 0;
    const start = token < 0xf0 ? 1 : 2;
    return token >= 0x80 && beginsWord(stream[start], stream[start + 1]);
  },
  decompress(input, { maxOutput }) {
    const output = outputFor(input.length, maxOutput);
    const end = input.length;
    let at = 0;

    /** A length whose four bits are all ones goes on in bytes, up to the first that is not 255. */
    function length(bits: number): number {
      let sum = bits;
      if (bits < 15) return sum;
      while (at < end) {
        const byte = input[at++] as number;
        sum += byte;
        if (byte < 255) return sum;
      }
      return cut;
    }

    while (at < end) {
      const sequence = at;
      const token = input[at++] as number;

      const literals = length(token >> 4);
      if (literals === cut) break;
      const start = at;
      at += literals;
      if (!output.literals(input, start, Math.min(at, end))) return output.stopped(beyondCap, sequence);
      if (at === end) return output.ended(end);

      if (end - at < 2) break;
      const distance = (input[at] as number) | ((input[at + 1] as number) << 8);
      at += 2;
      if (distance === 0) return output.stopped(noDistance, sequence);
      if (distance > output.length()) return output.stopped(beforeStart, sequence);
      const count = length(token & 15);
      if (count === cut) break;
      if (!output.match(distance, count + shortestMatch)) return output.stopped(beyondCap, sequence);
    }
    return output.stopped(inputEnds, end);
  },
};

const noDistance = 'a match at distance 0';
const beforeStart = 'a match begins before the text';

const shortestMatch = 4;

/** In place of a length whose last byte is missing. */
const cut = -1;
