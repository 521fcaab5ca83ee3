import { decodeEvent, eventMessage, type LogEvent } from './event.js';
import type { EventTagMap } from './event-tags.js';
import type { LoggerFrame } from './frame.js';

/** What a frame says: text with a tag, or an event whose tag and message are made of its numbers. */
export interface LogEntry {
  readonly frame: LoggerFrame;
  /** 2 verbose, 3 debug, 4 info, 5 warn, 6 error, 7 fatal; others are damage. */
  readonly priority: number;
  /** As stored, without the zero byte behind it; of an event its name, or `[2722]` where the map has none. */
  readonly tag: Uint8Array;
  /** As stored up to its zero byte; of an event as logcat prints it. */
  readonly message: Uint8Array;
  /** Of binary buffers; null where the payload is too short for one. */
  readonly event: LogEvent | null;
}

const info = 4;
const warn = 5;

/** @param tags names of events; they are numbers when absent */
export function decodeLogEntry(frame: LoggerFrame, tags: EventTagMap = new Map()): LogEntry {
  return frame.isBinary ? eventEntry(frame, tags) : textEntry(frame);
}

function eventEntry(frame: LoggerFrame, tags: EventTagMap): LogEntry {
  const event = decodeEvent(frame.payload);
  const name = event === null ? '' : (tags.get(event.tag)?.name ?? `[${event.tag}]`);
  return {
    frame,
    priority: frame.buffer === 'security' ? warn : info,
    tag: new TextEncoder().encode(name),
    message: event === null ? new Uint8Array(0) : eventMessage(event),
    event,
  };
}

/**
 * Tag and message end with a zero byte each; one that was cut ends with the payload. A tag whose zero byte is lost ends
 * in front of the first character that no tag has (android_log_processLogBuffer, liblog/logprint.cpp).
 */
function textEntry(frame: LoggerFrame): LogEntry {
  const { payload } = frame;
  const zero = payload.indexOf(0, 1);
  const strange = zero >= 0 ? zero : payload.findIndex((byte, i) => i > 0 && !isOfTag(byte));
  const tagEnd = strange >= 0 ? strange : payload.length;
  const messageZero = payload.indexOf(0, tagEnd + 1);
  const message = payload.subarray(tagEnd + 1, messageZero >= 0 ? messageZero : payload.length);
  return { frame, priority: payload[0] ?? 0, tag: payload.subarray(1, tagEnd), message, event: null };
}

function isOfTag(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== colon;
}

const colon = 0x3a;
