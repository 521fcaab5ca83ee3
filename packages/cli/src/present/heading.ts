import { forMessage, hostile } from '@pstore-decode/formats/bytes';
import type { FoundRecord } from '../inputs.js';
import { hexRange } from './figures.js';
import { isoTime } from './time.js';

/** Above the records that are on the medium but that the kernel would not show. */
export const notShownHeading = rule('not shown by the kernel');

/** Above the records of one of several inputs. */
export function inputHeading(input: string): string {
  return rule(`input ${forMessage(hostile(input))}`);
}

/** One line about a record: `── 3 ── dmesg Panic#1 ── 2026-11-21T07:55:56.123456Z ── dmesg-ramoops-2 ── 0x8000-0x10000 ──`. */
export function recordHeading(found: FoundRecord): string {
  const { record, index } = found;
  const parts = [String(index), [record.type, reasonOf(found)].filter(Boolean).join(' ')];
  const time = record.time && isoTime(record.time);
  if (time !== undefined) parts.push(time);
  parts.push(record.file?.name ?? `${record.backend}, ${record.state}`, hexRange(record.stored));
  if (record.compression === 'unknown') parts.push('compressed, not readable here');
  return rule(...parts.map((part) => forMessage(hostile(part))));
}

/** `Panic#1`, and the part where a crash has several; empty for what is no crash. */
export function reasonOf(found: FoundRecord): string {
  const { reason, count, part } = found.record;
  const numbered = `${reason ?? ''}${count === undefined ? '' : `#${count}`}`;
  return part === undefined || part === 1 ? numbered : `${numbered} Part${part}`;
}

function rule(...parts: string[]): string {
  return `── ${parts.join(' ── ')} ──`;
}
