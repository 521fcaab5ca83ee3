import type { Area, Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { type ByteRange, gaps } from '../bytes/range.js';
import type { Report } from '../finding.js';
import type { PstoreRecord } from '../record.js';
import { cperAt, isCper, pstoreHeaderSize } from './cper.js';
import { type FoundRecord, foundRecord, headlessRecord, isLegible, lengthsAgree, type Walked } from './found-record.js';
import { kernelOf } from './kernel-view.js';
import { noRecord } from './layout.js';
import { guidInRecord, type Places, placesOf } from './places.js';
import { recordsOf } from './records.js';
import { isBlank, type Slot, type Store, storeAt } from './store.js';

/** Records that a firmware gives together. */
interface Storage {
  readonly records: readonly FoundRecord[];
  /** Where it names a record that nobody can read, on the root medium. */
  readonly unreadable: readonly ByteRange[];
}

/**
 * The walk over one area: its stores slot by slot, or records that are all the medium; then records that stand
 * anywhere else, found by their own headers.
 */
export function* readErst(area: Area, report: Report, hints: Hints, fuel: Fuel): Generator<PstoreRecord> {
  const { content, range } = area;
  fuel.spend(content.bytes.length);
  const walked: Walked = { content, start: range.start };
  const places = placesOf(area);
  const stores = storesOf(walked, places);
  const storages = stores.map((store) => readStore(walked, store, report));
  const isBare = range.start === 0 && places.record[0] === 0 && stores[0]?.range.start !== 0;
  const bare = isBare ? bareRecords(walked, places.record, stores[0]?.range.start ?? content.bytes.length) : [];
  if (bare.length > 0) storages.push({ records: bare, unreadable: [] });
  const known = storages.flatMap(({ records }) => records);
  const carved = carvedRecords(walked, places, stores, known);
  storages.push({ records: carved, unreadable: [] });
  const kernel = kernelOf([...known, ...carved], report, hints, fuel);
  for (const { records, unreadable } of storages) {
    yield* recordsOf(records, unreadable, kernel, report, hints, fuel);
  }
  const covered = [...stores.map((store) => moved(store.range, range)), ...[...known, ...carved].map((r) => r.stored)];
  for (const open of gaps(range, covered)) report({ code: 'area.slack', at: open });
}

/** None overlaps another. */
function storesOf({ content, start }: Walked, places: Places): Store[] {
  const stores: Store[] = [];
  for (const [i, at] of places.store.entries()) {
    if (at < (stores.at(-1)?.range.end ?? 0)) continue;
    stores.push(storeAt(content.bytes, at, places.store[i + 1] ?? content.bytes.length, start + at === 0));
  }
  return stores;
}

function readStore(walked: Walked, store: Store, report: Report): Storage {
  const { bytes } = walked.content;
  const { header, range, slots, faults, claimedEnd } = store;
  const at = moved(range, walked);
  const records: FoundRecord[] = [];
  const unreadable: ByteRange[] = [];
  const damaged: ByteRange[] = [];
  let blank = 0;
  for (const slot of slots) {
    const record = recordIn(walked, slot, header.recordSize);
    if (record !== null) {
      records.push(record);
      continue;
    }
    if (slot.entry !== noRecord && !canBeRead(bytes, slot)) unreadable.push(moved(slot, walked));
    if (isBlank(bytes, slot)) blank += 1;
    else damaged.push(slot);
  }
  const erased = records.filter(({ state }) => state === 'erased').length;
  const counts = `${records.length - erased} in use, ${erased} cleared, ${blank} blank, ${damaged.length} not legible`;
  const detail = `record_size ${header.recordSize}; ${slots.length} slots: ${counts}`;
  report({ code: 'erst.store', at, detail });
  if (faults.length > 0) report({ code: 'erst.store-header', at, detail: faults.join('; ') });
  if (claimedEnd !== null) report({ code: 'area.truncated', at: moved({ start: range.end, end: claimedEnd }, walked) });
  for (const slot of damaged) report({ code: 'erst.damaged', at: moved(slot, walked) });
  return { records, unreadable };
}

/** A record of which nothing can be made still does not end the list where its length is one. */
function canBeRead(bytes: Uint8Array, { start, end }: Slot): boolean {
  const length = cperAt(bytes, start, end)?.header.recordLength ?? 0;
  return length >= pstoreHeaderSize && length <= end - start;
}

function recordIn(walked: Walked, { start, end, entry }: Slot, size: number): FoundRecord | null {
  const { bytes } = walked.content;
  return isLegible(bytes, start, end) ? foundRecord(walked, start, end, { kind: 'slot', entry, size }) : null;
}

/** Records from the first byte on, with nothing but blank bytes between them: storage of a firmware, or one record. */
function bareRecords(walked: Walked, places: readonly number[], end: number): FoundRecord[] {
  const { bytes } = walked.content;
  const records: FoundRecord[] = [];
  let next = 0;
  for (let at = 0; isCper(bytes.subarray(0, end), at); ) {
    while ((places[next] ?? end) <= at && next < places.length) next += 1;
    const cper = cperAt(bytes, at, end);
    if (cper === null) break;
    const claimed = at + cper.header.recordLength;
    // Where its lengths contradict each other it is not believed to reach over the next one.
    const limit = Math.min(end, claimed, lengthsAgree(cper) ? claimed : (places[next] ?? claimed));
    const record = foundRecord(walked, at, limit, { kind: 'bare' });
    if (record === null) break;
    records.push(record);
    at = limit;
    while (at < end && (bytes[at] === 0 || bytes[at] === 0xff)) at += 1;
  }
  return records;
}

/** Records that no store explains, by their headers and by the types of their sections. */
function carvedRecords(
  walked: Walked,
  places: Places,
  stores: readonly Store[],
  known: readonly FoundRecord[],
): FoundRecord[] {
  const { content, start } = walked;
  const explained = known.map(({ stored }) => moved(stored, { start: -start }));
  const starts = new Set([...places.record, ...places.section.map((at) => at - guidInRecord)]);
  const open = outside(
    [...starts].sort((a, b) => a - b),
    explained,
  );
  // What stands inside of a store ends with it.
  const borders = stores.flatMap(({ range }) => [range.start, range.end]);
  const ends = [...open, ...explained.map((range) => range.start), ...borders, content.bytes.length];
  const sorted = ends.sort((a, b) => a - b);
  let next = 0;
  return open.flatMap((at) => {
    while ((sorted[next] as number) <= Math.max(at, 0) && next < sorted.length - 1) next += 1;
    const limit = sorted[next] as number;
    const isWhole = at >= 0 && isLegible(content.bytes, at, limit);
    const record = isWhole ? foundRecord(walked, at, limit, { kind: 'carved' }) : null;
    return record ?? headlessRecord(walked, at + guidInRecord, limit) ?? [];
  });
}

/** Those of the ascending offsets that lie in no range; the ranges ascend and do not overlap. */
function outside(offsets: readonly number[], ranges: readonly ByteRange[]): number[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  let next = 0;
  return offsets.filter((at) => {
    while (next < sorted.length && (sorted[next] as ByteRange).end <= at) next += 1;
    const range = sorted[next];
    return range === undefined || at < range.start;
  });
}

function moved({ start, end }: ByteRange, { start: by }: { readonly start: number }): ByteRange {
  return { start: start + by, end: end + by };
}
