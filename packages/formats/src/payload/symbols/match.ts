import type { StackFrame } from '../crash-report/frame.js';
import type { LogSummary } from '../crash-report/summarize.js';
import type { SymbolLookup, SymbolPlace } from '../ftrace-names.js';
import { type Refused, type SymbolEntry, type SymbolTable, symbolAt, symbolsNamed } from './table.js';

/** How symbols fit a log. */
export interface SymbolMatch {
  /** What to add to an address of the table to get that of the machine; null where the log does not tell. */
  readonly relocation: bigint | null;
  /** Functions that the log names with their sizes, and how many of them the table has just so. */
  readonly checked: number;
  readonly agreeing: number;
}

/**
 * Whether symbols are those of the kernel that wrote a log; else the reason. Build ids and releases must agree where both
 * have them, and of the functions that the log names with their sizes nine in ten; a log that names none is taken at its
 * word. KASLR's offset is taken from the log: what it says when it panics, else places that it prints with name and address.
 */
export function matchSymbols(table: SymbolTable, { reports, kernelOffset }: LogSummary): SymbolMatch | Refused {
  for (const { buildId, release } of reports) {
    if (table.buildId !== undefined && buildId !== undefined && table.buildId !== buildId.value) {
      return { refused: `its build id is ${table.buildId}, that of the log is ${buildId.value}` };
    }
    if (table.release !== undefined && release !== undefined && table.release !== release.value) {
      return { refused: `it is of ${table.release}, the log is of ${release.value}` };
    }
  }
  const named = symbolsNamed(table);
  const frames = reports.flatMap(({ top, link, trace }) => [...(top ? [top] : []), ...(link ? [link] : []), ...trace]);
  const sized = new Map(frames.flatMap((frame) => (isOfKernel(frame) ? [[frame.symbol!, frame] as const] : [])));
  const checked = sized.size;
  const agreeing = [...sized.values()].filter((frame) => entriesOf(frame, table, named).length > 0).length;
  if (agreeing * 10 < checked * 9) {
    return { refused: `of ${checked} functions in the log it has only ${agreeing} with the same size` };
  }
  const said = kernelOffset === undefined ? null : saidRelocation(named, kernelOffset.value);
  const printed = printedRelocations(frames, table, named);
  if (printed.size > 1 || (said !== null && printed.size === 1 && !printed.has(said))) {
    return { refused: 'places that the log prints with name and address do not fit its addresses' };
  }
  return { relocation: said ?? [...printed][0] ?? null, checked, agreeing };
}

/** A frame with what a table knows of it; the frame itself stays as it was printed. */
export interface NamedFrame {
  readonly frame: StackFrame;
  /** Its name where it was printed as an address alone. */
  readonly name?: SymbolPlace;
  /** Its address in the table (for a vmlinux and a System.map: as linked, for addr2line). Absent where it is not known. */
  readonly linked?: bigint;
}

/** Names and addresses for frames of the kernel itself; modules have no fixed place. */
export function nameFrames(frames: readonly StackFrame[], table: SymbolTable, match: SymbolMatch): NamedFrame[] {
  const named = symbolsNamed(table);
  return frames.map((frame) => {
    if (isOfKernel(frame)) {
      const entries = entriesOf(frame, table, named);
      return entries.length === 1 ? { frame, linked: entries[0]!.address + frame.offset! } : { frame };
    }
    if (frame.symbol !== undefined || frame.address === undefined || match.relocation === null) return { frame };
    const linked = frame.address - match.relocation;
    const name = nameWithin(table, linked);
    return name === null ? { frame } : { frame, name, linked };
  });
}

/**
 * A function from addresses to names: of the machine that ran with the relocation of a match, of the table itself with 0
 * (ftrace of 7.0 and later stores those).
 */
export function symbolLookup(table: SymbolTable, relocation: bigint): SymbolLookup {
  return (address) => nameWithin(table, address - relocation);
}

/** Nothing stands behind the last symbol: what is there belongs to no one. */
function nameWithin(table: SymbolTable, address: bigint): SymbolPlace | null {
  const found = address < 0n ? null : symbolAt(table, address);
  return found !== null && (found.size > 0 || found.offset === 0) ? found : null;
}

function isOfKernel({ symbol, offset, size, module }: StackFrame): boolean {
  return symbol !== undefined && offset !== undefined && size !== undefined && module === undefined;
}

/** The symbols that a frame can mean: those of its name and size. */
function entriesOf(
  { symbol, size }: StackFrame,
  table: SymbolTable,
  named: ReadonlyMap<string, readonly SymbolEntry[]>,
): readonly SymbolEntry[] {
  return (named.get(symbol ?? '') ?? []).filter(({ address }) => BigInt(symbolAt(table, address)!.size) === size);
}

/** `Kernel Offset: 0x… from 0x…`: that sum is where `_text` was, whatever address the table gives it. */
function saidRelocation(
  named: ReadonlyMap<string, readonly SymbolEntry[]>,
  { offset, linked }: { readonly offset: bigint; readonly linked?: bigint },
): bigint {
  const text = named.get('_text')?.[0]?.address;
  return text === undefined || linked === undefined ? offset : linked + offset - text;
}

/** What places with name and address say; one value when all agree. */
function printedRelocations(
  frames: readonly StackFrame[],
  table: SymbolTable,
  named: ReadonlyMap<string, readonly SymbolEntry[]>,
): ReadonlySet<bigint> {
  return new Set(
    frames.flatMap((frame) => {
      if (!isOfKernel(frame) || frame.address === undefined) return [];
      const entries = entriesOf(frame, table, named);
      return entries.length === 1 ? [frame.address - frame.offset! - entries[0]!.address] : [];
    }),
  );
}
