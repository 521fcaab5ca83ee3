import { zstd } from '@pstore-decode/formats/compress';
import type { ByteReader } from './byte-reader.js';
import { foreignBytes, type StreamFormat } from './unpack.js';

/** A file of zstd frames (RFC 8878). They are decoded in memory, all at once. */
export const zstdFile: StreamFormat = {
  name: 'zstd',
  recognizes: ([a, b, c, d]) => a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd,
  largest: 256 << 20,
  unpack: readFrames,
};

const mostOutput = 1 << 30;

async function* readFrames(input: ByteReader): AsyncGenerator<Uint8Array, string | null, void> {
  const {
    bytes,
    complete,
    used,
    reason = '',
  } = zstd.decompress(await input.peek(input.left()), { maxOutput: mostOutput });
  if (bytes.length > 0) yield bytes;
  input.skip(used);
  if (complete) return null;
  return reason === 'bytes behind the frame' ? foreignBytes : reason;
}
