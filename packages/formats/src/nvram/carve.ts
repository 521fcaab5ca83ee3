import type { ByteRange } from '../bytes/range.js';
import { blockSize, compressedDump, errorLogInfo, oopsHeader, oopsVersion, plainDump } from './layout.js';

/** The seconds of a clock that can be right: up to the year 3058. */
const latest = 1n << 35n;

/**
 * Reports of kernels since 3.11 in bytes that no partition claims: their headers stand on multiples of 16. Each range
 * begins at `err_log_info` and ends with the report; ascending and disjoint.
 */
export function carveReports(bytes: Uint8Array, { start, end }: ByteRange): ByteRange[] {
  const found: ByteRange[] = [];
  const head = errorLogInfo.size + oopsHeader.size;
  for (let at = start; at + head <= end; at += blockSize) {
    const isVersion = bytes[at + 8] === oopsVersion >> 8 && bytes[at + 9] === (oopsVersion & 0xff);
    if (!isVersion) continue;
    const { errorType } = errorLogInfo.decode(bytes, at, 'be');
    const { reportLength, timestamp } = oopsHeader.decode(bytes, at + errorLogInfo.size, 'be');
    const isKind = errorType === compressedDump || errorType === plainDump;
    if (!isKind || reportLength === 0 || timestamp >= latest) continue;
    const last = Math.min(end, at + head + reportLength);
    found.push({ start: at, end: last });
    // The loop adds one block.
    at = start + Math.ceil((last - start) / blockSize) * blockSize - blockSize;
  }
  return found;
}
