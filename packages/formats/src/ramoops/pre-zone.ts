import type { ByteRange } from '../bytes/range.js';
import { slice, type TracedBytes } from '../bytes/traced.js';
import { type DmesgHeader, parseDmesgHeader } from './dmesg-header.js';

/** A dump of ramoops before 3.5: a header line and text at the start of a slot, zeros to the end of the slot. */
export interface PreZoneDump {
  readonly header: DmesgHeader;
  readonly stored: TracedBytes;
  readonly payload: TracedBytes;
}

/** Slots are powers of two; none smaller was ever useful. */
const smallestSlot = 512;

/** The bare form of the header line, the only one before 3.12. */
export function isPreZoneDump(window: Uint8Array): boolean {
  return /^====\d{1,10}\.\d{1,6}\n/.test(String.fromCharCode(...window.subarray(0, 24)));
}

/**
 * The dump at offset `at` of the area; null when none stands there.
 * @param end where the next dump begins, or what surely is none any more
 */
export function readPreZoneDump(content: TracedBytes, at: number, end: number): PreZoneDump | null {
  const { bytes } = content;
  const header = isPreZoneDump(bytes.subarray(at)) ? parseDmesgHeader(bytes.subarray(at, at + 64)) : null;
  if (header === null) return null;
  const zero = bytes.subarray(at, end).indexOf(0);
  const stored = slice(content, at, zero < 0 ? end : at + zero);
  const length = Math.min(header.length, stored.bytes.length);
  return { header: { ...header, length }, stored, payload: slice(stored, length, stored.bytes.length) };
}

/** Places in an open range of the medium where a slot may begin. */
export function isSlotStart(at: number, open: readonly ByteRange[]): boolean {
  return at % smallestSlot === 0 && open.some((range) => at >= range.start && at < range.end);
}
