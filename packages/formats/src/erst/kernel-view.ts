import type { Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import type { TracedBytes } from '../bytes/traced.js';
import { kernelDumpText, readCompressedDump } from '../dump/index.js';
import type { Finding, Report } from '../finding.js';
import { kernelFileName } from '../kernel-file.js';
import { formatKernelVersion, isSince, type KernelVersion, newestKernel } from '../kernel-version.js';
import { kernelVersionIn } from '../payload/dmesg.js';
import type { KernelFile, RecordType } from '../record.js';
import { pstoreHeaderSize } from './cper.js';
import type { FoundRecord } from './found-record.js';
import { invalidRecord, pstoreCreator } from './layout.js';
import { isSameGuid, pstoreSectionOf } from './names.js';
import { headerTime, type PayloadReading, readPayload } from './read-payload.js';

/** Records of one medium that are looked at for the kernel that wrote it. */
const mostWriters = 256;
/** What QEMU gives a record by default, and firmware at the least. */
const usualRange = 8192;

/** What a kernel makes of a record that its firmware gives it. */
export interface KernelView {
  /** Null where it shows none. */
  readonly file: KernelFile | null;
  readonly endsList: boolean;
  readonly findings: readonly Finding[];
}

/**
 * The file that a kernel shows of a record (erst_reader, drivers/acpi/apei/erst.c). It looks at the length, the creator
 * and the type of the first section alone. A record that it cannot read ends its list, one of another creator does not.
 * @param reading as `readPayload` gives it
 */
export function kernelView(
  record: FoundRecord,
  reading: PayloadReading,
  kernel: KernelVersion,
  hints: Hints,
  fuel: Fuel,
): KernelView {
  const { cper, place, seen, id } = record;
  const isEnd = place.kind === 'slot' && place.entry === invalidRecord;
  const [section] = cper?.sections ?? [];
  if (isEnd || cper === null || section === undefined || seen === null || id === undefined) {
    return { file: null, endsList: true, findings: [] };
  }
  if (!isSameGuid(cper.header.creatorId, pstoreCreator)) return { file: null, endsList: false, findings: [] };
  const named = pstoreSectionOf(section.sectionType);
  const kind = named?.isExact === true ? named.kind : null;
  const isDump = kind === 'dmesg' || (kind === 'dmesg_z' && isSince(kernel, 3, 12));
  const type: RecordType = isDump ? 'dmesg' : kind === 'mce' ? 'mce' : 'unknown';
  const shown = (content: TracedBytes, isStored: boolean, findings: readonly Finding[]): KernelView => {
    const mtime = headerTime({ cper, isPstore: true });
    // Up to 4.17 the kernel prints an id from 2^63 on as a negative number.
    const printed = isSince(kernel, 4, 18) ? id : BigInt.asIntN(64, id);
    const name = kernelFileName(type, 'erst', printed, isStored, kernel);
    return { file: { name, content, ...(mtime === undefined ? {} : { mtime }) }, endsList: false, findings };
  };
  if (kind !== 'dmesg_z' || !isDump) return shown(seen, false, []);
  const isSame = record.section === 'dmesg_z' && seen.bytes.length === record.payload.bytes.length;
  const read = isSame ? reading : readCompressedDump(seen, [], hints, fuel);
  const text = kernelDumpText(seen, read, bufferOf(record), kernel);
  if (text !== null) return shown(text, false, []);
  return shown(seen, true, read.complete ? [{ code: 'compress.kept', at: record.stored }] : []);
}

/** `psinfo->bufsize`: what the firmware has room for, without the headers. */
function bufferOf({ place, cper }: FoundRecord): number {
  if (place.kind === 'slot') return place.size - pstoreHeaderSize;
  let range = usualRange;
  while (range < (cper?.header.recordLength ?? 0)) range *= 2;
  return range - pstoreHeaderSize;
}

/** The kernel that is asked for, else the one that wrote the last text that names it: live ones count first. */
export function kernelOf(records: readonly FoundRecord[], report: Report, hints: Hints, fuel: Fuel): KernelVersion {
  if (hints.asKernel !== undefined) return hints.asKernel;
  const dumps = records.filter(({ isPstore, section }) => isPstore && section !== 'mce').reverse();
  const isLive = ({ state }: FoundRecord) => state === 'live';
  const others = dumps.filter((record) => !isLive(record));
  for (const record of [...dumps.filter(isLive), ...others].slice(0, mostWriters)) {
    const kernel = kernelVersionIn(readPayload(record, hints, fuel).text.bytes);
    if (kernel === null) continue;
    report({ code: 'area.writer', at: record.stored, detail: formatKernelVersion(kernel) });
    return kernel;
  }
  return newestKernel;
}
