import { civilDate, clockTime, twoDigits } from '../calendar.js';
import type { LogEntry } from './entry.js';
import { priorityLetters } from './layout.js';

/**
 * Log entries as `logcat -v threadtime` prints them with TZ=UTC (liblog/logprint.cpp), so that log viewers open the text:
 * `MM-DD HH:MM:SS.mmm   PID   TID P TAG     : message`, the head again for each line of a message, and a divider in front
 * of the first entry of each buffer. Bytes of tags and messages are as stored.
 */
export function logcatText(entries: readonly LogEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const begun = new Set<string>();
  for (const entry of entries) {
    const { buffer } = entry.frame;
    if (buffer !== null && !begun.has(buffer)) {
      begun.add(buffer);
      parts.push(utf8.encode(`--------- beginning of ${buffer}\n`));
    }
    const head = threadtimeHead(entry);
    for (const line of linesOf(entry.message)) parts.push(head, line, lineFeed);
  }
  const text = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    text.set(part, at);
    at += part.length;
  }
  return text;
}

const utf8 = new TextEncoder();
const newline = 0x0a;
const lineFeed = Uint8Array.of(newline);

/** logcat cuts what stands in front of a message here. */
const longestHead = 127;

function threadtimeHead({ frame, priority, tag }: LogEntry): Uint8Array {
  const { seconds, nanoseconds, pid, tid } = frame;
  const { month, day } = civilDate(Math.floor(seconds / 86400));
  const date = `${twoDigits(month)}-${twoDigits(day)} ${clockTime(seconds % 86400)}`;
  const time = `${date}.${String(Math.floor(nanoseconds / 1e6)).padStart(3, '0')}`;
  const numbers = `${String(pid).padStart(5)} ${String(tid).padStart(5)}`;
  const before = utf8.encode(`${time} ${numbers} ${priorityLetters[priority] ?? '?'} `);
  const after = utf8.encode(`${' '.repeat(Math.max(0, 8 - tag.length))}: `);
  return Uint8Array.of(...before, ...tag.subarray(0, longestHead), ...after).subarray(0, longestHead);
}

/** At least one; a line feed at the end begins none. */
function linesOf(message: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = message.indexOf(newline); end >= 0; end = message.indexOf(newline, start)) {
    lines.push(message.subarray(start, end));
    start = end + 1;
  }
  if (start < message.length || lines.length === 0) lines.push(message.subarray(start));
  return lines;
}
