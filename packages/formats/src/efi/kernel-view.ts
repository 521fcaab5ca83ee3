import type { Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { concat, fill, slice, type TracedBytes } from '../bytes/traced.js';
import { type DumpReading, kernelDumpText, readCompressedDump } from '../dump/index.js';
import type { Finding, Report } from '../finding.js';
import { efiRecordId } from '../kernel-efi-id.js';
import { kernelFileName } from '../kernel-file.js';
import { formatKernelVersion, isSince, type KernelVersion, newestKernel } from '../kernel-version.js';
import { kernelVersionIn } from '../payload/dmesg.js';
import { type KernelFile, type RecordType, recordTypes, type Timestamp } from '../record.js';
import type { DumpVariable } from './dump-variable.js';
import { type DumpVariableName, parseDumpVariableName } from './variable-name.js';

/** Bytes of a variable that a kernel reads: a constant up to 6.1, the default of `efi_pstore.record_size` since. */
const usualBuffer = 1024;
/** Variables of one medium that are looked at for the kernel that wrote it. */
const mostWriters = 256;

/** The kernel whose rules are followed, and how many bytes of a variable it reads. */
export interface Reader {
  readonly kernel: KernelVersion;
  readonly buffer: number;
}

/** What a kernel makes of a variable that its firmware gives it. */
export interface KernelView {
  /** Null where it shows none. */
  readonly file: KernelFile | null;
  readonly endsList: boolean;
  readonly findings: readonly Finding[];
}

/**
 * The file that a kernel shows of a variable (efi_pstore_read, drivers/firmware/efi/efi-pstore.c). Since 6.0 a variable
 * that it cannot read ends its list; before that it is passed over.
 * @param reading the data as `readDump` gives them
 */
export function kernelView(
  variable: DumpVariable,
  reading: DumpReading,
  { kernel, buffer }: Reader,
  hints: Hints,
  fuel: Fuel,
): KernelView {
  const { data, stored } = variable;
  const unreadable = (findings: readonly Finding[]): KernelView => ({
    file: null,
    endsList: isSince(kernel, 6, 0),
    findings,
  });
  const name = parseDumpVariableName(variable.name, kernel);
  if (name === null) return unreadable([{ code: 'efi.name', at: stored }]);
  if (data.bytes.length === 0) return unreadable([{ code: 'efi.empty', at: stored }]);
  const excess = data.bytes.length - buffer;
  const detail = `${data.bytes.length} bytes, the buffer has ${buffer}`;
  const large: Finding[] = excess > 0 ? [{ code: 'efi.oversize', at: stored, detail }] : [];
  if (excess > 0 && isSince(kernel, 6, 0)) return unreadable(large);
  // Up to 5.19 the file is as long as the variable, with nothing certain behind what fits the buffer.
  const seen = excess > 0 ? concat(slice(data, 0, buffer), fill(excess, null)) : data;
  const shown = (content: TracedBytes, isStored: boolean, findings: readonly Finding[]): KernelView => ({
    file: fileOf(name, content, isStored, kernel),
    endsList: false,
    findings,
  });
  if (!name.compressed) return shown(seen, false, large);
  if (typeOf(name) !== 'dmesg') return shown(seen, true, large);
  const read = excess > 0 ? readCompressedDump(seen, [], hints, fuel) : reading;
  const text = kernelDumpText(seen, read, buffer, kernel);
  if (text !== null) return shown(text, false, large);
  const kept: Finding[] = read.complete ? [{ code: 'compress.kept', at: stored }] : [];
  return shown(seen, true, [...large, ...kept]);
}

/** The data of a variable, decompressed where its name says so. */
export function readDump({ name, data }: DumpVariable, hints: Hints, fuel: Fuel): DumpReading {
  const parsed = parseDumpVariableName(name, newestKernel);
  const isCompressed = parsed?.compressed === true && typeOf(parsed) === 'dmesg' && data.bytes.length > 0;
  if (!isCompressed) return { payload: data, text: data, complete: true, findings: [] };
  return readCompressedDump(data, [], hints, fuel);
}

/**
 * The kernel that is asked for, else the one that wrote the last text that names it: live ones count first. Where the
 * writer is known and its parts are longer than usual, its buffer was.
 */
export function readerOf(variables: readonly DumpVariable[], report: Report, hints: Hints, fuel: Fuel): Reader {
  if (hints.asKernel !== undefined) return { kernel: hints.asKernel, buffer: usualBuffer };
  const live = variables.filter(({ state }) => state === 'live');
  const others = variables.filter(({ state }) => state !== 'live');
  for (const variable of [...live.reverse(), ...others.reverse()].slice(0, mostWriters)) {
    const kernel = kernelVersionIn(readDump(variable, hints, fuel).text.bytes);
    if (kernel === null) continue;
    report({ code: 'area.writer', at: variable.stored, detail: formatKernelVersion(kernel) });
    const largest = live.reduce((most, { data }) => Math.max(most, data.bytes.length), usualBuffer);
    return { kernel, buffer: isSince(kernel, 6, 2) ? largest : usualBuffer };
  }
  return { kernel: newestKernel, buffer: usualBuffer };
}

/** The kernel's name for this backend. */
export function backendName(kernel: KernelVersion): string {
  return isSince(kernel, 6, 2) ? 'efi_pstore' : 'efi';
}

export function typeOf({ type }: DumpVariableName): RecordType {
  return recordTypes[type] ?? 'unknown';
}

/** The kernel takes 0 for no time. */
export function timeOf({ time }: DumpVariableName): Timestamp | undefined {
  return time === 0n ? undefined : { seconds: time, nanoseconds: 0 };
}

function fileOf(name: DumpVariableName, content: TracedBytes, isStored: boolean, kernel: KernelVersion): KernelFile {
  const type = typeOf(name);
  const isMarked = isStored && (type === 'dmesg' || isSince(kernel, 5, 0));
  const mtime = timeOf(name);
  return {
    name: kernelFileName(type, backendName(kernel), efiRecordId(name, kernel), isMarked, kernel),
    content,
    ...(mtime === undefined ? {} : { mtime }),
  };
}
