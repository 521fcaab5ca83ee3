import type { ByteRange } from './bytes/range.js';
import type { TracedBytes } from './bytes/traced.js';
import { type Finding, severityOf } from './finding.js';

/** The kernel's names, in the order of `enum pstore_type_id` (include/linux/pstore.h); 255 is `unknown`. */
export const recordTypes = [
  'dmesg',
  'mce',
  'console',
  'ftrace',
  'rtas',
  'powerpc-ofw',
  'powerpc-common',
  'pmsg',
  'powerpc-opal',
] as const;

export type RecordType = (typeof recordTypes)[number] | 'unknown';

/** Why the kernel dumped its log: the word before `#` in the first line of a part (kmsg_dump_reason_str). */
export const dumpReasons = [
  'Unknown',
  'Panic',
  'Oops',
  'Emergency',
  'Shutdown',
  'Restart',
  'Halt',
  'Poweroff',
] as const;

export type DumpReason = (typeof dumpReasons)[number];

/** Wall clock of the machine that wrote: seconds since 1970 UTC, and nanoseconds (0 to 999 999 999 from a sane writer). */
export interface Timestamp {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

/**
 * `live`: the kernel would show it. `hidden`: that kernel would not show it (its rules drop it, damage keeps it from it,
 * or its list ends before). `erased`: removed, still legible. `stale`: left over from before the zone was written
 * again. `carved`: found by its looks, where no structure of the backend says that something stands.
 */
export type RecordState = 'live' | 'hidden' | 'erased' | 'stale' | 'carved';

/**
 * How far to trust what the kernel does not show. `certain`: a check over all of it holds (parity, a stream that ends
 * cleanly in the text of a dump), or every structure around it is intact. `probable`: the structure is damaged, the text
 * reads like what belongs there. `possible`: nothing but its looks speaks for it, or its text is one of several readings.
 */
export const grades = ['certain', 'probable', 'possible'] as const;

export type Grade = (typeof grades)[number];

/** The grade of a record that stands in its structure: `certain`, unless one of its findings doubts bytes of it. */
export function gradeOf(findings: readonly Finding[]): Grade {
  return findings.every(({ code }) => severityOf(code) === 'note') ? 'certain' : 'probable';
}

/** The file that the kernel shows under /sys/fs/pstore. */
export interface KernelFile {
  /** Made of our own alphabet: type, backend and id. */
  readonly name: string;
  /** Every byte of it, the ECC notice included. */
  readonly content: TracedBytes;
  /** Absent when the kernel gives the file the time of the boot that reads it. */
  readonly mtime?: Timestamp;
}

/** What Reed-Solomon did for a record, its header block included. */
export interface EccSummary {
  /** Parity bytes a block. */
  readonly size: number;
  /** Bytes corrected, parity bytes included. */
  readonly corrected: number;
  /** Blocks that could not be corrected. */
  readonly uncorrectable: number;
}

export interface PstoreRecord {
  readonly backend: string;
  readonly type: RecordType;
  readonly state: RecordState;
  /** Of every record that is not live; the findings give the reasons. */
  readonly grade?: Grade;
  readonly id?: bigint;
  readonly part?: number;
  readonly count?: number;
  readonly reason?: DumpReason;
  readonly time?: Timestamp;
  /** Name of the compressor that read it; `unknown` when none did and the payload is as stored. */
  readonly compression?: string;
  readonly ecc?: EccSummary;
  /** Header to last parity byte, on the root medium. */
  readonly stored: ByteRange;
  /** Corrected, unrolled, decompressed: what was written, as far as it can be had. */
  readonly payload: TracedBytes;
  /** What a person reads: the payload, or the kernel's text of it where the payload is binary (ftrace). */
  readonly text: TracedBytes;
  /** The kernel's own file of it; only for live records. */
  readonly file?: KernelFile;
  readonly findings: readonly Finding[];
}
