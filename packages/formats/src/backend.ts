import type { Fuel } from './bytes/need.js';
import type { ByteRange } from './bytes/range.js';
import type { TracedBytes } from './bytes/traced.js';
import type { Report } from './finding.js';
import type { KernelVersion } from './kernel-version.js';
import type { Partition } from './partition-table.js';
import type { RamoopsParameters } from './ramoops/parameters.js';
import type { PstoreRecord } from './record.js';
import type { ZoneParameters } from './zone/parameters.js';

/** A byte string that may begin something: a byte b of the medium matches where `(b & mask) === bytes`. */
export interface Signature {
  readonly bytes: readonly number[];
  readonly mask: readonly number[];
}

/** How a backend is found on a medium. Rows for a scanner, and a test of the structure that follows. */
export interface Probe {
  /** Searched at every byte offset. */
  readonly signatures: readonly Signature[];
  /** Bytes that `accepts` looks at, from the first byte of the signature. */
  readonly window: number;
  /** False for chance hits. Given fewer bytes than `window` at the end of the medium only. */
  accepts(window: Uint8Array): boolean;
}

/** What the caller knows. Every part is optional; what is absent is inferred from the bytes. */
export interface Hints {
  /** Read by the rules of this kernel; absent: of the kernel that wrote the medium, as far as the bytes tell. */
  readonly asKernel?: KernelVersion;
  /** Name of the compressor of every compressed dump; absent: found by trying each. */
  readonly compression?: string;
  readonly ramoops?: RamoopsParameters;
  readonly blk?: ZoneParameters;
}

/** A piece of the medium, read whole, with the places where the probe found something. */
export interface Area {
  readonly range: ByteRange;
  readonly content: TracedBytes;
  /** Offsets in the root medium, ascending. */
  readonly hits: readonly number[];
  /** Of the whole medium, where it has a table of them. */
  readonly partitions?: readonly Partition[];
  /** Cut out of more around its hits: where it begins and ends says nothing. */
  readonly isExcerpt?: boolean;
}

export interface Backend {
  /** The kernel's name for it, as in its file names. */
  readonly name: string;
  readonly probe: Probe;
  /** The ranges to read whole. `hits` are offsets in the root medium, ascending; `size` is that of the medium. */
  areas(hits: readonly number[], size: number, hints: Hints, report: Report): ByteRange[];
  /** The walk: live records first, in the kernel's order. Every byte of the area is in a record or a finding. */
  records(area: Area, report: Report, hints: Hints, fuel: Fuel): Iterable<PstoreRecord>;
}
