import type { Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import { type DumpReading, readCompressedDump } from '../dump/index.js';
import type { Finding } from '../finding.js';
import { looksLikeText } from '../payload/dmesg.js';
import type { Timestamp } from '../record.js';
import { compressedDump, errorLogInfo, oldOopsHeader, oopsHeader, oopsVersion, plainDump } from './layout.js';

/** The dump in a partition for them. */
export interface OopsReport {
  readonly errorType: number;
  readonly sequence: number;
  /** Absent up to 3.10, and where the clock did not run. */
  readonly time?: Timestamp;
  /** The report as it stands, as much of it as is there. */
  readonly stored: TracedBytes;
  /** Bytes of the report that its length claims and that are not there. */
  readonly excess: number;
  readonly reading: DumpReading;
  /** What follows in the partition, up to its last byte that is not zero. */
  readonly slack: TracedBytes;
  readonly findings: readonly Finding[];
}

/**
 * The dump in the data of a partition, behind `err_log_info`; null when it holds none: a length of 0, or no room for the
 * headers.
 */
export function readReport(data: TracedBytes, hints: Hints, fuel: Fuel): OopsReport | null {
  const place = placeOf(data.bytes);
  if (place === null || place.length === 0) return null;
  const { errorType, sequence } = errorLogInfo.decode(data.bytes, 0, 'be');
  const end = Math.min(data.bytes.length, place.start + place.length);
  const excess = place.start + place.length - end;
  const stored = slice(data, place.start, end);
  const reading = readDump(stored, errorType, hints, fuel);
  const detail = `${place.length} bytes claimed, ${stored.bytes.length} there`;
  const cut: Finding[] = excess > 0 ? [{ code: 'nvram.size', at: extent(data), detail }] : [];
  return {
    errorType,
    sequence,
    ...(place.seconds === 0n ? {} : { time: { seconds: place.seconds, nanoseconds: 0 } }),
    stored,
    excess,
    reading,
    slack: slackFrom(data, end),
    findings: [...cut, ...reading.findings],
  };
}

/** What stands in the data from `start` to the last byte that is no filler. */
export function slackFrom(data: TracedBytes, start: number): TracedBytes {
  const { bytes } = data;
  const filler = bytes.at(-1) === 0xff ? 0xff : 0;
  let end = bytes.length;
  while (end > start && bytes[end - 1] === filler) end -= 1;
  return slice(data, start, end);
}

/** Where the report stands in the data of a partition: behind the header since 3.11, else behind its length alone. */
export function placeOf(data: Uint8Array): { start: number; length: number; seconds: bigint } | null {
  const at = errorLogInfo.size;
  if (data.length < at + oldOopsHeader.size) return null;
  const { reportLength: first } = oldOopsHeader.decode(data, at, 'be');
  if (first < oopsVersion) return { start: at + oldOopsHeader.size, length: first, seconds: 0n };
  if (data.length < at + oopsHeader.size) return null;
  const { reportLength, timestamp } = oopsHeader.decode(data, at, 'be');
  return { start: at + oopsHeader.size, length: reportLength, seconds: timestamp };
}

/** A type that no kernel writes says nothing: what reads as a stream is one then. */
function readDump(stored: TracedBytes, errorType: number, hints: Hints, fuel: Fuel): DumpReading {
  const plain: DumpReading = { payload: stored, text: stored, complete: true, findings: [] };
  if (errorType === compressedDump) return readCompressedDump(stored, [], hints, fuel);
  if (errorType === plainDump || looksLikeText(stored.bytes)) return plain;
  const tried = readCompressedDump(stored, [], hints, fuel);
  return tried.compression === 'unknown' || tried.compression === undefined ? plain : tried;
}
