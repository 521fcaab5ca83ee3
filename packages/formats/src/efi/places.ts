import type { Area, Signature } from '../backend.js';
import { isVolumeGuid } from './firmware-volume.js';
import { authenticatedStoreGuid, nvDataGuid, plainStoreGuid, vss2StoreGuid, vssSignatures } from './layout.js';
import { ffsFileHeader, nvarEntry, nvarFileGuid, nvarSignature } from './nvar-layout.js';
import { standsAt, storeAt } from './store-header.js';
import { crashGuidBytes } from './variable-name.js';

/** What a hit of the probe is. `dump`: the crash GUID, with the name of a dump behind it. */
export type PlaceKind = 'volume' | 'store' | 'nvar file' | 'nvar dump' | 'dump';

/** Bytes behind the GUID in which the name of a dump begins: the longest header has 4 between. */
const nameWithin = 64;
const asciiName = Array.from('dump-type', (letter) => letter.charCodeAt(0));
const ucs2Name = asciiName.flatMap((letter) => [letter, 0]);

/** Bytes that `placeAt` looks at. */
export const placeWindow = crashGuidBytes.length + nameWithin + ucs2Name.length;

const nvarBytes = littleEndian(nvarSignature);

export const placeSignatures: readonly Signature[] = [
  crashGuidBytes,
  nvDataGuid,
  authenticatedStoreGuid,
  plainStoreGuid,
  vss2StoreGuid,
  nvarFileGuid,
  nvarBytes,
  ...vssSignatures.map(littleEndian),
].map((bytes) => ({ bytes: [...bytes], mask: Array.from(bytes, () => 0xff) }));

/** What begins at `at`; null for chance hits. A volume is found by its GUID, which stands 16 bytes behind its start. */
export function placeAt(bytes: Uint8Array, at: number): PlaceKind | null {
  const window = bytes.subarray(at, at + placeWindow);
  if (standsAt(window, 0, crashGuidBytes)) return dumpNameIn(window, crashGuidBytes.length) === null ? null : 'dump';
  if (isVolumeGuid(window, 0)) return 'volume';
  if (standsAt(window, 0, nvarFileGuid)) return standsAt(window, ffsFileHeader.size, nvarBytes) ? 'nvar file' : null;
  if (standsAt(window, 0, nvarBytes)) {
    const isNamed = [1, 16].some((guid) => isDumpName(window, nvarEntry.size + guid));
    return isNamed ? 'nvar dump' : null;
  }
  return storeAt(window, 0) === null ? null : 'store';
}

/** Offsets in the bytes of an area, ascending. */
export type Places = Readonly<Record<PlaceKind, readonly number[]>>;

/** The hits of an area by what they are. */
export function placesOf(area: Area): Places {
  const places: Record<PlaceKind, number[]> = { volume: [], store: [], 'nvar file': [], 'nvar dump': [], dump: [] };
  for (const hit of area.hits) {
    const at = hit - area.range.start;
    const kind = placeAt(area.content.bytes, at);
    if (kind !== null) places[kind].push(at);
  }
  return places;
}

/** Where the name of a dump begins, at most 64 bytes behind `from`; null when none does. */
export function dumpNameIn(bytes: Uint8Array, from: number): number | null {
  for (let at = from; at <= from + nameWithin; at++) if (isDumpName(bytes, at)) return at;
  return null;
}

function isDumpName(bytes: Uint8Array, at: number): boolean {
  return standsAt(bytes, at, ucs2Name) || standsAt(bytes, at, asciiName);
}

function littleEndian(word: number): number[] {
  return [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff);
}
