import {
  Z_BUF_ERROR,
  Z_DATA_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
} from 'pako';
import { adler32 } from './adler32.js';
import type { Compressor, Decompressed } from './compressor.js';
import { beyondCap, checkCap, inputEnds } from './output.js';

/**
 * Raw DEFLATE (RFC 1951): pstore's `deflate` since 4.18. Nothing in it checks the content: a damaged stream can reach
 * its end with wrong bytes. What was decoded from input before the damage is right.
 *
 * Kernels 4.18 to 6.5 feed one zero byte to a stream that still wants input (deflate_decompress, crypto/deflate.c). To
 * ask what they make of a cut stream, append that byte to the input; here it is not complete.
 */
export const deflate: Compressor = {
  name: 'deflate',
  // A dynamic block: of all records seen the first is of that kind.
  traces: (stream) => ((stream[0] ?? 0) & 6) === 4,
  decompress(input, { maxOutput }) {
    checkCap(maxOutput);
    return inflate(input, 0, maxOutput);
  },
};

/**
 * DEFLATE in a zlib wrapper (RFC 1950): pstore's `zlib` of 3.12 to 4.17. Distances are not held to the window of the
 * header, as in the kernel. A text whose Adler-32 is wrong or cut off is given whole, but is not complete.
 */
export const zlib: Compressor = {
  name: 'zlib',
  traces: (stream) => zlibWindowBits(stream) !== null,
  decompress(input, { maxOutput }) {
    checkCap(maxOutput);
    if (zlibWindowBits(input) === null) return nothing('no zlib header');
    if (((input[1] as number) & presetDictionary) !== 0) return nothing('the zlib header wants a preset dictionary');
    const text = inflate(input, headerSize, maxOutput);
    if (!text.complete) return text;
    const at = text.used;
    if (input.length - at < checkSize) {
      return { bytes: text.bytes, complete: false, used: input.length, reason: 'the Adler-32 is cut', at };
    }
    const used = at + checkSize;
    const stored = new DataView(input.buffer, input.byteOffset, input.length).getUint32(at);
    if (stored === adler32(text.bytes)) return { bytes: text.bytes, complete: true, used };
    return { bytes: text.bytes, complete: false, used, reason: 'the Adler-32 is wrong', at };
  },
};

/**
 * The window that a zlib header names, 8 to 15 bits; null when the first two bytes are no zlib header. pstore of 3.12 to
 * 4.17 writes 12 and refuses more (WINDOW_BITS, fs/pstore/platform.c).
 */
export function zlibWindowBits(input: Uint8Array): number | null {
  const method = input[0] ?? 0;
  const flags = input[1] ?? 0;
  const valid =
    input.length >= headerSize && (method & 0x0f) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0;
  return valid ? (method >> 4) + 8 : null;
}

const headerSize = 2;
const checkSize = 4;
const presetDictionary = 0x20;
const chunkSize = 16384;

/**
 * The raw stream at `start`. On pako's zlib calls and not on its `Inflate` class: that one keeps the chunk in which an
 * error lies to itself, up to 16 KiB of good text.
 */
function inflate(input: Uint8Array, start: number, maxOutput: number): Decompressed {
  const stream = new ZStream();
  stream.input = input;
  stream.next_in = start;
  stream.avail_in = input.length - start;
  let status: number = zlibInflateInit2(stream, -15);

  const chunks: Uint8Array[] = [];
  // One byte more than wanted: whatever fills it has more than the cap.
  let room = maxOutput + 1;
  while (status === Z_OK && room > 0) {
    stream.output = new Uint8Array(Math.min(chunkSize, room));
    stream.next_out = 0;
    stream.avail_out = stream.output.length;
    status = zlibInflate(stream, Z_NO_FLUSH);
    chunks.push(stream.output.subarray(0, stream.next_out));
    room -= stream.next_out;
    // Room is left: either it is over, or it waits for input that is not there.
    if (stream.avail_out > 0) break;
  }

  const used = stream.next_in;
  const bytes = joined(chunks, Math.min(maxOutput, maxOutput + 1 - room));
  if (room === 0) return { bytes, complete: false, used, reason: beyondCap, at: used };
  switch (status) {
    case Z_STREAM_END:
      return { bytes, complete: true, used };
    case Z_OK:
    case Z_BUF_ERROR:
      return { bytes, complete: false, used, reason: inputEnds, at: used };
    case Z_DATA_ERROR:
      return { bytes, complete: false, used, reason: stream.msg, at: used };
    default:
      throw new Error(`zlibInflate gave ${status}`);
  }
}

function nothing(reason: string): Decompressed {
  return { bytes: new Uint8Array(0), complete: false, used: 0, reason, at: 0 };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, length - at), at);
    at += chunk.length;
  }
  return bytes;
}
