import type { Timestamp } from '@pstore-decode/formats';

/**
 * What `futimes` takes: seconds as a double, the smallest one that is not before the time, so that the time read back
 * agrees to the microsecond; before 1970 a Date in milliseconds, as Node reads a negative number as the present. Null
 * for second 0 (unknown to the kernel) and for what no file system keeps.
 */
export function fileTime(time: Timestamp): number | Date | null {
  const { seconds, nanoseconds } = time;
  if (seconds === 0n || seconds < -farthest || seconds > farthest || !(nanoseconds >= 0 && nanoseconds < 1e9))
    return null;
  const whole = Number(seconds);
  if (whole < 0) return new Date(whole * 1000 + Math.floor(nanoseconds / 1e6));
  const next = whole + nanoseconds / 1e9;
  const rounded = (next - whole) * 1e9 < nanoseconds ? next * (1 + Number.EPSILON) : next;
  // A time just below the next second must not become that second.
  return rounded >= whole + 1 ? Math.min(whole + 0.999_999, (whole + 1) * (1 - Number.EPSILON)) : rounded;
}

/** The range of a JavaScript date, in seconds. */
const farthest = 8_640_000_000_000n;
