import type { PstoreRecord } from '@pstore-decode/formats';
import { slice, type TracedBytes } from '@pstore-decode/formats/bytes';
import { cperAt, sectionName } from '@pstore-decode/formats/erst';
import { readCperSection, readMachineCheck, readRtasLog, type SectionReading } from '@pstore-decode/formats/payload';

/** A part of a binary record, field by field; ranges of the reading count in `bytes`. */
export interface ReadSection {
  readonly reading: SectionReading;
  readonly bytes: TracedBytes;
}

/**
 * The fields of a machine check, of an error log of RTAS, or of each section of a CPER record that is not pstore's; none
 * of other records. A section of an unknown type has its bytes alone.
 */
export function sectionsOf({ type, payload, findings }: PstoreRecord): ReadSection[] {
  const { bytes } = payload;
  if (type === 'mce') return [{ reading: readMachineCheck(bytes), bytes: payload }];
  if (type === 'rtas') return [{ reading: readRtasLog(bytes), bytes: payload }];
  if (!findings.some(({ code }) => code === 'erst.foreign')) return [];
  const sections = cperAt(bytes, 0, bytes.length)?.sections ?? [];
  return sections.map(({ sectionType, sectionOffset, sectionLength }) => {
    const start = Math.min(sectionOffset, bytes.length);
    const section = slice(payload, start, Math.min(start + sectionLength, bytes.length));
    return { reading: readCperSection(sectionType, section.bytes) ?? unknown(sectionType, section), bytes: section };
  });
}

function unknown(type: Uint8Array, { bytes }: TracedBytes): SectionReading {
  const rest = bytes.length === 0 ? null : { start: 0, end: bytes.length };
  return { title: sectionName(type), fields: [], parts: [], rest };
}
