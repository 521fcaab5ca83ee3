import type { Crash } from '@pstore-decode/formats';
import { summarizeLog } from '@pstore-decode/formats/payload';
import type { FoundRecord, NumberedRecord } from '../inputs.js';
import { logOf } from './order.js';
import { integer } from './record-json.js';
import { summaryJson } from './summary-json.js';
import { isoTime } from './time.js';

/**
 * A crash as JSON: `schema/report-1.json`, `$defs/crash`. Its records stand in the order of the log, by their index.
 * @param records those of the input, where they were kept: then with a summary of the log
 */
export function crashJson(crash: Crash<NumberedRecord>, records: readonly FoundRecord[]): object {
  const parts = crash.parts.flatMap(({ index }) => records[index - 1]?.record ?? []);
  const log = logOf(parts);
  const time = crash.time && isoTime(crash.time);
  return {
    ...(crash.reason !== undefined && { reason: crash.reason }),
    ...integer('count', crash.count),
    ...(time !== undefined && { time }),
    records: crash.parts.map(({ index }) => index),
    ...(parts.length > 0 && { summary: summaryJson(summarizeLog(log.bytes), log) }),
    ...(crash.missing.length > 0 && { missing: crash.missing.map(({ first, last }) => ({ first, last })) }),
  };
}
