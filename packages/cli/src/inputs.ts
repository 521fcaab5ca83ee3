import {
  type ByteRange,
  type Crash,
  type CrashNumbers,
  type Finding,
  type Grade,
  grades,
  type Hints,
  joinCrashes,
  type PstoreRecord,
  type Severity,
  type Span,
  severityOf,
} from '@pstore-decode/formats';
import type { Appearance } from './appearance.js';
import type { Engine, OpenMedium, SearchOptions } from './engine.js';
import { CliError, detailOfSystemError, isMediumError, isSystemError } from './errors.js';
import { hexRange } from './present/figures.js';
import { type FilePlace, type FolderFile, placeIn } from './present/file-place.js';
import type { Progress } from './progress.js';
import type { ReadSection } from './sections.js';

/** A record and where it was found. */
export interface FoundRecord {
  /** As the caller named it. */
  readonly input: string;
  /** Counts the records of one input from 1, in the order of the medium. */
  readonly index: number;
  readonly record: PstoreRecord;
  /** Of a folder: the file that it stands in. */
  readonly place?: FilePlace;
  /** In a container: where its bytes stand on the medium itself. */
  readonly root?: readonly Span[];
  /** In a memory dump: places are physical addresses. */
  readonly addresses?: 'physical';
  /** Of a binary record whose fields are known. */
  readonly sections?: readonly ReadSection[];
}

/** An input that is a folder. */
export interface FolderReport {
  /** Those that can hold records, in the order in which they make the medium. */
  readonly files: readonly FolderFile[];
  /** How many others are in it. */
  readonly skipped: number;
}

/** As much of a record as says which crash it belongs to. */
export interface NumberedRecord {
  readonly index: number;
  readonly numbers: CrashNumbers;
}

/** What became of one input. */
export interface InputReport {
  readonly input: string;
  /** In bytes; null when it could not be opened. */
  readonly size: number | null;
  /** What it comes in, the outermost first. */
  readonly containers: readonly string[];
  /** Null when the input is no folder. */
  readonly folder: FolderReport | null;
  readonly records: readonly FoundRecord[];
  /** How many there are, also where `records` were not kept. */
  readonly recordCount: number;
  /** The dmesg records joined to crashes, also where `records` were not kept: `index` as in FoundRecord. */
  readonly crashes: readonly Crash<NumberedRecord>[];
  /** How many of each type, in the order of their first. */
  readonly types: ReadonlyMap<string, number>;
  /** Those of the medium; what concerns one record stands there. */
  readonly findings: readonly Finding[];
  /** How many findings there are of each severity, those of the records included. */
  readonly tally: Readonly<Record<Severity, number>>;
  /** The findings that are no mere notes, those of the records included. */
  readonly bad: readonly Finding[];
  /** Why it could not be read, or not to its end. */
  readonly failure: CliError | null;
  /** Ctrl-C came before its end. */
  readonly interrupted: boolean;
  /** What the bytes look like; only where a single input gave no record. */
  readonly appearance: Appearance | null;
}

/** What the flags of one run say about reading. */
export interface Reading {
  readonly hints: Hints;
  /** Only what the kernel would show: with `--as-kernel`. */
  readonly liveOnly: boolean;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Read only what stands there; of a memory dump by address. */
  readonly at?: ByteRange;
  /** Leaves out recovered records of lower grades. */
  readonly minGrade: Grade;
  /** Also what nothing points to. */
  readonly carve: boolean;
  readonly threads?: number;
  /** Of the search of one input. */
  readonly progressOf: (input: string) => Progress;
}

/**
 * Reads one input to its end. Nothing of a bad input is thrown: it is in the report, beside the records found before.
 * @param onRecord told while the walk goes on; with it the records are not kept
 */
export async function readInput(
  input: string,
  reading: Reading,
  onRecord?: (found: FoundRecord) => void,
): Promise<InputReport> {
  const records: FoundRecord[] = [];
  const told: Finding[] = [];
  const onRecords = new Set<string>();
  const types = new Map<string, number>();
  const numbered: NumberedRecord[] = [];
  const ofRecords: Finding[] = [];
  const progress = reading.progressOf(input);
  let recordCount = 0;
  let failure: CliError | null = null;
  let appearance: Appearance | null = null;
  let medium: OpenMedium | null = null;
  let folder: FolderReport | null = null;
  try {
    const onUnpack = (done: number, total: number) => progress.tell(done, total, 0);
    medium = await reading.engine.open(input, reading.signal, (finding) => told.push(finding), onUnpack);
    folder = folderOf(medium);
    const { hints, carve } = reading;
    const options = { ...searchOptions(reading, medium, input), hints, carve, onProgress: progress.tell };
    for await (const record of reading.engine.salvage(medium, (finding) => told.push(finding), options)) {
      progress.clear();
      if (reading.signal.aborted) break;
      if ((reading.liveOnly && record.state !== 'live') || isBelow(record, reading.minGrade)) {
        told.push(...record.findings);
        continue;
      }
      for (const finding of record.findings) onRecords.add(keyOf(finding));
      ofRecords.push(...record.findings);
      types.set(record.type, (types.get(record.type) ?? 0) + 1);
      recordCount += 1;
      numbered.push({ index: recordCount, numbers: crashNumbers(record) });
      const place = placeIn(folder?.files ?? [], record.stored);
      const found = {
        input,
        index: recordCount,
        record,
        ...(place !== null && { place }),
        ...(await rootOf(medium, record)),
        ...(isBinary(record) && { sections: (await import('./sections.js')).sectionsOf(record) }),
      };
      if (onRecord === undefined) records.push(found);
      else onRecord(found);
    }
    if (recordCount === 0 && folder === null && !reading.signal.aborted) {
      const { appearanceOf } = await import('./appearance.js');
      appearance = await appearanceOf(medium);
    }
    if (await medium.hasChanged()) {
      failure = new CliError(input, 'changed while it was read', 'copy it and decode the copy: text may be mixed up');
    }
  } catch (error) {
    if (!reading.signal.aborted || error !== reading.signal.reason) failure = refusalOf(input, error);
  } finally {
    progress.clear();
    await medium?.close();
  }
  const byKey = new Map(told.map((finding) => [keyOf(finding), finding]));
  const findings = [...byKey].flatMap(([key, finding]) => (onRecords.has(key) ? [] : [finding]));
  const all = [...findings, ...ofRecords];
  return {
    input,
    size: medium?.root?.size ?? medium?.size ?? null,
    containers: medium?.containers ?? [],
    folder,
    records,
    recordCount,
    crashes: joinCrashes(numbered, ({ numbers }) => numbers),
    types,
    findings,
    tally: tallyOf(all),
    bad: all.filter(({ code }) => severityOf(code) !== 'note'),
    failure,
    interrupted: reading.signal.aborted,
    appearance,
  };
}

/** The kernel's own records have no grade. */
function isBelow({ grade }: PstoreRecord, least: Grade): boolean {
  return grade !== undefined && grades.indexOf(grade) > grades.indexOf(least);
}

/** @throws CliError when `--at` is behind the end of the medium */
export function searchOptions({ at, threads, signal }: Reading, { size }: OpenMedium, input: string): SearchOptions {
  if (at !== undefined && at.start >= size) {
    throw new CliError(
      input,
      `ends at 0x${size.toString(16)}, before ${hexRange(at)}`,
      'give a place that the medium has',
    );
  }
  return {
    signal,
    ...(threads !== undefined && { threads }),
    ...(at !== undefined && { within: [{ start: at.start, end: Math.min(size, at.end) }] }),
  };
}

async function rootOf(medium: OpenMedium, { stored }: PstoreRecord): Promise<Pick<FoundRecord, 'root' | 'addresses'>> {
  const root = await medium.toRoot?.(stored);
  return { ...(root && { root }), ...(medium.addresses && { addresses: medium.addresses }) };
}

function isBinary({ type }: PstoreRecord): boolean {
  return type === 'mce' || type === 'rtas' || type === 'unknown';
}

/** Without the bytes of the record. */
function crashNumbers({ backend, type, state, reason, count, part, time }: PstoreRecord): CrashNumbers {
  return {
    backend,
    type,
    state,
    ...(reason !== undefined && { reason }),
    ...(count !== undefined && { count }),
    ...(part !== undefined && { part }),
    ...(time !== undefined && { time }),
  };
}

function folderOf({ files = [], skipped }: OpenMedium): FolderReport | null {
  return skipped === undefined ? null : { files, skipped };
}

function tallyOf(findings: readonly Finding[]): Record<Severity, number> {
  const tally = { note: 0, damage: 0, lost: 0 };
  for (const { code } of findings) tally[severityOf(code)] += 1;
  return tally;
}

/** Every finding there is: those of the medium, then those of the records that were kept. */
export function allFindings(report: InputReport): Finding[] {
  return [...report.findings, ...report.records.flatMap((found) => found.record.findings)];
}

/** Why an input cannot be read, in words. @throws the error itself when it is a bug */
export function refusalOf(input: string, error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (isMediumError(error)) return new CliError(input, error.what, error.hint);
  if (isSystemError(error)) return new CliError(input, detailOfSystemError(error), 'decode a copy of the medium');
  throw error;
}

/** A finding that is told twice, or for the medium and for its record too, is one. */
function keyOf({ code, at, detail }: Finding): string {
  return JSON.stringify([code, at?.start, at?.end, detail]);
}
