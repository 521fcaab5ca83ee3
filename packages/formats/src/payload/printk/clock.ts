import type { Timestamp } from '../../record.js';
import { civilDate, clockTime, twoDigits } from '../calendar.js';
import type { PrintkLine } from './line.js';

/**
 * Wall clock of the lines of one log, derived: its newest line was printed when the record was written. A machine that
 * slept in between shows earlier lines too late, for the clock of printk stands still then.
 */
export interface DerivedClock {
  /** Wall clock at 0 of the clock of printk, in microseconds since 1970 UTC. */
  readonly bootMicroseconds: bigint;
}

/**
 * Null where nothing can be derived: the record has no time, or no line of it has. It is never guessed.
 * @param written time of the record that holds the newest of these lines
 */
export function deriveClock(lines: readonly PrintkLine[], written: Timestamp | undefined): DerivedClock | null {
  const newest = lines.findLast(({ time }) => time !== undefined)?.time;
  if (written === undefined || newest === undefined || written.seconds <= 0n) return null;
  const microseconds = written.seconds * 1_000_000n + BigInt(Math.floor(written.nanoseconds / 1000));
  return { bootMicroseconds: microseconds - BigInt(newest) };
}

/** Microseconds since boot of a wall clock time, for `since` and `until` of a selection. */
export function sinceBoot(clock: DerivedClock, { seconds, nanoseconds }: Timestamp): number {
  return Number(seconds * 1_000_000n + BigInt(Math.floor(nanoseconds / 1000)) - clock.bootMicroseconds);
}

export const lineTimeFormats = ['raw', 'delta', 'iso', 'ctime'] as const;

export type LineTimeFormat = (typeof lineTimeFormats)[number];

/**
 * The time of a line, to stand before its message; empty where the line has none. `raw` as the kernel prints it, `delta`
 * and `ctime` as dmesg(1) does, `iso` with a `Z`; `iso` and `ctime` are UTC and derived, and `raw` without a clock.
 * @param before the line before it that has a time, for `delta`
 */
export function formatLineTime(
  line: PrintkLine,
  format: LineTimeFormat,
  clock: DerivedClock | null,
  before?: PrintkLine,
): string {
  const { time } = line;
  if (time === undefined) return '';
  if (format === 'delta') {
    const delta = before?.time === undefined ? 0 : time - before.time;
    return `[<${(delta / 1e6).toFixed(6).padStart(12)}>]`;
  }
  const wall = clock === null ? null : clock.bootMicroseconds + BigInt(time);
  if (format === 'raw' || wall === null || wall < 0n || wall > endOfYear9999) return rawTime(time);
  return format === 'iso' ? isoTime(wall) : `[${ctime(wall)}]`;
}

const endOfYear9999 = 253_402_300_799_999_999n;

function rawTime(time: number): string {
  const seconds = String(Math.floor(time / 1e6)).padStart(5);
  return `[${seconds}.${String(time % 1e6).padStart(6, '0')}]`;
}

function isoTime(wall: bigint): string {
  const { year, month, day, clock } = civil(wall);
  const fraction = String(wall % 1_000_000n).padStart(6, '0');
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}T${clock}.${fraction}Z`;
}

function ctime(wall: bigint): string {
  const { year, month, day, weekday, clock } = civil(wall);
  return `${weekdays[weekday]} ${months[month - 1]} ${String(day).padStart(2)} ${clock} ${year}`;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function civil(wall: bigint) {
  const seconds = Number(wall / 1_000_000n);
  return { ...civilDate(Math.floor(seconds / 86400)), clock: clockTime(seconds % 86400) };
}
