import type { ByteRange } from '../bytes/range.js';
import type { TracedBytes } from '../bytes/traced.js';
import type { Finding } from '../finding.js';
import type { RecordState } from '../record.js';

/** A variable under the crash GUID, wherever it was found: a store in flash, a folder of files. */
export interface DumpVariable {
  /** As the firmware has it, a character for each UCS-2 unit, without the NUL; see variable-name.ts. */
  readonly name: string;
  /** Exactly as many bytes as the variable has: a part of a dump, plain or compressed, with nothing around it. */
  readonly data: TracedBytes;
  /** Header to last byte of data, on the root medium. */
  readonly stored: ByteRange;
  /** `live`: the firmware would give it to a kernel, whose own rules come behind that. */
  readonly state: RecordState;
  readonly findings: readonly Finding[];
}
