import { bytes, struct, u8, u16, u32, u64 } from '../bytes/struct.js';
import type { RecordType } from '../record.js';

/** Partitions begin on multiples of this, and their lengths are counted in it. */
export const blockSize = 16;
/** No partition is longer: 65535 blocks. */
export const longestPartition = 0xffff * blockSize;

/** `struct nvram_header` (arch/powerpc/kernel/nvram_64.c). All of the NVRAM is big-endian, on every machine. */
export const partitionHeader = struct<PartitionHeader>('nvram_header', {
  signature: u8('what kind of partition it is'),
  checksum: u8('of signature, length and name'),
  length: u16('blocks of 16 bytes, this header included; 0: the list ends'),
  name: bytes(12, 'padded with NUL'),
});

export interface PartitionHeader {
  readonly signature: number;
  readonly checksum: number;
  readonly length: number;
  readonly name: Uint8Array;
}

/** `struct err_log_info` (arch/powerpc/include/asm/nvram.h): the first bytes in a partition of the operating system. */
export const errorLogInfo = struct<ErrorLogInfo>('err_log_info', {
  errorType: u32('2 RTAS log, 4 dump as text, 8 dump compressed'),
  sequence: u32('number of the dump in its boot, or of the event'),
});

export interface ErrorLogInfo {
  readonly errorType: number;
  readonly sequence: number;
}

/** ERR_TYPE_KERNEL_PANIC_GZ: the dump is compressed. */
export const compressedDump = 8;
/** ERR_TYPE_KERNEL_PANIC. */
export const plainDump = 4;

/** `struct oops_log_info` since 3.11, behind `err_log_info`; the report follows. */
export const oopsHeader = struct<OopsHeader>('oops_log_info', {
  version: u16('5000; less: no header but a length, of kernels up to 3.10'),
  reportLength: u16('bytes of the report'),
  timestamp: u64('seconds since 1970 UTC'),
});

export interface OopsHeader {
  readonly version: number;
  readonly reportLength: number;
  readonly timestamp: bigint;
}

/** OOPS_HDR_VERSION. Up to 3.10 the length stands in its place, which is always less. */
export const oopsVersion = 5000;

/** The header up to 3.10. */
export const oldOopsHeader = struct<OldOopsHeader>('length of a report up to 3.10', {
  reportLength: u16('bytes of the report, less than 5000'),
});

export interface OldOopsHeader {
  readonly reportLength: number;
}

/** What signatures stand for (arch/powerpc/include/asm/nvram.h). */
export const signatureWords: ReadonlyMap<number, string> = new Map([
  [0x02, 'support processor'],
  [0x50, 'Open Firmware'],
  [0x51, 'firmware'],
  [0x52, 'vital product data'],
  [0x5a, 'Apple flip'],
  [0x5f, 'Apple'],
  [0x70, 'system'],
  [0x71, 'configuration'],
  [0x72, 'error log'],
  [0x7e, 'vendor'],
  [0x7f, 'free'],
  [0xa0, 'operating system'],
  [0xa1, 'panic'],
]);

export const freeSignature = 0x7f;

/** A partition that is known by its name: it alone says that there is an NVRAM. */
export interface KnownPartition {
  readonly signature: number;
  readonly name: string;
  /** What pstore makes of it. */
  readonly type?: RecordType;
}

export const knownPartitions: readonly KnownPartition[] = [
  { signature: 0xa0, name: 'lnx,oops-log', type: 'dmesg' },
  { signature: 0x70, name: 'common', type: 'powerpc-common' },
  { signature: 0xa0, name: 'ibm,rtas-log', type: 'rtas' },
  { signature: 0x50, name: 'of-config', type: 'powerpc-ofw' },
  { signature: 0x51, name: 'ibm,skiboot', type: 'powerpc-opal' },
  { signature: 0x51, name: 'ibm,CPU0log' },
  { signature: 0x51, name: 'ibm,CPU1log' },
  { signature: 0x7f, name: 'free space' },
  { signature: 0x7f, name: 'wwwwwwwwwwww' },
];

/** The checksum of a header, whatever stands in its own place (nvram_checksum). */
export function partitionChecksum({ signature, length, name }: PartitionHeader): number {
  let sum = signature + length;
  for (let i = 0; i < name.length; i += 2) sum += ((name[i] as number) << 8) | (name[i + 1] as number);
  sum = (sum & 0xffff) + (sum >> 16);
  sum &= 0xffff;
  const swapped = (sum >> 8) + (sum << 8);
  return ((sum + swapped) >> 8) & 0xff;
}

/** Little-endian kernels read the name in the other order, which gives the same modulo 255: 0x00 and 0xff are equal. */
export function isChecksumRight(header: PartitionHeader): boolean {
  return header.checksum % 255 === partitionChecksum(header) % 255;
}
