export { decodeLogEntry, type LogEntry } from './entry.js';
export { decodeEvent, eventMessage, type LogEvent, type LogEventValue } from './event.js';
export { type EventTag, type EventTagMap, parseEventTags } from './event-tags.js';
export { type PmsgFile, pmsgFiles } from './files.js';
export {
  decodeLoggerFrame,
  encodeLoggerFrame,
  type FrameDamage,
  type FrameHeader,
  type LoggerFrame,
  type WrittenFrame,
} from './frame.js';
export { type LogBuffer, logBuffers, pmsgHeader } from './layout.js';
export { logcatText } from './logcat.js';
export { isLoggerLog, type LoggerReading, readLoggerFrames } from './read.js';
export { type LogSelection, parseTagFilter, selectEntries, type TagFilter } from './select.js';
