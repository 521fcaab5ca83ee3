import { zlib } from '@pstore-decode/formats/compress';
import type { Unpacked } from './pieces.js';

/** `length` bytes of a zlib stream. All of them with a wrong Adler-32, or without one, are doubtful. */
export function unpackZlib(stored: Uint8Array, length: number): Unpacked {
  const { bytes, reason } = zlib.decompress(stored, { maxOutput: length });
  if (reason === undefined) return { bytes };
  return bytes.length < length ? { bytes, reason } : { bytes, wrongChecksum: reason };
}
