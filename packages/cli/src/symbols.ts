import { readFileSync } from 'node:fs';
import {
  type LogSummary,
  matchSymbols,
  nameFrames,
  readSymbols,
  type StackFrame,
  type SymbolLookup,
  symbolLookup,
} from '@pstore-decode/formats/payload';
import { CliError, detailOfSystemError, isSystemError } from './errors.js';
import type { NameFrame } from './present/crash-facts.js';

/** Symbols of one kernel, ready to be held against the logs on a medium. */
export interface Symbols {
  /** Names for the frames of a log; none, with the reason, where the symbols are not of the kernel that wrote it. */
  namesFor(summary: LogSummary): { readonly nameOf: NameFrame; readonly refused: string | null };
  /**
   * For addresses of a trace: KASLR's offset is that of the logs beside it; none of them names one: as linked.
   * @param isLinked the addresses are stored as linked
   */
  lookupFor(
    summaries: readonly LogSummary[],
    isLinked: boolean,
  ): { readonly lookup: SymbolLookup } | { readonly refused: string };
}

/** No symbols were given. */
export const noNames: NameFrame = () => null;

const howTo = 'give the System.map, a copy of /proc/kallsyms or the uncompressed vmlinux of the kernel that crashed';

/** @throws CliError when the file cannot be read or holds no symbols */
export function readSymbolFile(path: string): Symbols {
  const table = readSymbols(bytesOf(path));
  if ('refused' in table) throw new CliError(`--symbols ${path}`, table.refused, howTo);
  return {
    namesFor(summary) {
      const match = matchSymbols(table, summary);
      if ('refused' in match) return { nameOf: noNames, refused: match.refused };
      return { nameOf: (frame) => wordsOf(nameFrames([frame], table, match)[0]), refused: null };
    },
    lookupFor(summaries, isLinked) {
      const matches = summaries.filter(({ reports }) => reports.length > 0).map((one) => matchSymbols(table, one));
      for (const match of matches) if ('refused' in match) return match;
      const relocation = matches.flatMap((match) => ('refused' in match ? [] : (match.relocation ?? []))).at(-1);
      return { lookup: symbolLookup(table, isLinked ? 0n : (relocation ?? 0n)) };
    },
  };
}

function wordsOf(
  named:
    | {
        readonly frame: StackFrame;
        readonly name?: { name: string; offset: number; size: number };
        readonly linked?: bigint;
      }
    | undefined,
): string | null {
  if (named?.linked === undefined) return null;
  const linked = `0x${named.linked.toString(16)} as linked`;
  return named.name === undefined
    ? linked
    : `${named.name.name}+0x${named.name.offset.toString(16)}/0x${named.name.size.toString(16)}, ${linked}`;
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CliError(`--symbols ${path}`, detailOfSystemError(error), howTo);
  }
}
