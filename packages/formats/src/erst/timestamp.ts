import type { Timestamp } from '../record.js';

/** The time of a record that is not pstore's, as its header tells it. */
export interface BcdTime {
  readonly time: Timestamp;
  /** It is that of the error itself, not of a later moment. */
  readonly isPrecise: boolean;
}

const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/**
 * The timestamp of UEFI 2.10, N.2.1: BCD of seconds, minutes and hours, a byte with bit 0 for precise, day, month, year
 * and century. It names no time zone: UTC is taken. Null when it is no date.
 */
export function decodeBcdTime(bytes: Uint8Array): BcdTime | null {
  const [second, minute, hour, , day, month, year, century] = Array.from(bytes.subarray(0, 8), fromBcd);
  if (!isUpTo(second, 59) || !isUpTo(minute, 59) || !isUpTo(hour, 23)) return null;
  if (!isUpTo(month, 12) || month === 0 || !isUpTo(year, 99) || !isUpTo(century, 99)) return null;
  const fullYear = century * 100 + year;
  if (!isUpTo(day, daysIn(fullYear, month)) || day === 0 || fullYear < 1970) return null;
  const days = daysSince1970(fullYear, month, day);
  const seconds = BigInt(days) * 86400n + BigInt(hour * 3600 + minute * 60 + second);
  return { time: { seconds, nanoseconds: 0 }, isPrecise: ((bytes[3] as number) & 1) === 1 };
}

/**
 * The inverse of `decodeBcdTime`.
 * @throws RangeError for a time outside of the years 1970 to 9999
 */
export function encodeBcdTime(seconds: bigint, isPrecise: boolean): Uint8Array<ArrayBuffer> {
  if (seconds < 0n || seconds > 253_402_300_799n) throw new RangeError(`no year of four digits since 1970: ${seconds}`);
  const days = Number(seconds / 86400n);
  const rest = Number(seconds % 86400n);
  let year = 1970 + Math.floor(days / 366);
  while (daysSince1970(year + 1, 1, 1) <= days) year += 1;
  let month = 12;
  while (daysSince1970(year, month, 1) > days) month -= 1;
  const day = days - daysSince1970(year, month, 1) + 1;
  const clock = [rest % 60, Math.floor(rest / 60) % 60, Math.floor(rest / 3600)].map(toBcd);
  const date = [day, month, year % 100, Math.floor(year / 100)].map(toBcd);
  return Uint8Array.of(...clock, isPrecise ? 1 : 0, ...date);
}

/** pstore puts a u64 of seconds in the place of the BCD. */
export function decodeSeconds(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}

/** @throws RangeError when it does not fit */
export function encodeSeconds(seconds: bigint): Uint8Array<ArrayBuffer> {
  if (seconds < 0n || seconds >= 1n << 64n) throw new RangeError(`${seconds} does not fit in u64`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, seconds, true);
  return bytes;
}

/** Null when a digit is none. */
function fromBcd(byte: number): number | null {
  return byte >> 4 < 10 && (byte & 15) < 10 ? (byte >> 4) * 10 + (byte & 15) : null;
}

function toBcd(number: number): number {
  return Math.floor(number / 10) * 16 + (number % 10);
}

function isUpTo(number: number | null | undefined, most: number): number is number {
  return typeof number === 'number' && number <= most;
}

function daysSince1970(year: number, month: number, day: number): number {
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477;
  const inYear = (daysBefore[month - 1] as number) + (month > 2 && isLeap(year) ? 1 : 0);
  return (year - 1970) * 365 + leapDays + inYear + day - 1;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
