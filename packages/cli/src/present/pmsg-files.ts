import type { PstoreRecord } from '@pstore-decode/formats';
import { forMessage, hostile, type TracedBytes } from '@pstore-decode/formats/bytes';
import {
  decodeLogEntry,
  type EventTagMap,
  isLoggerLog,
  type LogEntry,
  type PmsgFile,
  pmsgFiles,
  readLoggerFrames,
} from '@pstore-decode/formats/payload';
import { type Fact, placesOf } from './fact-lines.js';
import { count } from './figures.js';

/** The files that programs of Android kept in a pmsg record; none of any other record. */
export function filesKept({ type, payload }: PstoreRecord): PmsgFile[] {
  return type === 'pmsg' ? pmsgFiles(logEntries(payload) ?? [], payload) : [];
}

/**
 * The log entries of Android in a payload; null where it is no such log. Text holds no zero byte, and is told by that.
 * @param tags names of events
 */
export function logEntries({ bytes }: TracedBytes, tags?: EventTagMap): LogEntry[] | null {
  const reading = bytes.includes(0) ? readLoggerFrames(bytes) : null;
  if (reading === null || !isLoggerLog(reading, bytes)) return null;
  return reading.frames.map((frame) => decodeLogEntry(frame, tags));
}

/** What is known of the files in a record. */
export function fileFacts(record: PstoreRecord): Fact[] {
  return filesKept(record).map(({ name, content, missing }) => {
    const gaps = missing.length === 0 ? '' : `, ${count(missing.length, 'block')} missing`;
    const words = `${forMessage(hostile(name))}, ${count(content.bytes.length, 'byte')}${gaps}`;
    return { name: 'keeps file', value: words, origin: placesOf(content.spans) };
  });
}
