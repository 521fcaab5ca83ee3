import type { SymbolPlace } from '../ftrace-names.js';

/** What a file of symbols says of one. */
export interface SymbolEntry {
  readonly name: string;
  readonly address: bigint;
  readonly isWeak: boolean;
  readonly module?: string;
}

/** The symbols of one kernel, by address. */
export interface SymbolTable {
  readonly source: 'System.map' | 'kallsyms' | 'vmlinux';
  /** Ascending, one for each symbol. */
  readonly addresses: BigUint64Array;
  readonly entries: readonly SymbolEntry[];
  /** Hexadecimal digits of the GNU build id; only a vmlinux has it. */
  readonly buildId?: string;
  /** `6.1.0-28-amd64`, from the banner in a vmlinux. */
  readonly release?: string;
}

/** Why symbols cannot be used: a sentence without full stop, of our own alphabet. */
export interface Refused {
  readonly refused: string;
}

/**
 * Of symbols with one address the kernel names the first; it puts weak ones last, then those that linker scripts make,
 * then those with more underscores in front (scripts/kallsyms).
 */
export function symbolTable(
  entries: readonly SymbolEntry[],
  rest: Pick<SymbolTable, 'source' | 'buildId' | 'release'>,
): SymbolTable {
  const ranked = entries.map((entry, place) => ({ entry, place, rank: rankOf(entry) }));
  ranked.sort((a, b) => compare(a.entry.address, b.entry.address) || a.rank - b.rank || a.place - b.place);
  const sorted = ranked.map(({ entry }) => entry);
  return { ...rest, entries: sorted, addresses: BigUint64Array.from(sorted, ({ address }) => address) };
}

function rankOf({ name, isWeak }: SymbolEntry): number {
  const underscores = /^_{0,9}/.exec(name)?.[0].length ?? 0;
  return (isWeak ? 100 : 0) + (/^__(?:start|stop|end)_/.test(name) ? 50 : 0) + underscores;
}

/**
 * The symbol that an address lies in, by the addresses of the table; null below the first one. Its size reaches to the
 * next symbol, as the kernel counts; it is 0 where none follows.
 */
export function symbolAt(table: SymbolTable, address: bigint): SymbolPlace | null {
  const { addresses, entries } = table;
  const behind = lowerBound(addresses, address + 1n);
  const start = addresses[behind - 1];
  if (start === undefined) return null;
  const end = addresses[behind];
  const { name, module } = entries[lowerBound(addresses, start)]!;
  const size = end === undefined ? 0 : Number(end - start);
  return { name, offset: Number(address - start), size, ...(module === undefined ? {} : { module }) };
}

/** The symbols of a name: static functions of different files can share one. */
export function symbolsNamed(table: SymbolTable): ReadonlyMap<string, readonly SymbolEntry[]> {
  const named = new Map<string, SymbolEntry[]>();
  for (const entry of table.entries) {
    const found = named.get(entry.name);
    if (found === undefined) named.set(entry.name, [entry]);
    else found.push(entry);
  }
  return named;
}

/** Number of the first address that is not below `address`. */
function lowerBound(addresses: BigUint64Array, address: bigint): number {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (addresses[middle]! < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
