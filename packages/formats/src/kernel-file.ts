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
