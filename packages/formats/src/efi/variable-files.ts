import type { ByteRange } from '../bytes/range.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import type { Finding, Report } from '../finding.js';
import type { FileReader, NamedFile } from '../named-file.js';
import { readDmpstore } from './dmpstore.js';
import type { DumpVariable } from './dump-variable.js';
import { recordsOfVariables } from './records.js';
import { withoutCopies } from './store-dumps.js';
import { rawVariable32, rawVariable64 } from './variable-file-layout.js';
import { crashGuid, crashGuidBytes, formatDumpVariableName, parseDumpVariableName, ucs2Text } from './variable-name.js';

/**
 * Variables of efi-pstore as files: copies of efivarfs, of /sys/firmware/efi/vars (up to 5.19) and /proc/efi/vars, and
 * what `dmpstore -s` of the UEFI shell saves, whose name says nothing. In which order the firmware held them only the
 * last tells: the others are taken in that of time, count and part, and what would end a kernel's list comes last.
 */
export const efiVariableFiles: FileReader = {
  name: 'efivars',
  claims: (path) => formOf(path) !== null,
  *records(files, report, hints, fuel) {
    const variables: DumpVariable[] = [];
    for (const file of files) {
      fuel.spend(file.content.bytes.length);
      variables.push(...variablesIn(file, report));
    }
    const ordered = files.some(({ path }) => path === '') ? variables : inOrder(variables);
    yield* recordsOfVariables(withoutCopies(ordered), report, hints, fuel);
  },
};

/** `file`: of efivarfs, or of /proc/efi/vars. `raw_var` and `data`: two views of a variable of sysfs. */
type Form = 'file' | 'raw_var' | 'data' | 'dmpstore';

function formOf(path: string): Form | null {
  if (path === '') return 'dmpstore';
  const [last = '', folder = ''] = path.split('/').reverse();
  if (isVariable(last)) return 'file';
  if (last === 'raw_var' && (path === last || isVariable(folder))) return 'raw_var';
  return last === 'data' && isVariable(folder) ? 'data' : null;
}

function isVariable(name: string): boolean {
  return name.length > suffix.length && name.toLowerCase().endsWith(suffix);
}

const suffix = `-${crashGuid}`;

function variablesIn({ path, content }: NamedFile, report: Report): DumpVariable[] {
  const form = formOf(path);
  const [last = '', folder = ''] = path.split('/').reverse();
  const name = (form === 'file' ? last : folder).slice(0, -suffix.length);
  const stored = extent(content);
  if (stored === null) {
    const parsed = parseDumpVariableName(name);
    report({ code: 'file.empty', at: null, ...(parsed !== null && { detail: formatDumpVariableName(parsed) }) });
    return [];
  }
  const live = { name, stored, state: 'live', findings: [] } as const;
  switch (form) {
    case 'dmpstore':
      return readDmpstore(content, report);
    case 'data':
      return [{ ...live, data: content }];
    case 'raw_var':
      if (rawLayoutOf(content) === undefined) return tooShort(content, stored, report);
      return rawVariable(content, stored, name) ?? [];
    default:
      return rawVariable(content, stored) ?? efivarfsFile(content, live, report);
  }
}

/** Attributes in four bytes, then the data (fs/efivarfs/file.c). */
function efivarfsFile(content: TracedBytes, live: Omit<DumpVariable, 'data'>, report: Report): DumpVariable[] {
  const { length } = content.bytes;
  if (length < 4) return tooShort(content, live.stored, report);
  return [{ ...live, data: slice(content, 4, length) }];
}

/** Told apart by their sizes. */
function rawLayoutOf({ bytes }: TracedBytes) {
  return [rawVariable64, rawVariable32].find(({ size }) => size === bytes.length);
}

/** Null where it is none, or not ours by its GUID, which does not matter where the folder has the name. */
function rawVariable(content: TracedBytes, stored: ByteRange, folderName = ''): DumpVariable[] | null {
  const { bytes } = content;
  const layout = rawLayoutOf(content);
  if (layout === undefined) return null;
  const { name, vendorGuid, dataSize } = layout.decode(bytes, 0, 'le');
  if (folderName === '' && !crashGuidBytes.every((byte, i) => byte === vendorGuid[i])) return null;
  const field = layout.fields.find((placed) => placed.name === 'data');
  const { offset: start = 0, field: { size: room = 0 } = {} } = field ?? {};
  const length = dataSize > room ? room : Number(dataSize);
  const findings: Finding[] =
    dataSize > room ? [{ code: 'efi.size', at: stored, detail: `${dataSize} bytes where ${room} fit` }] : [];
  const data = slice(content, start, start + length);
  return [{ name: ucs2Text(name) || folderName, data, stored, state: 'live', findings }];
}

function tooShort({ bytes }: TracedBytes, at: ByteRange, report: Report): [] {
  report({ code: 'bytes.short', at, detail: `${bytes.length} bytes` });
  return [];
}

function inOrder(variables: readonly DumpVariable[]): DumpVariable[] {
  const keyed = variables.map((variable) => ({ variable, name: parseDumpVariableName(variable.name) }));
  const listed = keyed.flatMap(({ variable, name }) =>
    name === null || variable.data.bytes.length === 0 ? [] : [{ variable, name }],
  );
  listed.sort((a, b) => compare(a.name.time, b.name.time) || a.name.count - b.name.count || a.name.part - b.name.part);
  const first = new Set(listed.map(({ variable }) => variable));
  return [...first, ...variables.filter((variable) => !first.has(variable))];
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
