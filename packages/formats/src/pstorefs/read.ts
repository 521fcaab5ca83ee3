import type { Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import { concat, extent, slice, type TracedBytes } from '../bytes/traced.js';
import { type DumpReading, kernelDumpText, readCompressedDump } from '../dump/index.js';
import type { Finding, Report } from '../finding.js';
import { partsOfEfiId } from '../kernel-efi-id.js';
import { isSince, type KernelVersion, newestKernel } from '../kernel-version.js';
import type { NamedFile } from '../named-file.js';
import { kernelVersionIn, parsePartLine } from '../payload/dmesg.js';
import { gradeOf, type KernelFile, type PstoreRecord, type Timestamp } from '../record.js';
import { type KernelFileName, parseKernelFileName } from './file-name.js';
import { type Unwrapped, unwrap } from './wrapping.js';

/** One file, read. */
interface Reading extends Unwrapped, DumpReading {
  /** Without folders. */
  readonly baseName: string;
  readonly name: KernelFileName;
  readonly content: TracedBytes;
  readonly stored: ByteRange;
  /** Behind the header line, before the notice: what was decompressed where the name says so. */
  readonly source: TracedBytes;
}

/**
 * The records in files out of pstorefs, a record a file, in the order given. Plain ones are what the kernel made of
 * them; `.enc.z` ones, which it could not read, are decompressed. A file without a name (path '') gives a record only
 * if it is a compressed dump beyond doubt. An empty one gives `file.empty`.
 */
export function* readKernelFiles(
  files: readonly NamedFile[],
  report: Report,
  hints: Hints,
  fuel: Fuel,
): Generator<PstoreRecord> {
  const readings: Reading[] = [];
  for (const { path, content } of files) {
    const stored = extent(content);
    const baseName = path.slice(path.lastIndexOf('/') + 1);
    const name = path === '' ? nameless : parseKernelFileName(baseName);
    if (stored === null) report({ code: 'file.empty', at: null, ...(name !== null && { detail: baseName }) });
    else if (name !== null) readings.push(readFile(baseName, name, content, stored, hints, fuel));
  }
  const writers = readings.map(({ text }) => kernelVersionIn(text.bytes));
  const anyWriter = writers.find((writer) => writer !== null) ?? null;
  for (const [i, reading] of readings.entries()) {
    if (reading.name === nameless && !isCertain(reading)) continue;
    const kernel = hints.asKernel ?? writers[i] ?? anyWriter ?? kernelOf(reading.name);
    fuel.record(reading.payload.bytes.length);
    yield recordOf(reading, kernel);
  }
}

/** What a file of unknown name can be. */
const nameless: KernelFileName = { type: 'dmesg', backend: 'unknown', compressed: true };

function isCertain({ compression, payload }: Reading): boolean {
  return compression !== undefined && compression !== 'unknown' && parsePartLine(payload.bytes) !== null;
}

function readFile(
  baseName: string,
  name: KernelFileName,
  content: TracedBytes,
  stored: ByteRange,
  hints: Hints,
  fuel: Fuel,
): Reading {
  fuel.spend(content.bytes.length);
  const isWrapped = name === nameless || (name.backend === 'ramoops' && name.type !== 'ftrace');
  const bare = { payload: content, notice: slice(content, 0, 0), corrected: 0, uncorrectable: 0 };
  const unwrapped: Unwrapped = isWrapped ? unwrap(content) : bare;
  const source = unwrapped.payload;
  const doubtful = unwrapped.uncorrectable > 0 ? [stored] : [];
  const plain: DumpReading = { payload: source, text: source, complete: true, findings: [] };
  const dump = name.compressed ? readCompressedDump(source, doubtful, hints, fuel) : plain;
  const findings = [...eccFindings(unwrapped, stored), ...dump.findings];
  return { baseName, name, content, stored, ...unwrapped, source, ...dump, findings };
}

/** What the kernel found wrong with the zone, as its notice counts it. */
function eccFindings({ corrected, uncorrectable }: Unwrapped, at: ByteRange): Finding[] {
  const findings: Finding[] = [];
  if (corrected > 0) findings.push({ code: 'ecc.corrected', at, detail: `${corrected} bytes, by the kernel` });
  if (uncorrectable > 0) findings.push({ code: 'ecc.uncorrectable', at, detail: `${uncorrectable} blocks somewhere` });
  return findings;
}

function recordOf(reading: Reading, kernel: KernelVersion): PstoreRecord {
  const { name, payload, text, compression, complete, stored, header } = reading;
  const isEfi = name.backend === 'efi' || name.backend === 'efi_pstore';
  const ofId = isEfi && name.id !== undefined ? partsOfEfiId(name.id) : null;
  const time = timeOf(ofId?.time ?? header?.seconds ?? 0n, header?.microseconds ?? 0);
  const file = name === nameless ? null : kernelFile(reading, time, kernel);
  const isKept = compression !== undefined && complete && file?.name === reading.baseName;
  const kept: Finding[] = isKept ? [{ code: 'compress.kept', at: stored }] : [];
  const findings = [...reading.findings, ...kept];
  return {
    backend: name === nameless && header !== undefined ? 'ramoops' : name.backend,
    type: name.type,
    ...(file === null ? { state: 'hidden', grade: gradeOf(findings) } : { state: 'live' }),
    ...(name.id === undefined ? {} : { id: name.id }),
    ...(ofId === null ? {} : { part: ofId.part, count: ofId.count }),
    ...(name.type === 'dmesg' ? parsePartLine(text.bytes) : {}),
    ...(time === undefined ? {} : { time }),
    ...(compression === undefined ? {} : { compression }),
    stored,
    payload,
    text,
    ...(file === null ? {} : { file }),
    findings,
  };
}

/** The file as it stands; its text under the name without `.enc.z` where this kernel decompresses it. */
function kernelFile(reading: Reading, mtime: Timestamp | undefined, kernel: KernelVersion): KernelFile {
  const { baseName, content, notice } = reading;
  const timed = mtime === undefined ? {} : { mtime };
  const text = textInKernel(reading, kernel);
  if (text === null) return { name: baseName, content, ...timed };
  // Up to 4.7 the notice went into the decompressor with the stream and was lost there.
  const shown = isSince(kernel, 4, 8) ? concat(text, notice) : text;
  return { name: baseName.replace(/\.enc\.z$/, ''), content: shown, ...timed };
}

function textInKernel(reading: Reading, kernel: KernelVersion): TracedBytes | null {
  const { name, source } = reading;
  // The kernel decompresses nothing else, and up to 3.18 its own header line made ramoops fail.
  if (!name.compressed || name.type !== 'dmesg') return null;
  if (name.backend === 'ramoops' && !isSince(kernel, 3, 19)) return null;
  return kernelDumpText(source, reading, bufferSizeOf(name.backend, source.bytes.length), kernel);
}

/** `psinfo->bufsize`: efi-pstore had 1024 always, then by default. Of others no file tells it: it is taken to suffice. */
function bufferSizeOf(backend: string, stored: number): number {
  return backend === 'efi' || backend === 'efi_pstore' ? Math.max(1024, stored) : 1 << 24;
}

/** The newest kernel that makes such a name. */
function kernelOf({ backend }: KernelFileName): KernelVersion {
  return backend === 'efi' ? { major: 6, minor: 1 } : newestKernel;
}

/** Undefined where the clock was not running: no backend has another name for that. */
function timeOf(seconds: bigint, microseconds: number): Timestamp | undefined {
  return seconds === 0n ? undefined : { seconds, nanoseconds: microseconds * 1000 };
}
