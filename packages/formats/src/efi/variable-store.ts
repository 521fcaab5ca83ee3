import type { ByteRange } from '../bytes/range.js';
import {
  blankRun,
  type HeaderKind,
  type StoredVariable,
  saneVariableAt,
  variableAt,
  variableHeaders,
  writtenLength,
} from './stored-variable.js';

/** Where the variables of a store stand, and how. Offsets count from the start of the bytes walked. */
export interface StoreShape {
  /** The store with its header. */
  readonly range: ByteRange;
  readonly firstVariable: number;
  readonly kinds: readonly HeaderKind[];
  /** Variables begin at multiples of this, from the start of the bytes that `origin` names. */
  readonly alignment: 1 | 4;
  readonly origin: number;
}

/** What the bytes of a store are. Variables with their padding, `free` and `damaged` fill it from `firstVariable` on. */
export interface StoreReading {
  readonly variables: readonly WalkedVariable[];
  /** Erased flash. */
  readonly free: readonly ByteRange[];
  /** Neither a variable nor erased. */
  readonly damaged: readonly ByteRange[];
}

export interface WalkedVariable extends StoredVariable {
  /** The firmware's own walk comes here, so that it knows the variable. */
  readonly isReached: boolean;
  /** Header to the next variable, in the bytes walked. */
  readonly occupied: ByteRange;
}

/**
 * Walks the variables of a store in every state. The firmware steps from header to header by their sizes and ends its
 * list where no StartId stands. Here the walk goes on at the next header that is free of faults; the same where a
 * variable claims to reach over a dump that has its own header.
 * @param dumps offsets of crash GUIDs with a name behind them, ascending
 */
export function walkVariables(bytes: Uint8Array, shape: StoreShape, dumps: readonly number[]): StoreReading {
  const { range, kinds } = shape;
  const inside = bytes.subarray(0, range.end);
  const variables: WalkedVariable[] = [];
  const free: ByteRange[] = [];
  const damaged: ByteRange[] = [];
  let nextDump = firstFrom(dumps, shape.firstVariable);
  let firmwareAt = shape.firstVariable;
  for (let at = shape.firstVariable; at < range.end; ) {
    const isReached = at === firmwareAt;
    const found = (isReached ? variableAt : saneVariableAt)(inside, at, range.end, kinds);
    if (found === null) {
      const next = nextVariable(inside, at + 1, shape);
      splitGap(inside, at, next, free, damaged);
      at = next;
      continue;
    }
    while ((dumps[nextDump] ?? Number.POSITIVE_INFINITY) < found.data.start) nextDump += 1;
    const inner = headerOfDump(inside, dumps[nextDump], found, shape);
    const cut = inner ?? (found.excess > 0 ? cutAt(inside, found, shape) : null);
    const end = cut === null ? aligned(found.stored.end, shape) : cut;
    if (isReached) firmwareAt = found.excess > 0 ? Number.NaN : aligned(found.stored.end, shape);
    variables.push({ ...(cut === null ? found : shortened(found, cut)), isReached, occupied: { start: at, end } });
    at = end;
  }
  return { variables, free, damaged };
}

/** Where the header of a dump stands inside the data of another variable; null when none does. */
function headerOfDump(
  bytes: Uint8Array,
  dump: number | undefined,
  { data }: StoredVariable,
  { range, kinds }: StoreShape,
): number | null {
  if (dump === undefined || dump >= data.end) return null;
  for (const kind of kinds) {
    const at = dump - guidOffset(kind);
    if (at >= data.start && saneVariableAt(bytes, at, range.end, [kind]) !== null) return at;
  }
  return null;
}

function guidOffset(kind: HeaderKind): number {
  return kind === 'authenticated' ? variableHeaders.authenticated.size - 16 : variableHeaders.plain.size - 16;
}

/** The end of a variable whose claim is too large: at the next header, or where erased flash begins. */
function cutAt(bytes: Uint8Array, { data }: StoredVariable, shape: StoreShape): number {
  const next = nextVariable(bytes, data.start, shape);
  return data.start + writtenLength(bytes.subarray(data.start, next));
}

function shortened(variable: StoredVariable, end: number): StoredVariable {
  const { stored, data, excess } = variable;
  return {
    ...variable,
    stored: { start: stored.start, end },
    data: { start: data.start, end: Math.min(data.end, end) },
    excess: excess + stored.end - end,
  };
}

/** Where the next variable with a sane header begins, at or behind `from`; else the end of the store. */
function nextVariable(bytes: Uint8Array, from: number, shape: StoreShape): number {
  const { range, kinds } = shape;
  for (let at = bytes.indexOf(0xaa, from); at >= 0; at = bytes.indexOf(0xaa, at + 1)) {
    if (at === aligned(at, shape) && saneVariableAt(bytes, at, range.end, kinds) !== null) return at;
  }
  return range.end;
}

/** Bytes between variables: erased flash, and what is neither. */
export function splitGap(bytes: Uint8Array, start: number, end: number, free: ByteRange[], damaged: ByteRange[]): void {
  for (let at = start; at < end; ) {
    const blank = bytes.subarray(at, end).every((byte) => byte === 0xff)
      ? { start: at, end }
      : blankRun(bytes, at, end);
    const next = blank?.start ?? end;
    if (next > at) damaged.push({ start: at, end: next });
    if (blank !== null) free.push(blank);
    at = blank?.end ?? end;
  }
}

function aligned(at: number, { alignment, origin, range }: StoreShape): number {
  return Math.min(range.end, origin + Math.ceil((at - origin) / alignment) * alignment);
}

/** Index of the first offset that is not below `at`. */
function firstFrom(offsets: readonly number[], at: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] as number) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
