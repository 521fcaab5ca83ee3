import type { PartRange, PstoreRecord } from '@pstore-decode/formats';
import { forMessage, hostile } from '@pstore-decode/formats/bytes';
import type { FoundRecord } from '../inputs.js';
import { count, hexRange } from './figures.js';
import type { Passage } from './order.js';
import { isoTime } from './time.js';

/** Above the records that are on the medium but that the kernel would not show. */
export const notShownHeading = rule('recovered: not shown by the kernel');

/** Above the records of one of several inputs. */
export function inputHeading(input: string): string {
  return rule(`input ${forMessage(hostile(input))}`);
}

/** One line about a record: `── 3 ── dmesg Panic#1 ── 2026-11-21T07:55:56.123456Z ── dmesg-ramoops-2 ── 0x8000-0x10000 ──`. */
function recordHeading(found: FoundRecord): string {
  const { record, index } = found;
  const parts = [String(index), [record.type, reasonOf(found)].filter(Boolean).join(' ')];
  const time = record.time && isoTime(record.time);
  if (time !== undefined) parts.push(time);
  parts.push(record.file?.name ?? stateOf(record), placeOf(found));
  if (record.compression === 'unknown') parts.push('compressed, not readable here');
  return rule(...parts.map((part) => forMessage(hostile(part))));
}

/** `ramoops, stale`, and how far to trust it where that is less than certain. */
function stateOf({ backend, state, grade }: PstoreRecord): string {
  return [backend, state, ...(grade === undefined || grade === 'certain' ? [] : [grade])].join(', ');
}

/** Where it stands; in a folder with the file, unless the kernel's file has the same name. */
function placeOf({ record, place, addresses }: FoundRecord): string {
  if (place === undefined) return [addresses, hexRange(record.stored)].filter(Boolean).join(' ');
  const range = hexRange(place.range);
  return place.path === record.file?.name ? range : `${place.path} ${range}`;
}

/** One line about a crash of several parts: `── 1-17 ── dmesg Oops#1, 17 parts ── 2026-11-21T07:55:56Z ── efi_pstore ──`. */
function crashHeading(parts: readonly FoundRecord[]): string {
  const newest = parts.at(-1)?.record;
  const { reason = '', count: dumps, time, state } = newest ?? {};
  const words = [
    indexesOf(parts.map(({ index }) => index)),
    `dmesg ${reason}#${dumps}, ${count(parts.length, 'part')}`,
    (time && isoTime(time)) ?? '',
    newest === undefined ? '' : state === 'live' ? newest.backend : stateOf(newest),
  ];
  return rule(...words.filter(Boolean).map((word) => forMessage(hostile(word))));
}

/** `1-17`, or each where others stand between. */
export function indexesOf(indexes: readonly number[]): string {
  const [first, last] = [Math.min(...indexes), Math.max(...indexes)];
  if (first === last) return String(first);
  return last - first === indexes.length - 1 ? `${first}-${last}` : indexes.join(' ');
}

/** Above the evidence that logs are of one boot. */
export function bootHeading(labels: readonly string[]): string {
  return rule(`of one boot: ${labels.join(', ')}`);
}

/** That of the crash where it has several parts or should have, else that of the record. */
export function passageHeading({ parts, missing }: Passage): string {
  const [only] = parts;
  return parts.length === 1 && missing.length === 0 && only !== undefined ? recordHeading(only) : crashHeading(parts);
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
