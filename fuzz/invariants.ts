import type { Finding, PstoreRecord } from '@pstore-decode/formats';
import { findingKinds } from '@pstore-decode/formats';
import { type ByteRange, gaps, type TracedBytes } from '@pstore-decode/formats/bytes';
import { promise } from './target.js';

/** What must hold for every record of a medium, whatever its bytes are. */
export function checkRecord(record: PstoreRecord, medium: Uint8Array): void {
  const { stored, payload, text, file, findings } = record;
  for (const traced of [payload, text, ...(file === undefined ? [] : [file.content])]) checkTraced(traced, medium);
  promise((file === undefined) === (record.state !== 'live'), 'a live record has a file, no other has');
  promise(file === undefined || /^[a-z][a-z0-9_-]*(\.enc\.z)?$/.test(file.name), 'a file name is of our own alphabet');
  for (const finding of findings) checkFinding(finding);
  const { ecc, time } = record;
  promise(ecc === undefined || (ecc.corrected >= 0 && ecc.uncorrectable >= 0 && ecc.size > 0), 'ECC counts are counts');
  promise(time === undefined || Number.isSafeInteger(time.nanoseconds), 'nanoseconds are a whole number');
  promise(isWithin(stored, medium.length), 'a record is stored on the medium');
}

export function checkFinding({ code, at, detail }: Finding): void {
  promise(Object.hasOwn(findingKinds, code), 'a finding is of the catalogue');
  // A finding may name what the medium is too short for.
  promise(at === null || isWithin(at, Number.MAX_SAFE_INTEGER), 'a finding has a range');
  promise(detail === undefined || /^[\x20-\x7e]{0,300}$/.test(detail), 'details are short and of our own alphabet');
}

/** Spans that add up, and copied bytes that stand on the medium. */
function checkTraced({ bytes, spans }: TracedBytes, medium: Uint8Array): void {
  let at = 0;
  for (const { length, from, how } of spans) {
    promise(length > 0, 'no span is empty');
    if (how === 'copied') {
      promise(
        from !== null && from.end - from.start === length && isWithin(from, medium.length),
        'a copied span has a place',
      );
      for (let i = 0; i < length; i++)
        promise(bytes[at + i] === medium[from.start + i], 'a copied span equals the medium');
    }
    // Bytes that the medium was too short for have no place; all others lie on it.
    if (how === 'corrected' || (how === 'filled' && from !== null)) {
      promise(from !== null && from.end - from.start === length, `a ${how} span has a place`);
    }
    promise(from === null || isWithin(from, medium.length), 'a span lies on the medium');
    at += length;
  }
  promise(at === bytes.length, 'the lengths of spans sum up');
}

/** Every byte of the area is in a record or a finding; findings about the area as a whole do not count. */
export function checkCovered(area: ByteRange, records: readonly PstoreRecord[], findings: readonly Finding[]): void {
  const told = findings.filter(({ code }) => code === 'area.slack' || !code.startsWith('area.'));
  const ranges = [...records.map(({ stored }) => stored), ...told.flatMap(({ at }) => at ?? [])];
  promise(gaps(area, ranges).length === 0, 'every byte of an area is in a record or a finding');
}

function isWithin({ start, end }: ByteRange, size: number): boolean {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && end <= size;
}
