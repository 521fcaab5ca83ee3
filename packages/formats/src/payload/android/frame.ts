import type { ByteRange } from '../../bytes/range.js';
import {
  type EntryHeader,
  highestPriority,
  isBinaryBuffer,
  type LogBuffer,
  logBuffers,
  loggerEntries,
  loggerMagic,
  lowestPriority,
  pmsgHeader,
} from './layout.js';

/** The header that a frame has: liblog’s own for pmsg, or one of the versions of `struct logger_entry`. */
export type FrameHeader = 'pmsg' | 'v1' | 'v2' | 'v3' | 'v4';

/**
 * What of a frame cannot be as it was written: a field with an impossible value, a length that disagrees with where the
 * entry and its successor stand, an end that is lost. The frame is told from what stands around it.
 */
export type FrameDamage = 'magic' | 'length' | 'id' | 'nanoseconds' | 'priority' | 'cut';

/** One log entry as framed in a pmsg record. Numbers are as stored, the damaged ones too. */
export interface LoggerFrame {
  /** In the bytes that were read, not in the medium. */
  readonly range: ByteRange;
  readonly header: FrameHeader;
  /** Null where the header does not say it (v1, v2) or says no buffer. */
  readonly buffer: LogBuffer | null;
  readonly isBinary: boolean;
  /** Null where the header does not say it (v1, v3). */
  readonly uid: number | null;
  readonly pid: number;
  readonly tid: number;
  /** Since 1970 UTC. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** A view of the bytes that were read. */
  readonly payload: Uint8Array;
  readonly damage: readonly FrameDamage[];
}

/** What a frame of liblog says; bytes of the payload are as they stand on the medium. */
export interface WrittenFrame {
  /** Of the log buffer, 0 to 7. */
  readonly id: number;
  readonly uid: number;
  readonly pid: number;
  readonly tid: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly payload: Uint8Array;
}

/** The frame as liblog writes it to pmsg. @throws RangeError when a value does not fit */
export function encodeLoggerFrame({ payload, ...header }: WrittenFrame): Uint8Array {
  const length = pmsgHeader.size + payload.length;
  const bytes = new Uint8Array(length);
  bytes.set(pmsgHeader.encode({ magic: loggerMagic, length, ...header }, 'le'));
  bytes.set(payload, pmsgHeader.size);
  return bytes;
}

/**
 * The frame that stands at `range` with a header of that kind, whatever its length says.
 * @throws FormatError `bytes.short` when its header is cut
 */
export function decodeLoggerFrame(bytes: Uint8Array, range: ByteRange, header: FrameHeader): LoggerFrame {
  return header === 'pmsg' ? decodePmsgFrame(bytes, range) : decodeEntryFrame(bytes, range, header);
}

function decodePmsgFrame(bytes: Uint8Array, range: ByteRange): LoggerFrame {
  const { magic, length, id, ...fields } = pmsgHeader.decode(bytes, range.start, 'le');
  const payload = bytes.subarray(range.start + pmsgHeader.size, range.end);
  const priority = payload[0] ?? 0;
  const isKnown = id < logBuffers.length;
  // What is no priority begins the number of an event.
  const isBinary = isKnown ? isBinaryBuffer(id) : priority < lowestPriority || priority > highestPriority;
  const damage: FrameDamage[] = [];
  if (magic !== loggerMagic) damage.push('magic');
  if (range.start + length !== range.end) {
    damage.push(range.end === bytes.length && range.start + length > range.end ? 'cut' : 'length');
  }
  if (!isKnown) damage.push('id');
  if (fields.nanoseconds >= 1e9) damage.push('nanoseconds');
  // Silent is none of an entry, but it can be written.
  if (!isBinary && priority > highestPriority + 1) damage.push('priority');
  return { range, header: 'pmsg', buffer: logBuffers[id] ?? null, isBinary, ...fields, payload, damage };
}

function decodeEntryFrame(bytes: Uint8Array, range: ByteRange, header: Exclude<FrameHeader, 'pmsg'>): LoggerFrame {
  const raw: EntryHeader & { id?: number; uid?: number; euid?: number } = loggerEntries[header].decode(
    bytes,
    range.start,
    'le',
  );
  const { pid, tid, seconds, nanoseconds, id, uid = raw.euid ?? null } = raw;
  const payload = bytes.subarray(range.start + loggerEntries[header].size, range.end);
  const buffer = (id === undefined ? undefined : logBuffers[id]) ?? null;
  const isBinary = id !== undefined && isBinaryBuffer(id);
  return { range, header, buffer, isBinary, uid, pid, tid, seconds, nanoseconds, payload, damage: [] };
}
