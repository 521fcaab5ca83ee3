import type { Timestamp } from '@pstore-decode/formats';

/**
 * ISO 8601 in UTC with as many digits (none, 3, 6 or 9) as the nanoseconds need; years outside of 0000..9999 with a sign
 * and at least six digits. Any 64-bit number of seconds is taken: a medium may claim what it likes. Undefined for
 * second 0, which the kernel writes where it knows no time.
 */
export function isoTime(time: Timestamp): string | undefined {
  if (time.seconds === 0n) return undefined;
  const nanoseconds = BigInt(Math.trunc(time.nanoseconds));
  const seconds = time.seconds + floorDiv(nanoseconds, 1_000_000_000n);
  const fraction = fractionOf(floorMod(nanoseconds, 1_000_000_000n));
  const ofDay = Number(floorMod(seconds, 86_400n));
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map((n) => pad(n, 2)).join(':');
  return `${isoDate(floorDiv(seconds, 86_400n))}T${clock}${fraction}Z`;
}

/** The same to the second: what a table has room for. */
export function isoSeconds(time: Timestamp): string | undefined {
  return isoTime({ seconds: time.seconds, nanoseconds: 0 });
}

/** Earlier, same or later, as for `Array.sort`; the unknown times come last and keep their order. */
export function compareTimes(a: Timestamp | undefined, b: Timestamp | undefined): number {
  const [x, y] = [sortKey(a), sortKey(b)];
  if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
  return x < y ? -1 : x > y ? 1 : 0;
}

function sortKey(time: Timestamp | undefined): bigint | null {
  if (time === undefined || time.seconds === 0n) return null;
  return time.seconds * 1_000_000_000n + BigInt(Math.trunc(time.nanoseconds));
}

/** Gregorian date of a day counted from 1970-01-01, in whole eras of 400 years that begin on 1 March. */
function isoDate(days: bigint): string {
  const shifted = days + 719_468n;
  const dayOfEra = Number(floorMod(shifted, 146_097n));
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const year = floorDiv(shifted, 146_097n) * 400n + BigInt(yearOfEra) + (month >= 10 ? 1n : 0n);
  return `${isoYear(year)}-${pad(month >= 10 ? month - 9 : month + 3, 2)}-${pad(day, 2)}`;
}

function isoYear(year: bigint): string {
  if (year >= 0n && year <= 9999n) return pad(year, 4);
  return year < 0n ? `-${pad(-year, 6)}` : `+${pad(year, 6)}`;
}

function fractionOf(nanoseconds: bigint): string {
  const digits = pad(nanoseconds, 9);
  if (nanoseconds === 0n) return '';
  return `.${digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits}`;
}

function pad(value: number | bigint, digits: number): string {
  return String(value).padStart(digits, '0');
}

function floorDiv(a: bigint, b: bigint): bigint {
  return (a - floorMod(a, b)) / b;
}

function floorMod(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b;
}
