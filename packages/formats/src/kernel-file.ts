import { concat, derive, type TracedBytes } from './bytes/traced.js';
import { isSince, type KernelVersion } from './kernel-version.js';
import type { EccSummary, RecordType } from './record.js';

/** How pstorefs names a record (pstore_mkfile, fs/pstore/inode.c). Only types of our own alphabet come here. */
export function kernelFileName(
  type: RecordType,
  backend: string,
  id: bigint,
  compressed: boolean,
  kernel: KernelVersion,
): string {
  const bare = !isSince(kernel, 3, 19) && (type === 'console' || type === 'ftrace');
  const marked = compressed && isSince(kernel, 3, 12);
  return `${type}-${backend}${bare ? '' : `-${id}`}${marked ? '.enc.z' : ''}`;
}

/** The line that ramoops puts behind a record (persistent_ram_ecc_string, fs/pstore/ram_core.c); empty without ECC. */
export function eccNotice(ecc: EccSummary, kernel: KernelVersion): string {
  if (ecc.size === 0 || !isSince(kernel, 3, 10)) return '';
  const prefix = isSince(kernel, 5, 19) ? 'ECC: ' : '';
  if (ecc.corrected === 0 && ecc.uncorrectable === 0) return `\n${prefix}No errors detected\n`;
  return `\n${prefix}${ecc.corrected} Corrected bytes, ${ecc.uncorrectable} unrecoverable blocks\n`;
}

/** `content` with the notice of the zones it was read from behind it. */
export function withNotice(content: TracedBytes, notice: string, source: TracedBytes): TracedBytes {
  return notice === '' ? content : concat(content, derive(new TextEncoder().encode(notice), source));
}

/**
 * Whether a kernel shows the text of a compressed dump, or the stored bytes as `.enc.z` (decompress_record,
 * fs/pstore/platform.c). Kernels from 4.7 to 6.5 could be built or told to use another algorithm; what is asked here
 * is whether the one of the stream is theirs by default.
 * @param bufferSize `psinfo->bufsize` of the backend, from which the kernel derives the room for the text
 */
export function kernelDecompresses(stream: CompressedStream, bufferSize: number, kernel: KernelVersion): boolean {
  // Up to 3.18 the header line was left in front of the stream, so that it never decompressed.
  if (!stream.complete || !isSince(kernel, 3, 19)) return false;
  if (isSince(kernel, 4, 18)) return stream.compression === 'deflate' && stream.length <= textRoom(bufferSize, kernel);
  return (
    stream.compression === 'zlib' && (stream.windowBits ?? 15) <= 12 && stream.length <= textRoom(bufferSize, kernel)
  );
}

export interface CompressedStream {
  /** Name of the compressor that read it. */
  readonly compression: string;
  /** The stream came to its end without a fault. */
  readonly complete: boolean;
  /** Bytes of text. */
  readonly length: number;
  /** Of a zlib header. */
  readonly windowBits?: number;
}

/** The room for the text of one dump: a share of the buffer that once fitted typical logs (spec of 3.12 to 6.5). */
function textRoom(bufferSize: number, kernel: KernelVersion): number {
  if (isSince(kernel, 6, 6)) return 3 * bufferSize;
  const percent =
    bufferSize < 1000 || bufferSize > 10000
      ? 60
      : bufferSize <= 2000
        ? 56
        : bufferSize <= 3000
          ? 54
          : bufferSize < 4000
            ? 52
            : 45;
  return Math.floor((bufferSize * 100) / percent);
}
