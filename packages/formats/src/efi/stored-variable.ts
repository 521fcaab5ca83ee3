import type { ByteRange } from '../bytes/range.js';
import { crc32 } from './crc32.js';
import {
  authenticatedVariable,
  type CheckedVariable,
  checkedVariable,
  type PlainVariable,
  plainVariable,
} from './layout.js';

/** Which header a variable has. */
export type HeaderKind = 'plain' | 'authenticated' | 'checked';

export const variableHeaders = {
  plain: plainVariable,
  authenticated: authenticatedVariable,
  checked: checkedVariable,
} as const;

/**
 * How far the life of a variable has come. `in transition`: another of its name is being written, and counts once it
 * is there. `superseded`: newer data stand elsewhere. `half written`: header only is sure. `unwritten`: not even that.
 */
export type VariablePhase =
  | 'added'
  | 'in transition'
  | 'superseded'
  | 'deleted'
  | 'half written'
  | 'unwritten'
  | 'unknown';

/** A variable as it stands in a store. Ranges count from the start of the bytes walked. */
export interface StoredVariable {
  /** Header to last byte of data, without padding. */
  readonly stored: ByteRange;
  readonly phase: VariablePhase;
  /** Of the vendor; null where the store does not say. */
  readonly guidAt: number | null;
  readonly name: ByteRange;
  readonly encoding: 'ucs2' | 'ascii';
  readonly data: ByteRange;
  /** The data claim to reach this many bytes behind the end. */
  readonly excess: number;
  /** What the store holds to check the data with says that they are wrong. */
  readonly isCorrupt: boolean;
}

/** State bytes that firmware writes: bits are cleared only (VARIABLE_HEADER.State). */
const phases: ReadonlyMap<number, VariablePhase> = new Map([
  [0xff, 'unwritten'],
  [0x7f, 'half written'],
  [0x3f, 'added'],
  [0x3e, 'in transition'],
  [0x3d, 'deleted'],
  [0x3c, 'deleted'],
]);

const unset = 0xffffffff;
const checksumAttribute = 0x80000000;

/** The variable whose header stands at `at`; null when there is none, or its name reaches behind `end`. */
export function variableAt(
  bytes: Uint8Array,
  at: number,
  end: number,
  kinds: readonly HeaderKind[],
): StoredVariable | null {
  if (bytes[at] !== 0xaa || bytes[at + 1] !== 0x55) return null;
  let found: StoredVariable | null = null;
  for (const kind of kinds) {
    const variable = readVariable(bytes, at, end, kind);
    if (variable !== null && endsWithNul(bytes, variable)) return variable;
    found ??= variable;
  }
  return found;
}

/** The same where nothing says that a variable stands there: its header must be free of faults. */
export function saneVariableAt(
  bytes: Uint8Array,
  at: number,
  end: number,
  kinds: readonly HeaderKind[],
): StoredVariable | null {
  const variable = variableAt(bytes, at, end, kinds);
  if (variable === null || bytes[at + 3] !== 0 || variable.excess > 0) return null;
  const { phase, name } = variable;
  if (phase === 'unknown' || phase === 'unwritten') return null;
  const size = name.end - name.start;
  return size >= 2 && size % 2 === 0 && (phase === 'half written' || endsWithNul(bytes, variable)) ? variable : null;
}

function readVariable(bytes: Uint8Array, at: number, end: number, kind: HeaderKind): StoredVariable | null {
  const layout = variableHeaders[kind];
  if (layout.size > end - at) return null;
  const header: PlainVariable | CheckedVariable = layout.decode(bytes, at, 'le');
  if ((kind === 'checked') !== (header.attributes >= checksumAttribute && kind !== 'authenticated')) return null;
  const phase = phases.get(header.state) ?? 'unknown';
  const isSized = phase !== 'unwritten' && header.nameSize !== unset && header.dataSize !== unset;
  const name = { start: at + layout.size, end: at + layout.size + (isSized ? header.nameSize : 0) };
  if (name.end > end) return null;
  const claimed = name.end + (isSized ? header.dataSize : 0);
  const data = { start: name.end, end: Math.min(claimed, end) };
  const whole = bytes.subarray(data.start, data.end);
  return {
    stored: { start: at, end: data.end },
    phase,
    guidAt: at + (kind === 'authenticated' ? layout.size - 16 : plainVariable.size - 16),
    name,
    encoding: 'ucs2',
    data: phase === 'half written' ? { start: data.start, end: data.start + writtenLength(whole) } : data,
    excess: claimed - data.end,
    isCorrupt: 'dataCrc' in header && phase !== 'half written' && crc32(whole) !== header.dataCrc,
  };
}

function endsWithNul(bytes: Uint8Array, { name }: StoredVariable): boolean {
  return name.end - name.start >= 2 && bytes[name.end - 1] === 0 && bytes[name.end - 2] === 0;
}

/** Erased bytes in a row that a compressed dump does not hold by chance. */
const longRun = 16;

/** How many of the bytes were written before the power went: all before the first long run of 0xff. */
export function writtenLength(bytes: Uint8Array): number {
  const run = blankRun(bytes, 0, bytes.length);
  return run === null ? bytes.length : run.start;
}

/** The first run of at least 16 erased bytes; null when there is none. */
export function blankRun(bytes: Uint8Array, from: number, end: number): ByteRange | null {
  for (let at = from; at < end; ) {
    let runEnd = at;
    while (runEnd < end && bytes[runEnd] === 0xff) runEnd += 1;
    if (runEnd - at >= longRun) return { start: at, end: runEnd };
    at = runEnd + 1;
  }
  return null;
}
