import { type Crash, crashLog, joinCrashes, type PstoreRecord } from '@pstore-decode/formats';
import { concat, type TracedBytes } from '@pstore-decode/formats/bytes';
import type { FoundRecord } from '../inputs.js';
import { compareTimes } from './time.js';

/** What is printed as one: a crash with all its parts, or another record. */
export type Passage = Pick<Crash<FoundRecord>, 'parts' | 'missing'>;

/** The two truths about one medium: what the kernel shows, and what else is still there. */
export interface Shown {
  readonly live: readonly Passage[];
  readonly rest: readonly Passage[];
}

/**
 * The order to read in: live records first. In both groups crashes come first, the oldest first; those without a time
 * follow, then the other records; what is equal keeps the order of the medium.
 */
export function readingOrder(records: readonly FoundRecord[]): Shown {
  const isLive = (found: FoundRecord) => found.record.state === 'live';
  return {
    live: passagesOf(records.filter(isLive)),
    rest: passagesOf(records.filter((found) => !isLive(found))),
  };
}

/** The lines of a crash in the order of the log; parts that are missing leave no trace. */
export function logOf(parts: readonly PstoreRecord[]): TracedBytes {
  return concat(...[...crashLog({ parts, missing: [] })].flatMap((piece) => ('bytes' in piece ? [piece] : [])));
}

function passagesOf(records: readonly FoundRecord[]): Passage[] {
  const crashes = joinCrashes(records, (found) => found.record);
  crashes.sort((a, b) => compareTimes(a.time, b.time) || (hasTime(a) ? (a.count ?? 0) - (b.count ?? 0) : 0));
  const others = records.filter(({ record }) => record.type !== 'dmesg');
  return [...crashes, ...others.map((found) => ({ parts: [found], missing: [] }))];
}

function hasTime({ time }: Crash<FoundRecord>): boolean {
  return time !== undefined && time.seconds !== 0n;
}
