import type { Finding, PstoreRecord, Span } from '@pstore-decode/formats';
import { severityOf } from '@pstore-decode/formats';
import { forJson } from '@pstore-decode/formats/bytes';
import type { FoundRecord } from '../inputs.js';
import { sectionsJson } from './section-facts.js';
import { isoTime } from './time.js';

/** One finding as JSON: `schema/record-1.json`, `$defs/finding`. */
export interface FindingJson {
  readonly code: string;
  readonly severity: string;
  readonly start?: number;
  readonly end?: number;
  readonly detail?: string;
}

/** The file that `extract` wrote of a record. */
export interface ExtractedJson {
  /** Below the output folder, `/` between its parts. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** ISO 8601; absent where the kernel gives the file no time of the record's. */
  readonly mtime?: string;
  /** Of a file that was kept in pmsg: its name there, and the numbers of blocks that are missing in it. */
  readonly name?: string;
  readonly missing?: readonly number[];
}

/**
 * THE record shape, the same for every command: `schema/record-1.json`. Unknown values are absent; `name` alone is null
 * where the kernel would show no file. u64 are decimal strings.
 * @param digest hex sha256 of bytes
 * @param extracted the files that `extract` wrote of it: one, its text where the kernel's file is compressed, and those
 *   that were kept in it
 */
export function recordJson(
  found: FoundRecord,
  digest: (bytes: Uint8Array) => string,
  extracted: readonly ExtractedJson[] = [],
): object {
  const { record, input, index, place, root, sections = [] } = found;
  const time = record.time && isoTime(record.time);
  const [own, text] = extracted.filter(({ name }) => name === undefined);
  const files = extracted.filter(({ name }) => name !== undefined);
  return {
    schema: 'pstore-decode/record/1',
    input,
    index,
    backend: record.backend,
    type: record.type,
    name: record.file?.name ?? null,
    state: record.state,
    ...(record.grade !== undefined && { grade: record.grade }),
    ...(record.id !== undefined && { id: record.id.toString() }),
    ...(time !== undefined && { time }),
    ...(record.reason !== undefined && { reason: record.reason }),
    ...integer('count', record.count),
    ...integer('part', record.part),
    ...(record.compression !== undefined && { compression: record.compression }),
    stored: { start: record.stored.start, end: record.stored.end },
    ...(root !== undefined && { root: root.map(spanJson) }),
    ...(place !== undefined && { path: place.path, offset: place.range.start }),
    ...(record.ecc !== undefined && {
      ecc: { size: record.ecc.size, corrected: record.ecc.corrected, uncorrectable: record.ecc.uncorrectable },
    }),
    ...textJson(record),
    ...(sections.length > 0 && { sections: sectionsJson(found) }),
    textBytes: record.text.bytes.length,
    sha256: digest(record.payload.bytes),
    origin: record.payload.spans.map(spanJson),
    findings: record.findings.map(findingJson),
    ...(own !== undefined && { extracted: own }),
    ...(text !== undefined && { recovered: text }),
    ...(files.length > 0 && { files }),
  };
}

export function findingJson(finding: Finding): FindingJson {
  return {
    code: finding.code,
    severity: severityOf(finding.code),
    ...(finding.at !== null && { start: finding.at.start, end: finding.at.end }),
    ...(finding.detail !== undefined && { detail: finding.detail }),
  };
}

function textJson(record: PstoreRecord): object {
  return forJson({ hostile: record.text.bytes });
}

function spanJson(span: Span): object {
  return {
    length: span.length,
    how: span.how,
    ...(span.from !== null && { start: span.from.start, end: span.from.end }),
  };
}

/** A number that JSON can carry; NaN and what no double holds exactly are left out. */
export function integer(key: string, value: number | undefined): object {
  return value !== undefined && Number.isSafeInteger(value) ? { [key]: value } : {};
}
