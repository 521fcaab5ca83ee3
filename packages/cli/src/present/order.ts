import type { PstoreRecord } from '@pstore-decode/formats';
import type { FoundRecord } from '../inputs.js';
import { compareTimes } from './time.js';

/** The two truths about one medium: what the kernel shows, and what else is still there. */
export interface Shown {
  readonly live: readonly FoundRecord[];
  readonly rest: readonly FoundRecord[];
}

/**
 * The order to read in: live records first. In both groups crashes come first, the oldest first; those without a time
 * follow, then the other records; what is equal keeps the order of the medium. The parts of one crash stand in the
 * order of the log: the highest part number is the oldest text.
 */
export function readingOrder(records: readonly FoundRecord[]): Shown {
  const sorted = [...records].sort(
    (a, b) => rank(a) - rank(b) || (rank(a) === 0 ? compareCrashes(a.record, b.record) : 0) || a.index - b.index,
  );
  return {
    live: sorted.filter((found) => found.record.state === 'live'),
    rest: sorted.filter((found) => found.record.state !== 'live'),
  };
}

function rank(found: FoundRecord): number {
  return found.record.type === 'dmesg' ? 0 : 1;
}

function compareCrashes(a: PstoreRecord, b: PstoreRecord): number {
  const byTime = compareTimes(a.time, b.time);
  if (byTime !== 0 || a.time === undefined || a.time.seconds === 0n) return byTime;
  return (a.count ?? 0) - (b.count ?? 0) || (b.part ?? 0) - (a.part ?? 0);
}
