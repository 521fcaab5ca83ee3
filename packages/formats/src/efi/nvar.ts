import { type ByteRange, gaps } from '../bytes/range.js';
import { nvarEntry, nvarSignature } from './nvar-layout.js';
import { standsAt } from './store-header.js';
import type { VariablePhase } from './stored-variable.js';
import { type StoreReading, splitGap, type WalkedVariable } from './variable-store.js';

/** Bits of the attributes of an entry. */
export const nvarFlags = {
  asciiName: 0x02,
  inlineGuid: 0x04,
  dataOnly: 0x08,
  extended: 0x10,
  valid: 0x80,
} as const;

/** `next` of an entry whose data are the newest. */
export const nvarNewest = 0xffffff;

const signatureBytes = [0, 8, 16, 24].map((shift) => (nvarSignature >>> shift) & 0xff);

interface Entry {
  readonly range: ByteRange;
  /** From this entry to that with newer data; null where there is none. */
  readonly next: number | null;
  readonly flags: number;
  readonly isReached: boolean;
}

/** The entry at `at`, with the sizes that it claims; null when none is there whole. */
function entryAt(bytes: Uint8Array, at: number, end: number): Omit<Entry, 'isReached'> | null {
  if (!standsAt(bytes, at, signatureBytes) || nvarEntry.size > end - at) return null;
  const { size, next, attributes } = nvarEntry.decode(bytes, at, 'le');
  if (size <= nvarEntry.size || size > end - at) return null;
  const step = (next[0] as number) | ((next[1] as number) << 8) | ((next[2] as number) << 16);
  return { range: { start: at, end: at + size }, next: step === nvarNewest ? null : step, flags: attributes };
}

/**
 * Walks the entries of AMI's store. Old data of a variable stay where they are: the entry with the name points to one
 * with newer data, and so on; the last valid one counts. GUIDs that entries name by an index stand in a table that
 * grows backwards from the end of the store.
 * @param range the store without the header of its file, in the bytes walked
 */
export function walkNvar(bytes: Uint8Array, range: ByteRange): StoreReading {
  const entries: Entry[] = [];
  let isReached = true;
  for (let at = range.start; at < range.end; ) {
    const entry = entryAt(bytes, at, range.end);
    if (entry !== null) entries.push({ ...entry, isReached });
    else isReached = false;
    at = entry?.range.end ?? nextEntry(bytes, at + 1, range.end);
  }
  const lastEnd = entries.at(-1)?.range.end ?? range.start;
  const tableAt = guidTableStart(bytes, entries, lastEnd, range.end);
  const free: ByteRange[] = [];
  const damaged: ByteRange[] = [];
  const open = gaps(
    { start: range.start, end: tableAt },
    entries.map((entry) => entry.range),
  );
  for (const gap of open) splitGap(bytes, gap.start, gap.end, free, damaged);
  return { variables: variablesOf(bytes, entries, tableAt, range.end), free, damaged };
}

/** The single entry at `at`, where its store is not known; null when none is there. */
export function nvarVariableAt(bytes: Uint8Array, at: number): WalkedVariable | null {
  const entry = entryAt(bytes, at, bytes.length);
  if (entry === null) return null;
  return variablesOf(bytes, [{ ...entry, isReached: false }], bytes.length, bytes.length)[0] ?? null;
}

function nextEntry(bytes: Uint8Array, from: number, end: number): number {
  const inside = bytes.subarray(0, end);
  for (let at = inside.indexOf(0x4e, from); at >= 0; at = inside.indexOf(0x4e, at + 1)) {
    if (entryAt(inside, at, end) !== null) return at;
  }
  return end;
}

function guidTableStart(bytes: Uint8Array, entries: readonly Entry[], lastEnd: number, end: number): number {
  let start = end;
  for (const { range, flags } of entries) {
    if ((flags & (nvarFlags.dataOnly | nvarFlags.inlineGuid)) !== 0) continue;
    const at = end - 16 * ((bytes[range.start + nvarEntry.size] as number) + 1);
    if (at >= lastEnd) start = Math.min(start, at);
  }
  return start;
}

/** A variable for each state of its data: those of the entry with the name, and of each that it points to. */
function variablesOf(bytes: Uint8Array, entries: readonly Entry[], tableAt: number, end: number): WalkedVariable[] {
  const byStart = new Map(entries.map((entry) => [entry.range.start, entry]));
  const claimed = new Set<Entry>();
  const variables: WalkedVariable[] = [];
  for (const named of entries) {
    const head = (named.flags & nvarFlags.dataOnly) === 0 ? headOf(bytes, named, tableAt, end) : null;
    if (head === null) continue;
    const chain = chainFrom(named, byStart, claimed);
    const phases = phasesOf(chain);
    for (const [i, entry] of chain.entries()) {
      variables.push(
        variableOf(bytes, entry, entry === named ? head.dataStart : null, head, phases[i] as VariablePhase),
      );
    }
  }
  for (const entry of entries) {
    if (!claimed.has(entry)) variables.push(variableOf(bytes, entry, null, null, 'superseded'));
  }
  return variables.sort((a, b) => a.stored.start - b.stored.start);
}

/** An entry and those with newer data of it; each entry belongs to one chain only. */
function chainFrom(named: Entry, byStart: ReadonlyMap<number, Entry>, claimed: Set<Entry>): Entry[] {
  const chain = [named];
  claimed.add(named);
  for (let last = named; last.next !== null; ) {
    const newer = byStart.get(last.range.start + last.next);
    if (newer === undefined || (newer.flags & nvarFlags.dataOnly) === 0 || claimed.has(newer)) break;
    claimed.add(newer);
    chain.push(newer);
    last = newer;
  }
  return chain;
}

function variableOf(
  bytes: Uint8Array,
  entry: Entry,
  ownData: number | null,
  head: Head | null,
  phase: VariablePhase,
): WalkedVariable {
  const start = ownData ?? entry.range.start + nvarEntry.size;
  return {
    stored: entry.range,
    occupied: entry.range,
    phase,
    guidAt: head?.guidAt ?? null,
    name: head?.name ?? { start, end: start },
    encoding: head?.encoding ?? 'ascii',
    data: { start, end: dataEnd(bytes, entry, start) },
    excess: 0,
    isCorrupt: false,
    isReached: entry.isReached,
  };
}

/** The last valid entry of a chain counts, those before it do not any more; of a deleted variable none does. */
function phasesOf(chain: readonly Entry[]): VariablePhase[] {
  const isValid = ({ flags }: Entry) => (flags & nvarFlags.valid) !== 0;
  const newest = isValid(chain[0] as Entry) ? chain.findLastIndex(isValid) : -1;
  return chain.map((entry, i) => {
    if (i === newest) return 'added';
    return newest >= 0 && isValid(entry) ? 'superseded' : 'deleted';
  });
}

interface Head {
  readonly guidAt: number | null;
  readonly name: ByteRange;
  readonly encoding: 'ucs2' | 'ascii';
  readonly dataStart: number;
}

/** GUID and name at the front of an entry; null when they do not end in it. */
function headOf(bytes: Uint8Array, { range, flags }: Entry, tableAt: number, end: number): Head | null {
  const isInline = (flags & nvarFlags.inlineGuid) !== 0;
  const at = range.start + nvarEntry.size;
  const start = at + (isInline ? 16 : 1);
  const inTable = end - 16 * ((bytes[at] as number) + 1);
  const guidAt = isInline ? at : inTable >= tableAt && inTable < end ? inTable : null;
  const isAscii = (flags & nvarFlags.asciiName) !== 0;
  const width = isAscii ? 1 : 2;
  for (let nul = start; nul + width <= range.end; nul += width) {
    if (bytes[nul] !== 0 || (!isAscii && bytes[nul + 1] !== 0)) continue;
    const dataStart = nul + width;
    return { guidAt, name: { start, end: dataStart }, encoding: isAscii ? 'ascii' : 'ucs2', dataStart };
  }
  return null;
}

/** The end of the data: an extended header behind them tells its size in its last two bytes. */
function dataEnd(bytes: Uint8Array, { range, flags }: Entry, dataStart: number): number {
  if ((flags & nvarFlags.extended) === 0 || range.end - dataStart < 3) return range.end;
  const size = (bytes[range.end - 2] as number) | ((bytes[range.end - 1] as number) << 8);
  return size >= 3 && size <= range.end - dataStart ? range.end - size : range.end;
}
