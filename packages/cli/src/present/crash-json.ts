import type { Crash } from '@pstore-decode/formats';
import type { NumberedRecord } from '../inputs.js';
import { integer } from './record-json.js';
import { isoTime } from './time.js';

/** A crash as JSON: `schema/report-1.json`, `$defs/crash`. Its records stand in the order of the log, by their index. */
export function crashJson(crash: Crash<NumberedRecord>): object {
  const time = crash.time && isoTime(crash.time);
  return {
    ...(crash.reason !== undefined && { reason: crash.reason }),
    ...integer('count', crash.count),
    ...(time !== undefined && { time }),
    records: crash.parts.map(({ index }) => index),
    ...(crash.missing.length > 0 && { missing: crash.missing.map(({ first, last }) => ({ first, last })) }),
  };
}
