import { Z_BUF_ERROR, Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from 'pako';
import type { ByteReader } from './byte-reader.js';
import { foreignBytes, type StreamFormat } from './unpack.js';

/** gzip (RFC 1952): members one behind the other, and zeros behind the last. Their CRC-32 are checked. */
export const gzip: StreamFormat = {
  name: 'gzip',
  // The method is deflate, and no reserved flag is set.
  recognizes: ([a, b, method, flags = 0xff]) => a === 0x1f && b === 0x8b && method === 8 && (flags & 0xe0) === 0,
  unpack: readMembers,
};

type Text = AsyncGenerator<Uint8Array, string | null, void>;

const outputSize = 256 << 10;
const inputSize = 64 << 10;

/** Window bits for zlib: the largest, in a wrapper of gzip. */
const gzipWindow = 15 + 16;

async function* readMembers(input: ByteReader): Text {
  for (let isFirst = true; ; isFirst = false) {
    const head = await input.peek(4);
    if (head.length === 0) return null;
    if (!isFirst && !gzip.recognizes(head)) return (await isPadding(input)) ? null : foreignBytes;
    const reason = yield* inflated(input, gzipWindow);
    if (reason !== null) return reason;
  }
}

/**
 * One stream, on zlib's own calls: what was decoded before a fault is not lost with it.
 * @param windowBits as zlib takes them: they say what the stream is wrapped in
 */
export async function* inflated(input: ByteReader, windowBits: number): Text {
  const stream = new ZStream();
  let status: number = zlibInflateInit2(stream, windowBits);
  const output = new Uint8Array(outputSize);
  while (status === Z_OK || status === Z_BUF_ERROR) {
    const given = await input.peek(inputSize);
    stream.input = given;
    stream.next_in = 0;
    stream.avail_in = given.length;
    do {
      stream.output = output;
      stream.next_out = 0;
      stream.avail_out = output.length;
      status = zlibInflate(stream, Z_NO_FLUSH);
      if (stream.next_out > 0) yield output.subarray(0, stream.next_out);
    } while (status === Z_OK && stream.avail_out === 0);
    input.skip(stream.next_in);
    if (status === Z_STREAM_END) return null;
    if (given.length === 0) return 'the stream is cut';
  }
  return stream.msg || `zlib gave ${status}`;
}

/** Whether all that is left are zeros; goes to where they end. */
export async function isPadding(input: ByteReader): Promise<boolean> {
  for (;;) {
    const bytes = await input.peek(inputSize);
    if (bytes.length === 0) return true;
    const other = bytes.findIndex((byte) => byte !== 0);
    if (other >= 0) return false;
    input.skip(bytes.length);
  }
}
