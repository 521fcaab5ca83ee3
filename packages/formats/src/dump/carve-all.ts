import type { Fuel } from '../bytes/need.js';
import { gaps } from '../bytes/range.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import type { PstoreRecord } from '../record.js';
import { carvedDumps } from './carve.js';
import { carvedLogs } from './carve-logs.js';
import type { DumpHints } from './read.js';

/**
 * The last resort: whatever looks like a record in bytes without any structure. Dumps by their first line, plain or
 * compressed, and in what they leave the lines of kernel logs. The records name no backend, and nothing is shown twice.
 */
export function* carve(area: TracedBytes, hints: DumpHints, fuel: Fuel): Generator<PstoreRecord> {
  const dumps = [...carvedDumps(unknown, area, hints, fuel)].filter(isLongest);
  yield* dumps;
  const start = extent(area)?.start ?? 0;
  const whole = { start, end: start + area.bytes.length };
  for (const open of gaps(
    whole,
    dumps.map(({ stored }) => stored),
  ))
    yield* carvedLogs(unknown, slice(area, open.start - start, open.end - start), fuel);
}

const unknown = 'unknown';

/**
 * The bytes in front of a plain dump can be the beginning of a stream, and a stream can begin with its text as it is: of
 * two readings of the same bytes that begin alike the longer one stays.
 */
function isLongest({ stored, text: { bytes } }: PstoreRecord, i: number, all: readonly PstoreRecord[]): boolean {
  const isIn = (other: PstoreRecord | undefined) =>
    other !== undefined &&
    other.stored.start < stored.end &&
    stored.start < other.stored.end &&
    bytes.every((byte, at) => byte === other.text.bytes[at]);
  const next = all[i + 1];
  return !isIn(all[i - 1]) && !(isIn(next) && next?.text.bytes.length !== bytes.length);
}
