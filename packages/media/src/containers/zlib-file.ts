import type { ByteReader } from './byte-reader.js';
import { inflated, isPadding } from './gzip.js';
import { foreignBytes, type StreamFormat } from './unpack.js';

/** One zlib stream (RFC 1950), as LiME writes it with compress=1. Its two first bytes say little: they stand by chance too. */
export const zlibFile: StreamFormat = {
  name: 'zlib',
  // Deflate, a window of at most 32 KiB, no dictionary, and a multiple of 31.
  recognizes: ([method = 0, flags = 0]) =>
    (method & 15) === 8 && method >> 4 <= 7 && (flags & 0x20) === 0 && (method * 256 + flags) % 31 === 0,
  unpack: readStream,
};

/** Any window. */
const zlibWindow = 15;

/** Bytes of text that chance does not give; records of pstore, whose readers know them better, have fewer too. */
const believed = 1 << 20;

async function* readStream(input: ByteReader): AsyncGenerator<Uint8Array, string | null, void> {
  const held: Uint8Array[] = [];
  let size = 0;
  const text = inflated(input, zlibWindow);
  let step = await text.next();
  for (; !step.done; step = await text.next()) {
    size += step.value.length;
    if (size < believed) held.push(step.value.slice());
    else {
      yield* held.splice(0);
      yield step.value;
    }
  }
  if (size < believed) return foreignBytes;
  return step.value ?? ((await isPadding(input)) ? null : foreignBytes);
}
