/** A table of finite state entropy (RFC 8878, section 4.1): by state, its symbol and how to the next state. */
export interface FseTable {
  /** The table has `2 ** log` states. */
  readonly log: number;
  readonly symbols: Uint8Array;
  /** Bits to read, and what to add to them for the next state. */
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** Bits that are read from the end of a stream to its start, where the last to be read stand. */
export interface BackwardBits {
  /** The next `count` bits, at most 16, as a number. Before the start they mean nothing: see `left`. */
  take(count: number): number;
  /** Bits not read yet; negative once more were taken than there are. */
  left(): number;
}

/** Bits from `end` back to `start`; null when the last byte lacks the mark where they begin. */
export function backwardBits(input: Uint8Array, start: number, end: number): BackwardBits | null {
  const last = end > start ? (input[end - 1] as number) : 0;
  if (last === 0) return null;
  let left = 8 * (end - start) - 1 - (Math.clz32(last) - 24);
  return {
    take(count) {
      left -= count;
      const at = start + (left >> 3);
      const bytes = (input[at] as number) | ((input[at + 1] as number) << 8) | ((input[at + 2] as number) << 16);
      return (bytes >>> (left & 7)) & ((1 << count) - 1);
    },
    left: () => left,
  };
}

/**
 * The table described at `start` (RFC 8878, section 4.1.1) and the offset behind it; null when `end` comes first, or it
 * is larger than `2 ** largestLog` states, names a symbol above `largestSymbol`, or does not add up.
 */
export function readFseTable(
  input: Uint8Array,
  start: number,
  end: number,
  { largestLog, largestSymbol }: { readonly largestLog: number; readonly largestSymbol: number },
): { readonly table: FseTable; readonly end: number } | null {
  let bit = 0;
  function take(count: number): number {
    const at = start + (bit >> 3);
    const bytes = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8) | ((input[at + 2] ?? 0) << 16);
    const value = (bytes >>> (bit & 7)) & ((1 << count) - 1);
    bit += count;
    return value;
  }

  const log = take(4) + 5;
  if (log > largestLog) return null;
  const probabilities: number[] = [];
  let left = 1 << log;
  while (left > 0) {
    if (probabilities.length > largestSymbol || bit > 8 * (end - start)) return null;
    // A number from 0 to left + 1. The low ones are a bit shorter, as many as codes of the full length leave unused.
    const width = 32 - Math.clz32(left + 1);
    const shorter = 2 ** width - 2 - left;
    let value = take(width - 1);
    if (value >= shorter) {
      value += take(1) << (width - 1);
      if (value >= 1 << (width - 1)) value -= shorter;
    }
    const probability = value - 1;
    probabilities.push(probability);
    left -= Math.abs(probability);
    if (probability === 0) {
      for (let more = 3; more === 3; ) {
        if (probabilities.length > largestSymbol) return null;
        more = take(2);
        for (let i = 0; i < more; i++) probabilities.push(0);
      }
    }
  }
  const used = Math.ceil(bit / 8);
  if (used > end - start || probabilities.length > largestSymbol + 1) return null;
  return { table: fseTable(probabilities, log), end: start + used };
}

/**
 * The table of symbols with these probabilities, in parts of `2 ** log`; -1 is less than one part, and takes one.
 * RFC 8878, section 4.1.1, from "FSE distribution table" on.
 */
export function fseTable(probabilities: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  let high = size;
  for (const [symbol, probability] of probabilities.entries()) {
    if (probability === -1) symbols[--high] = symbol;
  }
  let at = 0;
  for (const [symbol, probability] of probabilities.entries()) {
    for (let i = 0; i < probability; i++) {
      symbols[at] = symbol;
      do at = (at + (size >> 1) + (size >> 3) + 3) & (size - 1);
      while (at >= high);
    }
  }
  const next = probabilities.map(Math.abs);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] as number;
    const place = next[symbol] as number;
    next[symbol] = place + 1;
    const width = log - (31 - Math.clz32(place));
    bits[state] = width;
    bases[state] = (place << width) - size;
  }
  return { log, symbols, bits, bases };
}

/** The table that has `symbol` alone and reads no bits. */
export function oneSymbol(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}
