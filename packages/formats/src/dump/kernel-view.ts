import { derive, type TracedBytes } from '../bytes/traced.js';
import { deflate, zlibWindowBits } from '../compress/index.js';
import { isSince, type KernelVersion } from '../kernel-version.js';
import type { DumpReading } from './read.js';

/**
 * The text that a kernel makes of a compressed dump; null where it gives up and shows the stored bytes as `.enc.z`
 * (decompress_record, fs/pstore/platform.c). Kernels from 4.7 to 6.5 could be built or told to use one of several
 * compressors: it is taken for granted that it was that of the record.
 * @param source the stored bytes as that kernel sees them; `reading` is what was made of them
 * @param bufferSize `psinfo->bufsize` of the backend, from which the kernel derives the room for the text
 */
export function kernelDumpText(
  source: TracedBytes,
  reading: DumpReading,
  bufferSize: number,
  kernel: KernelVersion,
): TracedBytes | null {
  const { compression } = reading;
  if (compression === undefined || !compressorsOf(kernel).includes(compression)) return null;
  if (compression === 'zlib' && (zlibWindowBits(source.bytes) ?? 15) > 12) return null;
  const room = textRoom(compression, bufferSize, kernel);
  if (reading.complete) return reading.payload.bytes.length <= room ? reading.payload : null;
  return compression === 'deflate' && !isSince(kernel, 6, 6) ? withZeroByte(source, room) : null;
}

/** What a kernel could be built or told to compress dumps with. */
function compressorsOf(kernel: KernelVersion): readonly string[] {
  if (isSince(kernel, 6, 6)) return ['deflate'];
  if (isSince(kernel, 4, 19)) return ['deflate', 'lzo', 'lz4', '842', 'zstd'];
  if (isSince(kernel, 4, 18)) return ['deflate', 'lzo', 'lz4', '842'];
  if (isSince(kernel, 4, 7)) return ['zlib', 'lzo', 'lz4'];
  return isSince(kernel, 3, 12) ? ['zlib'] : [];
}

/** Kernels from 4.18 to 6.5 feed one zero byte to a stream that still wants input (deflate_decompress, crypto/deflate.c). */
function withZeroByte(source: TracedBytes, room: number): TracedBytes | null {
  const input = new Uint8Array(source.bytes.length + 1);
  input.set(source.bytes);
  const { bytes, complete } = deflate.decompress(input, { maxOutput: room });
  return complete ? derive(bytes, source) : null;
}

/** The room for the text of one dump: a worst case of the compressor, or a share that once fitted typical logs. */
function textRoom(compression: string, bufferSize: number, kernel: KernelVersion): number {
  if (isSince(kernel, 6, 6)) return 3 * bufferSize;
  switch (compression) {
    case 'lzo':
      return bufferSize + Math.floor(bufferSize / 16) + (isSince(kernel, 5, 1) ? 69 : 67);
    case 'lz4':
      return bufferSize + Math.floor(bufferSize / 255) + 16;
    case '842':
      return bufferSize;
    case 'zstd':
      return bufferSize + (bufferSize >> 8) + (bufferSize < 1 << 17 ? ((1 << 17) - bufferSize) >> 11 : 0);
    default:
      return Math.floor((bufferSize * 100) / percentOf(bufferSize));
  }
}

/** What typical logs compress to, by the size of the buffer (allocate_zlib, zbufsize_deflate). */
function percentOf(bufferSize: number): number {
  if (bufferSize < 1000 || bufferSize > 10000) return 60;
  if (bufferSize <= 2000) return 56;
  if (bufferSize <= 3000) return 54;
  return bufferSize < 4000 ? 52 : 45;
}
