import type { Compressor, Decompressed } from './compressor.js';
import { beyondCap, checkCap, inputEnds, outputFor } from './output.js';
import { xxhash64 } from './xxhash64.js';
import { decodeBlock, freshMemory } from './zstd-block.js';
import { checksumSize, endOfSkippable, frameKind, littleEndian, readFrameHeader } from './zstd-frame.js';
import type { Fault } from './zstd-literals.js';

/**
 * zstd frames (RFC 8878): pstore's `zstd` of 4.19 to 6.5. Kernels write no checksum, and not all of them a content size:
 * a damaged stream can reach its end with wrong bytes.
 *
 * Complete is what the kernel takes (ZSTD_decompress): whole frames, their texts one behind the other, skippable frames
 * skipped, and nothing behind them. Other bytes there make it not complete; `at` is then where they begin, and the input
 * up to there is complete. Stricter than the kernel, as the format has it: streams of bits must end with what they say,
 * a block holds at most 128 KiB, reserved bits are 0, and an input of no bytes is no frame. Laxer: any size of window.
 *
 * A wrong checksum or content size, reserved bits, bits left over and literals with wrong letters do not stop it: all text
 * is given, and `at` is where the first of them is. Other faults break off the text. In a compressed block sequences are
 * followed up to the first that is impossible; their bits are read from its end, so the damage lies at `at` or behind it.
 */
export const zstd: Compressor = {
  name: 'zstd',
  traces: (stream) => frameKind(stream, 0) !== null,
  decompress(input, { maxOutput }) {
    checkCap(maxOutput);
    const texts: Uint8Array<ArrayBuffer>[] = [];
    let room = maxOutput;
    let at = 0;
    const stopped = (reason: string, where: number, used = where, unplaced?: Uint8Array): Decompressed => {
      const literals = unplaced !== undefined && unplaced.length > 0 ? { literals: unplaced.slice() } : {};
      return { bytes: joined(texts), complete: false, used, reason, at: where, ...literals };
    };

    do {
      const kind = frameKind(input, at);
      if (kind === 'skippable') {
        const end = endOfSkippable(input, at);
        if (end === null) return stopped(inputEnds, input.length);
        at = end;
      } else if (kind === 'content') {
        const { bytes, end, fault, unplaced } = decodeFrame(input, at, room);
        texts.push(bytes);
        room -= bytes.length;
        if (fault !== null) return stopped(fault.reason, fault.at, end, unplaced);
        at = end;
      } else if (at > 0) {
        return stopped('bytes behind the frame', at);
      } else {
        return input.length < 4 ? stopped(inputEnds, input.length) : stopped('no zstd frame', 0);
      }
    } while (at < input.length);
    return { bytes: joined(texts), complete: true, used: at };
  },
};

/** What a frame gave: all of it, also when something was wrong, or what comes before the place where it broke off. */
interface DecodedFrame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the frame ends or broke off. */
  readonly end: number;
  /** The first thing wrong with it; null when nothing is. */
  readonly fault: Fault | null;
  readonly unplaced?: Uint8Array | undefined;
}

/** Decodes the frame whose magic number is at `start`. */
function decodeFrame(input: Uint8Array, start: number, room: number): DecodedFrame {
  // No memory before there is text: a frame can be empty, and there may be very many.
  const output = outputFor(0, room);
  const header = readFrameHeader(input, start);
  if (header === null) return brokenHeader(inputEnds, input.length);
  if (header.dictionaryId !== 0) return brokenHeader('the frame wants a dictionary', start);
  let fault: Fault | null = header.reserved ? { reason: 'a reserved bit is set', at: start + 4 } : null;

  let memory = freshMemory;
  let at = start + header.size;
  for (let last = false; !last; ) {
    const block = decodeBlock(input, at, memory, output);
    fault ??= block.fault;
    if (block.next === null) {
      const { bytes } = output.ended(at);
      const capped = block.fault?.reason === beyondCap;
      return { bytes, end: block.fault?.at ?? at, fault, unplaced: capped ? undefined : block.unplaced };
    }
    ({ memory } = block);
    ({ at, last } = block.next);
  }

  const { bytes } = output.ended(at);
  if (header.contentSize !== null && header.contentSize !== BigInt(bytes.length)) {
    fault ??= { reason: 'the content size is wrong', at };
  }
  if (!header.checksum) return { bytes, end: at, fault };
  const end = Math.min(at + checksumSize, input.length);
  if (end < at + checksumSize) return { bytes, end, fault: fault ?? { reason: 'the content checksum is cut', at } };
  if (fault === null && BigInt(littleEndian(input, at, checksumSize)) !== BigInt.asUintN(32, xxhash64(bytes))) {
    fault = { reason: 'the content checksum is wrong', at };
  }
  return { bytes, end, fault };
}

function brokenHeader(reason: string, at: number): DecodedFrame {
  return { bytes: new Uint8Array(0), end: at, fault: { reason, at } };
}

function joined(texts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (texts.length === 1) return texts[0] as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(texts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const text of texts) {
    bytes.set(text, at);
    at += text.length;
  }
  return bytes;
}
