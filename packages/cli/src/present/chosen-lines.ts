import type { PstoreRecord, Timestamp } from '@pstore-decode/formats';
import {
  type DerivedClock,
  deriveClock,
  type EventTagMap,
  formatLineTime,
  type LineTimeFormat,
  type LogSelection,
  logcatText,
  type PrintkLine,
  printkLines,
  selectEntries,
  selectLines,
  sinceBoot,
} from '@pstore-decode/formats/payload';
import { logEntries } from './pmsg-files.js';

/** Which lines to show, and how their times are printed. */
export interface LineChoice {
  readonly levels?: ReadonlySet<number>;
  readonly facilities?: ReadonlySet<number>;
  readonly pattern?: RegExp;
  readonly since?: Moment;
  readonly until?: Moment;
  readonly timeFormat?: LineTimeFormat;
  /** Of log entries of Android. */
  readonly entries?: LogSelection;
}

/** Microseconds since boot, or wall clock. */
export type Moment = { readonly sinceBoot: number } | { readonly wall: Timestamp };

/**
 * Wall clock for the lines of a crash, derived from the time of its newest part; null where that is not there, or where
 * it has no time.
 */
export function clockOf(parts: readonly PstoreRecord[]): DerivedClock | null {
  const newest = parts.at(-1);
  if (newest === undefined || (newest.part ?? 1) !== 1) return null;
  return deriveClock(printkLines(newest.text.bytes), newest.time);
}

/**
 * The lines of a kernel log that are wanted, each as stored but for the form of its time. Lines without level or time are
 * left out where those are asked for.
 */
export function chosenLines(text: Uint8Array, clock: DerivedClock | null, choice: LineChoice): Uint8Array {
  const { since, until, timeFormat = 'raw', levels, facilities, pattern } = choice;
  const chosen = selectLines(printkLines(text), text, {
    ...(levels !== undefined && { levels }),
    ...(facilities !== undefined && { facilities }),
    ...(pattern !== undefined && { pattern }),
    ...(since !== undefined && { since: microsecondsOf(since, clock) }),
    ...(until !== undefined && { until: microsecondsOf(until, clock) }),
  });
  const lines: Uint8Array[] = [];
  let before: PrintkLine | undefined;
  for (const line of chosen) {
    lines.push(
      timeFormat === 'raw'
        ? text.subarray(line.range.start, line.range.end)
        : timed(line, text, timeFormat, clock, before),
    );
    lines.push(lineFeed);
    if (line.time !== undefined) before = line;
  }
  return joined(lines);
}

/**
 * The log entries of a pmsg record that are wanted; null where it holds text.
 * @param tags names of events
 */
export function chosenEntries({ payload }: PstoreRecord, wanted: LogSelection, tags?: EventTagMap): Uint8Array | null {
  const entries = logEntries(payload, tags);
  return entries && logcatText(selectEntries(entries, wanted));
}

/** A wall clock time that nothing can be compared with keeps no line. */
function microsecondsOf(moment: Moment, clock: DerivedClock | null): number {
  if ('sinceBoot' in moment) return moment.sinceBoot;
  return clock === null ? Number.NaN : sinceBoot(clock, moment.wall);
}

/** The level stays in front, then the time in its new form. */
function timed(
  line: PrintkLine,
  text: Uint8Array,
  format: LineTimeFormat,
  clock: DerivedClock | null,
  before?: PrintkLine,
): Uint8Array {
  const { range, message, caller } = line;
  const head = String.fromCharCode(...text.subarray(range.start, Math.min(message.start, range.start + 8)));
  const level = /^<\d{1,4}>/.exec(head)?.[0] ?? '';
  const words = [
    formatLineTime(line, format, clock, before),
    ...(caller === undefined ? [] : [`[${caller.padStart(6)}]`]),
  ];
  const prefix = `${level}${words.filter((word) => word !== '').join(' ')}`;
  const space = words.some((word) => word !== '') ? ' ' : '';
  return joined([new TextEncoder().encode(`${prefix}${space}`), text.subarray(message.start, message.end)]);
}

const lineFeed = Uint8Array.of(0x0a);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
