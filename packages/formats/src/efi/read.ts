import type { Area, Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { type ByteRange, gaps } from '../bytes/range.js';
import type { Report } from '../finding.js';
import type { PstoreRecord } from '../record.js';
import { type CarvedVariable, carveDump, carveNvar } from './carve.js';
import { findStores } from './find-stores.js';
import type { FoundStore } from './found-store.js';
import { type Places, placesOf } from './places.js';
import { recordsOfVariables } from './records.js';
import { carvedDump, dumpsOf, type Walked, withoutCopies } from './store-dumps.js';
import { figuresOf, formatFigures } from './store-figures.js';

/**
 * The walk over one area: its volumes and stores, then dumps that stand in none. A store that the firmware does not
 * use (a copy in the spare) gives stale records, and those only that the others do not hold.
 */
export function* readEfi(area: Area, report: Report, hints: Hints, fuel: Fuel): Generator<PstoreRecord> {
  const { content, range } = area;
  fuel.spend(content.bytes.length);
  const walked: Walked = { content, start: range.start };
  const places = placesOf(area);
  const { stores, volumes, isCut } = findStores(content.bytes, places);
  if (isCut) report({ code: 'limit.layouts', at: range });
  for (const volume of volumes) {
    const at = moved(volume.range, range);
    report({ code: 'efi.volume', at, detail: volume.detail });
    const size = at.end - at.start;
    if (volume.excess > 0) report({ code: 'efi.size', at, detail: sizes(size + volume.excess, size) });
    if (volume.spareIsCurrent) report({ code: 'efi.interrupted', at });
  }
  for (const store of stores) reportStore(store, content.bytes, range, report);
  const inStores = [...stores].sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent));
  const variables = inStores.flatMap((store) => dumpsOf(walked, store.reading.variables, store.isCurrent));
  const carved = carvedOf(content.bytes, places, stores).map((variable) => carvedDump(walked, variable));
  const kept = withoutCopies([...variables, ...carved]);
  yield* recordsOfVariables(kept, report, hints, fuel);
  const known = [...stores.map((store) => store.range), ...volumes.map((volume) => volume.range)];
  const covered = [...known.map((one) => moved(one, range)), ...kept.map(({ stored }) => stored)];
  for (const open of gaps(range, covered)) report({ code: 'efi.outside', at: open });
}

function reportStore(store: FoundStore, bytes: Uint8Array, area: ByteRange, report: Report): void {
  const { range, reading, claimed, name } = store;
  const size = range.end - range.start;
  const figures = figuresOf(bytes, range, store.firstVariable, reading);
  const copy = store.isCurrent ? '' : ', a copy that is not in use';
  const reclaims = store.reclaims === null ? '' : `; reclaims ${store.reclaims}`;
  const detail = `${name}${copy}, ${formatFigures(figures)}${reclaims}`;
  report({ code: 'efi.store', at: moved(range, area), detail });
  if (!store.hasHeader) report({ code: 'efi.store-header', at: moved(range, area) });
  if (claimed !== size) report({ code: 'efi.size', at: moved(range, area), detail: sizes(claimed, size) });
  for (const damaged of reading.damaged) report({ code: 'efi.damaged', at: moved(damaged, area) });
}

/** Dumps that no store explains, each by its own GUID or entry. */
function carvedOf(bytes: Uint8Array, places: Places, stores: readonly FoundStore[]): CarvedVariable[] {
  const walked = stores.flatMap(({ reading }) => reading.variables).filter(({ phase }) => phase !== 'unwritten');
  const starts = new Set(walked.map(({ stored }) => stored.start));
  const entries = places['nvar dump'].flatMap((at) => (starts.has(at) ? [] : (carveNvar(bytes, at) ?? [])));
  const explained = new Set([...walked, ...entries].map(({ guidAt }) => guidAt));
  const { dump: dumps } = places;
  const carved = dumps.flatMap((at, i) => {
    // A dump ends where the header of the next begins, which has at least 16 bytes before its GUID.
    const limit = Math.max(at, (dumps[i + 1] ?? bytes.length + 16) - 16);
    return explained.has(at) ? [] : (carveDump(bytes, at, limit) ?? []);
  });
  return [...entries, ...carved];
}

function moved({ start, end }: ByteRange, { start: by }: ByteRange): ByteRange {
  return { start: start + by, end: end + by };
}

function sizes(claimed: number, read: number): string {
  return `${claimed} bytes claimed, ${read} read`;
}
