import { readFileSync } from 'node:fs';
import {
  type LogSummary,
  matchSymbols,
  type NamedFrame,
  nameFrames,
  readSymbols,
  type StackFrame,
  type SymbolLookup,
  symbolLookup,
} from '@pstore-decode/formats/payload';
import { CliError, detailOfSystemError, isSystemError } from './errors.js';
import { type FrameName, type NameFrame, noNames } from './present/crash-facts.js';

/** Symbols of one kernel, ready to be held against the logs on a medium. */
export interface Symbols {
  /** Names for the frames of a log; none, with the reason, where the symbols are not of the kernel that wrote it. */
  namesFor(summary: LogSummary): { readonly nameOf: NameFrame; readonly refused: string | null };
  /**
   * For addresses of a trace: KASLR's offset is that of the logs beside it; none of them names one: as linked, and
   * `doubt` says so.
   * @param isLinked the addresses are stored as linked
   */
  lookupFor(
    summaries: readonly LogSummary[],
    isLinked: boolean,
  ): { readonly lookup: SymbolLookup; readonly doubt: string | null } | { readonly refused: string };
}

const howTo = 'give the System.map, a copy of /proc/kallsyms or the uncompressed vmlinux of the kernel that crashed';

const unknownOffset = 'no log tells the offset of KASLR: names of the trace are right only where it was off';

/** @throws CliError when the file cannot be read or holds no symbols */
export function readSymbolFile(path: string): Symbols {
  const table = readSymbols(bytesOf(path));
  if ('refused' in table) throw new CliError(`--symbols ${path}`, table.refused, howTo);
  return {
    namesFor(summary) {
      const match = matchSymbols(table, summary);
      if ('refused' in match) return { nameOf: noNames, refused: match.refused };
      // All at once: the names of a table are put in order for each call.
      const named = new Map(nameFrames(framesOf(summary), table, match).map((each) => [each.frame, nameIn(each)]));
      return { nameOf: (frame) => named.get(frame) ?? null, refused: null };
    },
    lookupFor(summaries, isLinked) {
      const matches = summaries.filter(({ reports }) => reports.length > 0).map((one) => matchSymbols(table, one));
      for (const match of matches) if ('refused' in match) return match;
      const relocation = matches.flatMap((match) => ('refused' in match ? [] : (match.relocation ?? []))).at(-1);
      const doubt = isLinked || relocation !== undefined ? null : unknownOffset;
      return { lookup: symbolLookup(table, isLinked ? 0n : (relocation ?? 0n)), doubt };
    },
  };
}

/** Every frame of every report. */
export function framesOf({ reports }: LogSummary): StackFrame[] {
  return reports.flatMap(({ top, link, trace }) => [...(top ? [top] : []), ...(link ? [link] : []), ...trace]);
}

/** Null where the place is not known. */
function nameIn({ name, linked }: NamedFrame): FrameName | null {
  if (linked === undefined) return null;
  const place = name && { name: `${name.name}+0x${name.offset.toString(16)}/0x${name.size.toString(16)}` };
  return { linked: `0x${linked.toString(16)}`, ...place };
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CliError(`--symbols ${path}`, detailOfSystemError(error), howTo);
  }
}
