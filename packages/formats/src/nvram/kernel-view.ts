import { concat, fill, type TracedBytes } from '../bytes/traced.js';
import { kernelDumpText } from '../dump/index.js';
import { kernelFileName } from '../kernel-file.js';
import { isSince, type KernelVersion } from '../kernel-version.js';
import type { KernelFile, RecordType } from '../record.js';
import type { Partition } from './chain.js';
import { compressedDump, errorLogInfo, oopsHeader } from './layout.js';
import { knownOf } from './partition.js';
import type { OopsReport } from './report.js';

/** In the order of `enum pstore_type_id`: the ids of files that hold a partition. */
const partitionIds = { 'powerpc-ofw': 5n, 'powerpc-common': 6n, 'powerpc-opal': 8n } as const;

/**
 * What a kernel reads, one record each (nvram_pstore_read, arch/powerpc/kernel/nvram_64.c). Where it gets nothing its
 * list ends. Machines with OPAL have a partition of skiboot, the others RTAS.
 */
export function kernelOrder(partitions: readonly Partition[]): RecordType[] {
  const isOpal = partitions.some(({ header }) => knownOf(header)?.type === 'powerpc-opal');
  return ['dmesg', 'powerpc-common', ...(isOpal ? (['powerpc-opal'] as const) : (['rtas', 'powerpc-ofw'] as const))];
}

/** The id in the name of the file of a partition; of rtas the number of its event, of dmesg that of its dump. */
export function idOf(type: RecordType, sequence: number): bigint {
  return type === 'dmesg' || type === 'rtas' ? BigInt(sequence) : partitionIds[type as keyof typeof partitionIds];
}

/** The file of a partition that is shown as it stands. */
export function partitionFile(type: RecordType, id: bigint, content: TracedBytes, kernel: KernelVersion): KernelFile {
  return { name: kernelFileName(type, 'nvram', id, false, kernel), content };
}

/**
 * The file of a dump. What a length claims behind the partition, the kernel takes from its memory: no medium has it.
 * @param room bytes of the data of the partition, from which the buffer of the kernel follows
 */
export function dumpFile(report: OopsReport, room: number, kernel: KernelVersion): KernelFile {
  const { errorType, sequence, stored, excess, time } = report;
  const seen = excess > 0 ? concat(stored, fill(excess, null)) : stored;
  const isCompressed = errorType === compressedDump;
  const bufferSize = Math.max(0, room - errorLogInfo.size - oopsHeader.size);
  const text = isCompressed ? dumpText(report, bufferSize, kernel) : null;
  const name = kernelFileName('dmesg', 'nvram', BigInt(sequence), isCompressed && text === null, kernel);
  const content = text ?? seen;
  return { name, content, ...(time === undefined ? {} : { mtime: time }) };
}

/** Before pstore learnt to decompress, in 3.12, the backend did it itself. */
function dumpText({ stored, reading }: OopsReport, bufferSize: number, kernel: KernelVersion): TracedBytes | null {
  if (!isSince(kernel, 3, 12)) return reading.complete && reading.compression === 'zlib' ? reading.payload : null;
  return kernelDumpText(stored, reading, bufferSize, kernel);
}
