import type { ByteRange } from '../bytes/range.js';
import { nvarVariableAt } from './nvar.js';
import { dumpNameIn } from './places.js';
import {
  blankRun,
  type HeaderKind,
  type StoredVariable,
  saneVariableAt,
  variableAt,
  variableHeaders,
} from './stored-variable.js';

/** A variable that was found by its GUID alone. */
export interface CarvedVariable extends StoredVariable {
  /** Its header tells how long it is; else its end is where something else begins. */
  readonly hasHeader: boolean;
}

/** No kernel has ever written a larger part. */
const largestPart = 64 << 10;
/** A longer name is none that a kernel wrote: its buffer has 66 characters. */
const longestName = 68;

/**
 * The variable whose crash GUID stands at `dump`, with a name behind it: with its header where there is one, of
 * whatever kind, in whatever state.
 * @param limit where the next one is known to stand, or the end
 */
export function carveDump(bytes: Uint8Array, dump: number, limit: number): CarvedVariable | null {
  for (const kind of ['authenticated', 'plain', 'checked'] as const satisfies readonly HeaderKind[]) {
    const guid = variableHeaders[kind === 'checked' ? 'plain' : kind].size - 16;
    const variable = dump < guid ? null : variableAt(bytes, dump - guid, limit, [kind]);
    if (variable === null || nameSize(variable.name) > 2 * longestName || nameSize(variable.name) < 18) continue;
    if (nameSize(variable.data) <= largestPart && variable.excess === 0) return { ...variable, hasHeader: true };
  }
  return withoutHeader(bytes, dump, limit);
}

/** The entry of AMI's store at `at`, whose store is not known; null when none is there. */
export function carveNvar(bytes: Uint8Array, at: number): CarvedVariable | null {
  const variable = nvarVariableAt(bytes, at);
  return variable === null ? null : { ...variable, hasHeader: true };
}

function withoutHeader(bytes: Uint8Array, dump: number, limit: number): CarvedVariable | null {
  const nameAt = dumpNameIn(bytes, dump + 16);
  if (nameAt === null) return null;
  const width = bytes[nameAt + 1] === 0 ? 2 : 1;
  let nul = nameAt;
  while (nul < nameAt + width * longestName && !(bytes[nul] === 0 && bytes[nul + width - 1] === 0)) nul += width;
  const start = nul + width;
  if (start > Math.min(limit, nameAt + width * longestName)) return null;
  const data = { start, end: endOfData(bytes, start, Math.min(limit, start + largestPart)) };
  return {
    stored: { start: dump, end: data.end },
    phase: 'unknown',
    guidAt: dump,
    name: { start: nameAt, end: start },
    encoding: width === 2 ? 'ucs2' : 'ascii',
    data,
    excess: 0,
    isCorrupt: false,
    hasHeader: false,
  };
}

/** Where something else begins: another variable, erased flash, or memory that was never written. */
function endOfData(bytes: Uint8Array, start: number, limit: number): number {
  const blank = blankRun(bytes, start, limit)?.start ?? limit;
  const zeros = zeroRun(bytes, start, blank);
  for (let at = bytes.indexOf(0xaa, start); at >= 0 && at < zeros; at = bytes.indexOf(0xaa, at + 1)) {
    if (saneVariableAt(bytes, at, bytes.length, ['authenticated', 'plain']) !== null) return at;
  }
  return zeros;
}

function zeroRun(bytes: Uint8Array, start: number, end: number): number {
  let length = 0;
  for (let at = start; at < end; at++) {
    length = bytes[at] === 0 ? length + 1 : 0;
    if (length === 16) return at + 1 - length;
  }
  return end;
}

function nameSize({ start, end }: ByteRange): number {
  return end - start;
}
