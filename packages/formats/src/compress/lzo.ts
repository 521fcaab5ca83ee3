import type { Compressor, Decompressed } from './compressor.js';
import { beyondCap, inputEnds, type Output, outputFor } from './output.js';
import { beginsWord } from './word.js';

/**
 * LZO1X: pstore's `lzo` of 4.7 to 6.5, and the kernel's lzo-rle (bitstream version 1), which pstore never writes. Linux
 * describes the format in Documentation/staging/lzo.rst, where the ranges of the first byte are off by one. Nothing in it
 * checks the content: a damaged stream can reach its end with wrong bytes. What was decoded from input before the damage
 * is right.
 *
 * Complete is what lzo1x_decompress_safe of the kernel accepts: an end marker with nothing behind it. Bytes behind the
 * marker make it not complete; `at` is then where they begin, and the input up to there is complete. Of other faults
 * `at` is the offset of the instruction that cannot be followed, and of input that is cut, its end. The kernel also wants
 * three bytes of input behind any literals; the end marker is as long, so no stream that is complete lacks them.
 */
export const lzo: Compressor = {
  name: 'lzo',
  // A run of at least 4 literals, and the first of them like those of `Panic#1 Part1`.
  traces: (stream) => {
    const code = stream[0] ?? 0;
    const start = code === 0 ? 2 : 1;
    return code < 16 && beginsWord(stream[start], stream[start + 1]);
  },
  decompress(input, { maxOutput }) {
    const output = outputFor(input.length, maxOutput);
    const versioned = input.length >= shortestVersioned && input[0] === versionMark;
    return versioned ? follow(input, 2, input[1] === 1, output) : follow(input, 0, false, output);
  },
};

const beforeStart = 'a match begins before the text';
const wrongEnd = 'the end marker has a wrong length';
const behindEnd = 'bytes behind the end marker';

/** In the first byte: the version follows. Shorter inputs begin with an instruction whatever they hold. */
const versionMark = 17;
const shortestVersioned = 5;

/** The distance that ends the stream, when the instruction for distances from here on names it. */
const farBase = 16384;
const endMarkerLength = 3;

/** What the next instruction is told of the literals before it: none, 1 to 3, or more. */
const manyLiterals = 4;

/** Follows `input` from `start` to the end marker or a fault. */
function follow(input: Uint8Array, start: number, zeroRuns: boolean, output: Output): Decompressed {
  const end = input.length;
  let at = start;
  let before = 0;
  while (at < end) {
    const instruction = at;
    const code = input[at++] as number;
    let length = 0;
    let distance = 0;
    let literals: number;
    if (code > 17 && instruction === start) {
      literals = code - 17;
    } else if (code >= 64 || (code < 16 && before > 0)) {
      if (at === end) break;
      const operand = input[at++] as number;
      literals = code & 3;
      if (code >= 64) {
        length = (code >> 5) + 1;
        distance = (operand << 3) + ((code >> 2) & 7) + 1;
      } else {
        length = before < manyLiterals ? 2 : 3;
        distance = (operand << 2) + (code >> 2) + (before < manyLiterals ? 1 : 2049);
      }
    } else if (zeroRuns && isZeroRun(code, input, at)) {
      if (end - at < 3) break;
      literals = (input[at] as number) & 3;
      const zeros = (((input[at + 2] as number) << 3) | (code & 7)) + 4;
      at += 3;
      if (!output.literals(new Uint8Array(zeros), 0, zeros)) return output.stopped(beyondCap, instruction);
    } else {
      const countMask = code >= 32 ? 31 : code >= 16 ? 7 : 15;
      let count = code & countMask;
      if (count === 0) {
        const last = endOfZeros(input, at);
        if (last === end) break;
        count = countMask + 255 * (last - at) + (input[last] as number);
        at = last + 1;
      }
      if (code < 16) {
        literals = count + 3;
      } else {
        if (end - at < 2) break;
        const operand = (input[at] as number) | ((input[at + 1] as number) << 8);
        at += 2;
        literals = operand & 3;
        length = count + 2;
        distance = (operand >> 2) + (code >= 32 ? 1 : farBase + ((code & 8) << 11));
        if (code < 32 && distance === farBase) {
          if (length !== endMarkerLength) return output.stopped(wrongEnd, instruction);
          return at === end ? output.ended(at) : output.stopped(behindEnd, at);
        }
      }
    }

    if (length > 0) {
      if (distance > output.length()) return output.stopped(beforeStart, instruction);
      if (!output.match(distance, length)) return output.stopped(beyondCap, instruction);
    }
    if (literals > 0) {
      if (!output.literals(input, at, Math.min(at + literals, end))) return output.stopped(beyondCap, instruction);
      at += literals;
    }
    before = Math.min(literals, manyLiterals);
  }
  return output.stopped(inputEnds, end);
}

/** In version 1: an operand of all ones, with the bit for the farthest distances. Its length has a byte of its own. */
function isZeroRun(code: number, input: Uint8Array, at: number): boolean {
  return (code & 0xf8) === 0x18 && ((input[at] ?? 0) & 0xfc) === 0xfc && input[at + 1] === 0xff;
}

/** A length goes on through zero bytes: the offset of the byte behind them, or the end of the input. */
function endOfZeros(input: Uint8Array, start: number): number {
  let at = start;
  while (at < input.length && input[at] === 0) at++;
  return at;
}
