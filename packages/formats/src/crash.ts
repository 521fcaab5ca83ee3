import { slice, type TracedBytes } from './bytes/traced.js';
import { formatPartLine, parsePartLine } from './payload/dmesg.js';
import type { DumpReason, PstoreRecord, Timestamp } from './record.js';

/** One dump of a dying kernel: the parts in which a backend stored it. */
export interface Crash<T> {
  readonly reason?: DumpReason;
  /** Dumps of that kernel since it booted, this one included. */
  readonly count?: number;
  /** When its first part was written. */
  readonly time?: Timestamp;
  /** In the order of the log: the highest number, which holds the oldest lines, first. */
  readonly parts: readonly T[];
  /** Numbers below the highest that are not there, the highest first. Whether parts above it are missing nothing tells. */
  readonly missing: readonly PartRange[];
}

/** Numbers of parts, both ends included. */
export interface PartRange {
  readonly first: number;
  readonly last: number;
}

/** What says which crash a record belongs to. */
export type CrashNumbers = Pick<PstoreRecord, 'backend' | 'type' | 'state' | 'reason' | 'count' | 'part' | 'time'>;

/** In seconds: parts of one dump are written one after the other; what is farther apart is of another boot. */
const longestDump = 60n;

/** Dumps of one series that can stand open at once: copies of the same parts. */
const openDumps = 8;

/**
 * Joins the dmesg records of one medium to crashes, in the order of their first records. Parts of one crash agree in
 * backend, state, reason and count and stand within a minute; they can straddle a second, and the number of a part occurs
 * once. Counts begin again at each boot, so that the same numbers come again later. A record without numbers is a
 * crash of its own; records of other types are left out.
 */
export function joinCrashes<T>(items: readonly T[], numbersOf: (item: T) => CrashNumbers): Crash<T>[] {
  const series = new Map<string, T[]>();
  for (const [i, item] of items.entries()) {
    const { backend, type, state, reason = '', count, part } = numbersOf(item);
    if (type !== 'dmesg') continue;
    const isNumbered = Number.isSafeInteger(count) && Number.isSafeInteger(part) && part! > 0;
    const key = isNumbered ? `${backend} ${state} ${reason} ${count}` : `${i}`;
    const found = series.get(key);
    if (found === undefined) series.set(key, [item]);
    else found.push(item);
  }
  const crashes = [...series.values()].flatMap((found) => dumpsIn(found, numbersOf));
  const place = new Map(items.map((item, i) => [item, i]));
  const first = ({ parts }: Crash<T>) => Math.min(...parts.map((part) => place.get(part) ?? 0));
  return crashes.sort((a, b) => first(a) - first(b));
}

/**
 * The log of a crash, from the oldest line to the newest: the texts of its parts without their first lines, and ranges
 * of missing parts where they belong.
 */
export function* crashLog(crash: Pick<Crash<PstoreRecord>, 'parts' | 'missing'>): Generator<TracedBytes | PartRange> {
  const { parts, missing } = crash;
  for (const { part, text } of parts) {
    yield withoutPartLine(text);
    const gap = missing.find(({ last }) => last + 1 === part);
    if (gap !== undefined) yield gap;
  }
}

function withoutPartLine(text: TracedBytes): TracedBytes {
  const line = parsePartLine(text.bytes);
  return line === null ? text : slice(text, formatPartLine(line).length, text.bytes.length);
}

/** The dumps of a series that agrees in all but the time, the earliest first. */
function dumpsIn<T>(series: readonly T[], numbersOf: (item: T) => CrashNumbers): Crash<T>[] {
  const written = series
    .map((item) => ({ item, numbers: numbersOf(item) }))
    .sort((a, b) => compare(secondsOf(a.numbers), secondsOf(b.numbers)) || partOf(a.numbers) - partOf(b.numbers));
  const dumps: (typeof written)[] = [];
  for (const each of written) {
    const dump = dumps.slice(-openDumps).findLast((parts) => goesOn(parts.at(-1)!.numbers, each.numbers));
    if (dump === undefined) dumps.push([each]);
    else dump.push(each);
  }
  return dumps.map((parts) => crashOf(parts));
}

/** Whether `next` can be a later part of the dump that `last` belongs to: parts are written in ascending order. */
function goesOn(last: CrashNumbers, next: CrashNumbers): boolean {
  return partOf(next) > partOf(last) && secondsOf(next) - secondsOf(last) <= longestDump;
}

function crashOf<T>(parts: readonly { readonly item: T; readonly numbers: CrashNumbers }[]): Crash<T> {
  const { reason, count, time } = parts[0]!.numbers;
  const descending = parts.map((part) => partOf(part.numbers)).reverse();
  const missing = descending.flatMap((number, i) => {
    const first = (descending[i + 1] ?? 0) + 1;
    return first < number ? [{ first, last: number - 1 }] : [];
  });
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(count === undefined ? {} : { count }),
    ...(time === undefined ? {} : { time }),
    parts: parts.map(({ item }) => item).reverse(),
    missing,
  };
}

function secondsOf({ time }: CrashNumbers): bigint {
  return time?.seconds ?? 0n;
}

/** A crash of one record has one part, whatever number it claims. */
function partOf({ part }: CrashNumbers): number {
  return Number.isSafeInteger(part) && part! > 0 ? part! : 1;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
