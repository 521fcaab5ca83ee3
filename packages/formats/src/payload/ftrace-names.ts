/** A function of the kernel and where in it an address lies. */
export interface SymbolPlace {
  readonly name: string;
  /** Of the address, from the start of the function, in bytes. */
  readonly offset: number;
  /** Bytes of the function, to the next one. */
  readonly size: number;
  /** Absent for the kernel proper. */
  readonly module?: string;
}

/** The function that an address lies in; null when none is known. The address is as the kernel prints it. */
export type SymbolLookup = (address: bigint) => SymbolPlace | null;

export const noSymbols: SymbolLookup = () => null;

/** As the kernel’s `%ps` prints it: the function without the offset, else the raw address. */
export function functionName(address: bigint, wordSize: 4 | 8, symbols: SymbolLookup): string {
  const place = symbols(address);
  return place === null ? rawName(address, wordSize) : place.name + moduleSuffix(place);
}

/** As the kernel’s `%pS` prints it: `name+0x1a/0x40 [module]`, else the raw address. */
export function placeName(address: bigint, wordSize: 4 | 8, symbols: SymbolLookup): string {
  const place = symbols(address);
  if (place === null) return rawName(address, wordSize);
  return `${place.name}+0x${place.offset.toString(16)}/0x${place.size.toString(16)}${moduleSuffix(place)}`;
}

/** Hexadecimal digits, at least as many as given. */
export function hex(value: bigint, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function rawName(address: bigint, wordSize: 4 | 8): string {
  return `0x${hex(address, wordSize * 2)}`;
}

function moduleSuffix({ module }: SymbolPlace): string {
  return module === undefined ? '' : ` [${module}]`;
}
