import type { Hints } from './backend.js';
import type { Fuel } from './bytes/need.js';
import type { TracedBytes } from './bytes/traced.js';
import type { Report } from './finding.js';
import type { PstoreRecord } from './record.js';

/** A file whose path says what it is: a variable of efivarfs, a record out of pstorefs. */
export interface NamedFile {
  /** Below the folder that was given, `/` between its parts; the name alone where a file was given. */
  readonly path: string;
  readonly content: TracedBytes;
}

/** Reads files that are known by their paths, where no signature says what they are. */
export interface FileReader {
  readonly name: string;
  /** Told by the path alone, before anything is read. */
  claims(path: string): boolean;
  /** Live records first, in the kernel's order. `files` are those that were claimed, in the order of their paths. */
  records(files: readonly NamedFile[], report: Report, hints: Hints, fuel: Fuel): Iterable<PstoreRecord>;
}
