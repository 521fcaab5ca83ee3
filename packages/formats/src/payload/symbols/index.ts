import { isElf } from './elf.js';
import { readSymbolList } from './symbol-list.js';
import type { Refused, SymbolTable } from './table.js';
import { readVmlinux } from './vmlinux.js';

export { matchSymbols, type NamedFrame, nameFrames, type SymbolMatch, symbolLookup } from './match.js';
export { type Refused, type SymbolTable, symbolAt } from './table.js';

/** The symbols in a System.map, a copy of /proc/kallsyms or an uncompressed vmlinux, told by its first bytes. */
export function readSymbols(file: Uint8Array): SymbolTable | Refused {
  return isElf(file) ? readVmlinux(file) : readSymbolList(file);
}
