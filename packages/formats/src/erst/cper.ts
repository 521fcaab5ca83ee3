import {
  type CperHeader,
  cperHeader,
  cperRevision,
  cperSignature,
  cperSignatureEnd,
  type SectionDescriptor,
  sectionDescriptor,
} from './layout.js';
import { notificationName, sectionName, severityName } from './names.js';

/** Bytes in front of the only section of a record of pstore. */
export const pstoreHeaderSize = cperHeader.size + sectionDescriptor.size;
/** Larger records are not believed where nothing else tells that one stands there. */
export const largestRecord = 1 << 20;
const mostSections = 64;

/** A record’s header and the descriptors of its sections, as far as they are there. */
export interface CperRecord {
  readonly header: CperHeader;
  readonly sections: readonly SectionDescriptor[];
}

/**
 * True when a CPER record begins at `at`: signature, revision 1.x, counts and lengths that agree, and a first section
 * that lies in it. Whoever wrote it; whether the bytes reach as far as it does is not looked at.
 */
export function isCper(bytes: Uint8Array, at: number): boolean {
  if (at < 0 || pstoreHeaderSize > bytes.length - at) return false;
  const header = cperHeader.decode(bytes, at, 'le');
  if (wrongMarks(header).length > 0) return false;
  const headers = cperHeader.size + header.sectionCount * sectionDescriptor.size;
  if (header.recordLength < headers || header.recordLength > largestRecord) return false;
  const { sectionOffset, sectionLength } = sectionDescriptor.decode(bytes, at + cperHeader.size, 'le');
  return sectionOffset >= headers && sectionOffset + sectionLength <= header.recordLength;
}

/** Header and descriptors at `at`, believed as they stand; null where not even the header fits before `end`. */
export function cperAt(bytes: Uint8Array, at: number, end: number): CperRecord | null {
  if (at < 0 || cperHeader.size > end - at) return null;
  const header = cperHeader.decode(bytes, at, 'le');
  const room = Math.floor((end - at - cperHeader.size) / sectionDescriptor.size);
  // One that claims no section is read as if it had the one that pstore writes.
  const count = Math.min(Math.max(1, header.sectionCount), mostSections, room);
  const places = Array.from({ length: count }, (_, i) => at + cperHeader.size + i * sectionDescriptor.size);
  return { header, sections: places.map((place) => sectionDescriptor.decode(bytes, place, 'le')) };
}

/** The fields that tell a CPER record and do not; their names. */
export function wrongMarks(header: CperHeader): string[] {
  const wrong: string[] = [];
  if (header.signature !== cperSignature) wrong.push('signature');
  if (header.revision >> 8 !== cperRevision >> 8) wrong.push('revision');
  if (header.signatureEnd !== cperSignatureEnd) wrong.push('signatureEnd');
  if (header.sectionCount < 1 || header.sectionCount > mostSections) wrong.push('sectionCount');
  return wrong;
}

/** Sections that a short description names. */
const mostNamed = 3;

/** Severity, notification and sections of a record in one line of our own alphabet. */
export function describeCper({ header, sections }: CperRecord): string {
  const named = sections.slice(0, mostNamed).map((section) => {
    return `${sectionName(section.sectionType)} (${severityName(section.sectionSeverity)}, ${section.sectionLength} bytes)`;
  });
  const more = sections.length > mostNamed ? [`${sections.length - mostNamed} more`] : [];
  const how = `${severityName(header.errorSeverity)}, notification ${notificationName(header.notificationType)}`;
  return `${how}; ${[...named, ...more].join(', ')}`.slice(0, 300);
}
