import type { ByteRange } from '../bytes/range.js';
import { slice, type TracedBytes } from '../bytes/traced.js';
import type { Finding } from '../finding.js';
import { type CperRecord, cperAt, isCper, largestRecord, pstoreHeaderSize, wrongMarks } from './cper.js';
import { cperHeader, invalidRecord, noRecord, pstoreCreator, sectionDescriptor } from './layout.js';
import { isNearly, isSameGuid, type PstoreSection, pstoreSectionOf } from './names.js';

/** The bytes that were walked, and where they stand on the root medium. */
export interface Walked {
  readonly content: TracedBytes;
  readonly start: number;
}

/** Where a record was found. `slot`: in a store. `bare`: one of those that are all the medium. `carved`: anywhere. */
export type Place =
  | { readonly kind: 'slot'; readonly entry: bigint; readonly size: number }
  | { readonly kind: 'bare' }
  | { readonly kind: 'carved' };

/** A CPER record, whoever wrote it. */
export interface FoundRecord {
  readonly place: Place;
  /** Header and descriptors; null where only a section of pstore is left. */
  readonly cper: CperRecord | null;
  /** False for records of the firmware or another system. */
  readonly isPstore: boolean;
  /** Id and time in the header can be believed. */
  readonly isSound: boolean;
  /** What pstore stored, as far as its GUID is legible. */
  readonly section: PstoreSection | null;
  /** What the record holds: the section of pstore; of another's record all of it. */
  readonly payload: TracedBytes;
  /** What a kernel takes for the payload: it looks at one length alone. Null where it gets nothing. */
  readonly seen: TracedBytes | null;
  /** Header to last byte, on the root medium. */
  readonly stored: ByteRange;
  readonly state: 'live' | 'hidden' | 'erased';
  readonly id?: bigint;
  readonly findings: readonly Finding[];
}

/** True where a record can be read though its header is damaged: its creator or its section is known. */
export function isLegible(bytes: Uint8Array, at: number, end: number): boolean {
  const cper = cperAt(bytes, at, end);
  if (cper === null) return false;
  return isCper(bytes.subarray(0, end), at) || isPstores(cper);
}

/** The record whose header stands at `at`; it ends at `limit` at the latest. */
export function foundRecord(walked: Walked, at: number, limit: number, place: Place): FoundRecord | null {
  const { content, start } = walked;
  const { bytes } = content;
  const cper = cperAt(bytes, at, limit);
  if (cper === null) return null;
  const { header, sections } = cper;
  const [first] = sections;
  const section = first === undefined ? null : pstoreSectionOf(first.sectionType);
  const isPstore = isPstores(cper);
  const length = isPstore ? pstoreLength(bytes, at, limit, cper) : Math.min(header.recordLength, limit - at);
  const end = at + Math.max(cperHeader.size, length);
  const stored = { start: start + at, end: start + end };
  const isWhole = header.recordLength <= limit - at;
  const canBeSeen = header.recordLength >= pstoreHeaderSize && isWhole;
  const findings: Finding[] = [];
  const wrong = wrongMarks(header);
  if (isPstore && header.sectionCount !== 1 && !wrong.includes('sectionCount')) wrong.push('sectionCount');
  if (wrong.length > 0) findings.push({ code: 'erst.header', at: stored, detail: wrong.join(', ') });
  const claims = lengthsOf(cper);
  if (isPstore ? claims.some((claim) => claim !== length) : !isWhole) {
    const detail = `${[...new Set(claims)].join(' or ')} bytes claimed, ${length} read`;
    findings.push({ code: 'erst.size', at: stored, detail });
  }
  const guids = [
    ...(isPstore && !isSameGuid(header.creatorId, pstoreCreator) ? ['creator'] : []),
    ...(section !== null && !section.isExact ? ['section type'] : []),
  ];
  if (guids.length > 0) findings.push({ code: 'erst.guid', at: stored, detail: guids.join(', ') });
  const entry = place.kind === 'slot' ? place.entry : null;
  if (entry !== null && entry !== noRecord && entry !== header.recordId) {
    findings.push({ code: 'erst.map', at: stored, detail: `map ${entry}, header ${header.recordId}` });
  }
  if (place.kind === 'carved') findings.push({ code: 'erst.carved', at: stored });
  const isSound = wrong.length === 0 || isNearly(header.creatorId, pstoreCreator);
  const id = entry !== null && entry !== noRecord && entry !== invalidRecord ? entry : header.recordId;
  return {
    place,
    cper,
    isPstore,
    isSound,
    section: section?.kind ?? null,
    payload: isPstore ? slice(content, Math.min(at + pstoreHeaderSize, end), end) : slice(content, at, end),
    seen: canBeSeen ? slice(content, at + pstoreHeaderSize, at + header.recordLength) : null,
    stored,
    state:
      entry === noRecord ? 'erased' : place.kind === 'carved' || isCut(place, isWhole, limit - at) ? 'hidden' : 'live',
    ...(isSound || (entry !== null && entry !== noRecord) ? { id } : {}),
    findings,
  };
}

/** A section of pstore whose record has lost its header: its GUID stands at `guid`. */
export function headlessRecord({ content, start }: Walked, guid: number, limit: number): FoundRecord | null {
  const at = guid + sectionDescriptor.size - 16;
  const section = pstoreSectionOf(content.bytes.subarray(guid, guid + 16));
  if (section === null || at > limit) return null;
  const end = at + writtenLength(content.bytes.subarray(at, Math.min(limit, at + longestGuess)));
  const stored = { start: start + guid, end: start + end };
  return {
    place: { kind: 'carved' },
    cper: null,
    isPstore: true,
    isSound: false,
    section: section.kind,
    payload: slice(content, at, end),
    seen: null,
    stored,
    state: 'hidden',
    findings: [{ code: 'erst.headless', at: stored }],
  };
}

/** A slot that the medium does not have whole: the device had it. */
function isCut(place: Place, isWhole: boolean, room: number): boolean {
  return !isWhole && !(place.kind === 'slot' && room === place.size);
}

/** Its creator or its section says so. */
function isPstores({ header, sections: [first] }: CperRecord): boolean {
  return (
    isNearly(header.creatorId, pstoreCreator) || (first !== undefined && pstoreSectionOf(first.sectionType) !== null)
  );
}

/** False where a record of pstore and its section claim different lengths; others have no such rule. */
export function lengthsAgree(cper: CperRecord): boolean {
  return !isPstores(cper) || lengthsOf(cper).every((claim) => claim === cper.header.recordLength);
}

/** Both claims of how long a record of pstore is. */
function lengthsOf({ header, sections: [first] }: CperRecord): number[] {
  return [header.recordLength, ...(first === undefined ? [] : [pstoreHeaderSize + first.sectionLength])];
}

/** Bytes of a record of pstore: where its two claims differ, the one behind which nothing was written. */
function pstoreLength(bytes: Uint8Array, at: number, limit: number, cper: CperRecord): number {
  const room = limit - at;
  const claims = lengthsOf(cper);
  const possible = claims.filter((claim) => claim >= pstoreHeaderSize && claim <= room);
  const [first] = possible;
  if (first !== undefined && claims.every((claim) => claim === first)) return first;
  const written = trimmedLength(bytes.subarray(at, at + Math.min(room, largestRecord)));
  const fitting = possible.find((claim) => claim === written) ?? first;
  const body = bytes.subarray(at + pstoreHeaderSize, at + Math.min(room, longestGuess));
  return fitting ?? Math.min(room, pstoreHeaderSize + writtenLength(body));
}

/** No kernel stores a longer part of a dump. */
const longestGuess = 64 << 10;
/** Erased bytes in a row that a compressed dump does not hold by chance. */
const longRun = 16;

/** How many of the bytes stand before the first long run of 0xff. */
function writtenLength(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    let end = at;
    while (end < bytes.length && bytes[end] === 0xff) end += 1;
    if (end - at >= longRun) return at;
    at = end + 1;
  }
  return trimmedLength(bytes);
}

/** How many of the bytes stand before the 0xff at the end. */
function trimmedLength(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0xff) end -= 1;
  return end;
}
