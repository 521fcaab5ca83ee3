import type { PartRange } from '@pstore-decode/formats';
import { forMessage, hostile } from '@pstore-decode/formats/bytes';
import type { FoundRecord } from '../inputs.js';
import { count, hexRange } from './figures.js';
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
  parts.push(record.file?.name ?? `${record.backend}, ${record.state}`, placeOf(found));
  if (record.compression === 'unknown') parts.push('compressed, not readable here');
  return rule(...parts.map((part) => forMessage(hostile(part))));
}

/** Where it stands; in a folder with the file, unless the kernel's file has the same name. */
function placeOf({ record, place }: FoundRecord): string {
  if (place === undefined) return hexRange(record.stored);
  const range = hexRange(place.range);
  return place.path === record.file?.name ? range : `${place.path} ${range}`;
}

/** One line about a crash of several parts: `── 1-17 ── dmesg Oops#1, 17 parts ── 2026-11-21T07:55:56Z ── efi_pstore ──`. */
export function crashHeading(parts: readonly FoundRecord[]): string {
  const indexes = parts.map(({ index }) => index);
  const [first, last] = [Math.min(...indexes), Math.max(...indexes)];
  const together = last - first === parts.length - 1;
  const newest = parts.at(-1)?.record;
  const { reason = '', count: dumps, time, backend, state } = newest ?? {};
  const words = [
    together ? `${first}-${last}` : indexes.join(' '),
    `dmesg ${reason}#${dumps}, ${count(parts.length, 'part')}`,
    (time && isoTime(time)) ?? '',
    state === 'live' ? `${backend}` : `${backend}, ${state}`,
  ];
  return rule(...words.filter(Boolean).map((word) => forMessage(hostile(word))));
}

/** In the place of parts that are not there. */
export function missingHeading({ first, last }: PartRange): string {
  return rule(first === last ? `part ${first} is missing` : `parts ${first} to ${last} are missing`);
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
