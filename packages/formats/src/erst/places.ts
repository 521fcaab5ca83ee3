import type { Area, Signature } from '../backend.js';
import { isCper, pstoreHeaderSize } from './cper.js';
import { cperHeader, sectionDescriptor } from './layout.js';
import { pstoreSectionOf, pstoreSections } from './names.js';
import { isStore } from './store.js';

/** What a hit of the probe is. `section`: the GUID of a section of pstore in a descriptor. */
export type PlaceKind = 'store' | 'record' | 'section';

/** Bytes that `placeAt` looks at. */
export const placeWindow = pstoreHeaderSize;

export const placeSignatures: readonly Signature[] = [
  // "ERSTSTOR"; "CPER" with a revision and signatureEnd behind it.
  signature([0x45, 0x52, 0x53, 0x54, 0x53, 0x54, 0x4f, 0x52]),
  {
    bytes: [0x43, 0x50, 0x45, 0x52, 0x00, 0x01, 0xff, 0xff, 0xff, 0xff],
    mask: [0xff, 0xff, 0xff, 0xff, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff],
  },
  ...Object.values(pstoreSections).map((guid) => signature([...guid])),
];

/** Of a section GUID in its descriptor, and of the descriptor in the record. */
const guidOffset = sectionDescriptor.fields.find(({ name }) => name === 'sectionType')?.offset as number;
export const guidInRecord = cperHeader.size + guidOffset;

/** What begins at `at`; null for chance hits. */
export function placeAt(bytes: Uint8Array, at: number): PlaceKind | null {
  const window = bytes.subarray(at, at + placeWindow);
  if (isStore(window)) return 'store';
  if (isCper(window, 0)) return 'record';
  return isSection(window) ? 'section' : null;
}

/** Offsets in the bytes of an area, ascending. */
export type Places = Readonly<Record<PlaceKind, readonly number[]>>;

/** The hits of an area by what they are. */
export function placesOf(area: Area): Places {
  const places: Record<PlaceKind, number[]> = { store: [], record: [], section: [] };
  for (const hit of area.hits) {
    const at = hit - area.range.start;
    const kind = placeAt(area.content.bytes, at);
    if (kind !== null) places[kind].push(at);
  }
  return places;
}

/** The GUID is in the kernel's code too: what follows it must be the rest of a descriptor as pstore writes it. */
function isSection(window: Uint8Array): boolean {
  const descriptor = new Uint8Array(sectionDescriptor.size);
  const rest = window.subarray(0, sectionDescriptor.size - guidOffset);
  if (rest.length < sectionDescriptor.size - guidOffset) return false;
  descriptor.set(rest, guidOffset);
  const { sectionType, fruId, sectionSeverity, fruText } = sectionDescriptor.decode(descriptor, 0, 'le');
  const isUnset = [...fruId, ...fruText].every((byte) => byte === 0);
  return isUnset && sectionSeverity <= 3 && pstoreSectionOf(sectionType)?.isExact === true;
}

function signature(bytes: readonly number[]): Signature {
  return { bytes, mask: bytes.map(() => 0xff) };
}
