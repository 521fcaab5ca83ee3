import type { Crash } from '@pstore-decode/formats';
import { type LogSummary, summarizeLog } from '@pstore-decode/formats/payload';
import type { FoundRecord, NumberedRecord } from '../inputs.js';
import type { NameFrame } from './crash-facts.js';
import { logOf } from './order.js';
import { integer } from './record-json.js';
import { summaryJson } from './summary-json.js';
import { isoTime } from './time.js';

/**
 * A crash as JSON: `schema/report-1.json`, `$defs/crash`. Its records stand in the order of the log, by their index.
 * @param records those of the input, where they were kept: then with a summary of the log
 * @param namesFor what symbols say of the frames of a log
 */
export function crashJson(
  crash: Crash<Pick<NumberedRecord, 'index'>>,
  records: readonly FoundRecord[],
  namesFor: (summary: LogSummary) => NameFrame,
): object {
  const parts = crash.parts.flatMap(({ index }) => records[index - 1]?.record ?? []);
  const log = logOf(parts);
  const summary = parts.length === 0 ? null : summarizeLog(log.bytes);
  const time = crash.time && isoTime(crash.time);
  return {
    ...(crash.reason !== undefined && { reason: crash.reason }),
    ...integer('count', crash.count),
    ...(time !== undefined && { time }),
    records: crash.parts.map(({ index }) => index),
    ...(summary !== null && { summary: summaryJson(summary, log, namesFor(summary)) }),
    ...(crash.missing.length > 0 && { missing: crash.missing.map(({ first, last }) => ({ first, last })) }),
  };
}
