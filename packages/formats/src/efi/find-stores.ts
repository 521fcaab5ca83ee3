import { type ByteRange, gaps } from '../bytes/range.js';
import { findWorkingBlock, type WorkingBlock } from './fault-tolerant-write.js';
import type { FirmwareVolume } from './firmware-volume.js';
import { type FoundStore, readNvarFile, readStore } from './found-store.js';
import type { Places } from './places.js';
import { type VolumeGroup, volumeGroups } from './volumes.js';

/** A volume, and in words what is in it. */
interface FoundVolume {
  readonly range: ByteRange;
  readonly detail: string;
  /** Bytes that it claims behind the end of what there is. */
  readonly excess: number;
  /** A reclaim was interrupted: what the spare holds is the store. */
  readonly spareIsCurrent: boolean;
}

export interface FoundStores {
  readonly volumes: readonly FoundVolume[];
  /** In the order in which they stand; none overlaps another. */
  readonly stores: readonly FoundStore[];
  /** There are more than were looked at. */
  readonly isCut: boolean;
}

/** Stores outside of volumes that are looked at: real images have two. */
const mostAlone = 4096;

/** All volumes and stores of an area. */
export function findStores(bytes: Uint8Array, places: Places): FoundStores {
  const groups = volumeGroups(bytes, places.volume, places.store).map((group) => readGroup(bytes, group, places.dump));
  const volumes = groups.map(({ volume }) => volume);
  const inVolumes = groups.flatMap(({ stores }) => stores);
  const alone = storesAlone(bytes, places, volumes, inVolumes);
  const stores = [...inVolumes, ...alone].sort((a, b) => a.range.start - b.range.start);
  return { volumes, stores, isCut: alone.length === mostAlone };
}

/** The store of a volume, its working block, and what its spare holds. */
function readGroup(
  bytes: Uint8Array,
  { outer, nested }: VolumeGroup,
  dumps: readonly number[],
): { volume: FoundVolume; stores: FoundStore[] } {
  const { range, bodyAt } = outer;
  const limit = Math.min(range.end, nested[0]?.range.start ?? range.end);
  const first = readStore(bytes, bodyAt, limit, dumps, true);
  const working = findWorkingBlock(bytes, alignedIn(range, first?.range.end ?? bodyAt), limit);
  const copies: FoundStore[] = [];
  for (const [i, { bodyAt: at }] of nested.entries()) {
    const copy = readStore(bytes, at, nested[i + 1]?.range.start ?? range.end, dumps, false);
    if (copy !== null) copies.push(copy);
  }
  const spareIsCurrent = working?.spareIsAuthoritative === true && copies.length > 0;
  const reclaims = working?.reclaims ?? null;
  const main = first === null ? [] : [{ ...first, isCurrent: !spareIsCurrent, reclaims }];
  const stores = [...main, ...copies.map((copy, i) => ({ ...copy, isCurrent: spareIsCurrent && i === 0 }))];
  const detail = inWords(bytes, outer, working, stores, spareIsCurrent);
  return { volume: { range, detail, excess: outer.excess, spareIsCurrent }, stores };
}

function inWords(
  bytes: Uint8Array,
  { range, bodyAt, isSound }: FirmwareVolume,
  working: WorkingBlock | null,
  stores: readonly FoundStore[],
  spareIsCurrent: boolean,
): string {
  const hex = (at: number) => `0x${(at - range.start).toString(16)}`;
  const [store, ...copies] = stores.map((found) => `${hex(found.range.start)}-${hex(found.range.end)}`);
  const words = [store === undefined ? 'no store' : `store ${store}`];
  if (working !== null) {
    words.push(`working block ${hex(working.range.start)}${working.isSound ? '' : ' with a wrong CRC'}`);
    words.push(`${working.reclaims} reclaims, ${working.otherWrites} other writes`);
  }
  if (copies.length > 0) words.push(`spare with a store ${copies[0]}${spareIsCurrent ? ', which is in use' : ''}`);
  const known = [{ start: range.start, end: bodyAt }, ...stores.map((found) => found.range)];
  if (working !== null) known.push(working.range);
  words.push(`${written(bytes, gaps(range, known))} bytes elsewhere are not erased`);
  if (!isSound) words.push('the checksum of the header is wrong');
  return words.join('; ');
}

function written(bytes: Uint8Array, ranges: readonly ByteRange[]): number {
  let count = 0;
  for (const { start, end } of ranges) for (let at = start; at < end; at++) if (bytes[at] !== 0xff) count += 1;
  return count;
}

/** Working blocks begin at multiples of 16 bytes from the start of the volume. */
function alignedIn({ start }: ByteRange, at: number): number {
  return start + Math.ceil((at - start) / 16) * 16;
}

/** Stores outside of volumes. One inside a volume that has a store already is a copy of it. */
function storesAlone(
  bytes: Uint8Array,
  places: Places,
  volumes: readonly FoundVolume[],
  known: readonly FoundStore[],
): FoundStore[] {
  const found: FoundStore[] = [];
  const starts = [
    ...places.store.map((at) => ({ at, isFile: false })),
    ...places['nvar file'].map((at) => ({ at, isFile: true })),
  ].sort((a, b) => a.at - b.at);
  const sorted = [...known].sort((a, b) => a.range.start - b.range.start);
  let nextKnown = 0;
  let nextVolume = 0;
  let end = 0;
  for (const { at, isFile } of starts) {
    for (; (sorted[nextKnown]?.range.start ?? Number.POSITIVE_INFINITY) <= at; nextKnown++) {
      end = Math.max(end, sorted[nextKnown]?.range.end ?? 0);
    }
    while ((volumes[nextVolume]?.range.end ?? Number.POSITIVE_INFINITY) <= at) nextVolume += 1;
    if (found.length === mostAlone) break;
    if (at < end) continue;
    const limit = sorted[nextKnown]?.range.start ?? bytes.length;
    const volume = volumes[nextVolume];
    const isCopy = volume !== undefined && volume.range.start <= at && hasStoreBefore(sorted[nextKnown - 1], volume);
    const store = isFile ? readNvarFile(bytes, at, limit) : readStore(bytes, at, limit, places.dump, !isCopy);
    if (store === null) continue;
    found.push(store);
    end = store.range.end;
  }
  return found;
}

function hasStoreBefore(store: FoundStore | undefined, { range }: FoundVolume): boolean {
  return store !== undefined && store.range.start >= range.start;
}
