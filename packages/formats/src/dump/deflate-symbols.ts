/** The codes of one deflate block (RFC 1951, 3.2). */
export interface BlockCodes {
  readonly literals: PrefixCode;
  readonly distances: PrefixCode;
}

/** Canonical: how many codes have each length, and the symbols in the order of their codes. */
interface PrefixCode {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
  /** By the next bits of the stream: symbol and length of its code; 0 where it is longer. */
  readonly table: Uint16Array;
}

/** Where a reader of symbols stands, and what it read last: `readSymbol` moves it. */
export interface SymbolCursor {
  /** Of the stream, the lowest of each byte first. */
  bit: number;
  /** Bytes that the last symbol stands for: 1 is a literal, 0 the end of the block. */
  length: number;
  /** How far back the last symbol copies from; 0 for a literal. */
  distance: number;
  literal: number;
}

/** The head of a block, and where its symbols begin. */
export interface BlockHead {
  readonly codes: BlockCodes;
  readonly isLast: boolean;
  readonly bit: number;
}

/**
 * The head of the deflate block at `bit`; null where there can be none, or a stored one: zlib makes none of a log. Beside
 * pako, which gives no symbols and cannot be taken back.
 */
export function readBlockHead(stream: Uint8Array, bit: number): BlockHead | null {
  const bits = { stream, at: bit };
  const isLast = take(bits, 1) === 1;
  const kind = take(bits, 2);
  const codes = kind === 2 ? readCodes(bits) : kind === 1 ? fixedCodes : null;
  return codes === null || bits.at > 8 * stream.length ? null : { codes, isLast, bit: bits.at };
}

/** Reads one symbol with its extra bits. False where there is none, or the stream is over. */
export function readSymbol(stream: Uint8Array, { literals, distances }: BlockCodes, cursor: SymbolCursor): boolean {
  const bits = { stream, at: cursor.bit };
  const symbol = next(bits, literals);
  if (symbol < 0 || symbol > lastLength) return false;
  cursor.distance = 0;
  if (symbol < endOfBlock) {
    cursor.length = 1;
    cursor.literal = symbol;
  } else if (symbol === endOfBlock) {
    cursor.length = 0;
  } else {
    cursor.length = lengthOf(symbol, bits);
    const code = next(bits, distances);
    if (code < 0 || code > lastDistance) return false;
    cursor.distance = distanceOf(code, bits);
  }
  cursor.bit = bits.at;
  return bits.at <= 8 * stream.length;
}

interface Bits {
  readonly stream: Uint8Array;
  at: number;
}

function peek({ stream, at }: Bits): number {
  const byte = at >> 3;
  const word =
    (stream[byte] ?? 0) |
    ((stream[byte + 1] ?? 0) << 8) |
    ((stream[byte + 2] ?? 0) << 16) |
    ((stream[byte + 3] ?? 0) << 24);
  return word >>> (at & 7);
}

function take(bits: Bits, count: number): number {
  const value = peek(bits) & ((1 << count) - 1);
  bits.at += count;
  return value;
}

/** The next symbol of a code; -1 where none has these bits. */
function next(bits: Bits, { counts, symbols, table }: PrefixCode): number {
  const word = peek(bits);
  const entry = table[word & tableMask] as number;
  if (entry !== 0) {
    bits.at += entry & 15;
    return entry >> 4;
  }
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= longestCode; length++) {
    const count = counts[length] as number;
    code |= (word >> (length - 1)) & 1;
    if (code - first < count) {
      bits.at += length;
      return symbols[index + code - first] as number;
    }
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return -1;
}

const endOfBlock = 256;
const lastLength = 285;
const lastDistance = 29;
/** What the last symbol of lengths stands for. */
export const longestCopy = 258;

/** RFC 1951, 3.2.5. */
function lengthOf(symbol: number, bits: Bits): number {
  const code = symbol - endOfBlock - 1;
  if (symbol === lastLength) return longestCopy;
  if (code < 8) return code + 3;
  const extra = (code >> 2) - 1;
  return ((4 + (code & 3)) << extra) + 3 + take(bits, extra);
}

/** RFC 1951, 3.2.5. */
function distanceOf(symbol: number, bits: Bits): number {
  if (symbol < 4) return symbol + 1;
  const extra = (symbol >> 1) - 1;
  return ((2 + (symbol & 1)) << extra) + 1 + take(bits, extra);
}

/** In the order in which the lengths of their codes stand (RFC 1951, 3.2.7). */
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Null where the codes are none that can be. */
function readCodes(bits: Bits): BlockCodes | null {
  const literals = take(bits, 5) + 257;
  const distances = take(bits, 5) + 1;
  const named = new Uint8Array(codeLengthOrder.length);
  const count = take(bits, 4) + 4;
  for (let i = 0; i < count; i++) named[codeLengthOrder[i] as number] = take(bits, 3);
  if (literals > lastLength + 1 || distances > lastDistance + 1) return null;
  const code = prefixCode(named);
  if (code === null) return null;
  const lengths = new Uint8Array(literals + distances);
  for (let at = 0; at < lengths.length; ) {
    const symbol = next(bits, code);
    if (symbol < 0 || (symbol === 16 && at === 0)) return null;
    const value = symbol < 16 ? symbol : symbol === 16 ? (lengths[at - 1] as number) : 0;
    const times = symbol < 16 ? 1 : timesOf(symbol, bits);
    if (times > lengths.length - at) return null;
    lengths.fill(value, at, at + times);
    at += times;
  }
  return codesOf(lengths.subarray(0, literals), lengths.subarray(literals));
}

/** How often the symbols 16, 17 and 18 repeat a length. */
function timesOf(symbol: number, bits: Bits): number {
  if (symbol === 18) return 11 + take(bits, 7);
  return symbol === 17 ? 3 + take(bits, 3) : 3 + take(bits, 2);
}

function codesOf(literalLengths: Uint8Array, distanceLengths: Uint8Array): BlockCodes | null {
  if (literalLengths[endOfBlock] === 0) return null;
  const literals = prefixCode(literalLengths);
  const distances = literals === null ? null : prefixCode(distanceLengths);
  return literals === null || distances === null ? null : { literals, distances };
}

const longestCode = 15;
const tableBits = 10;
const tableMask = (1 << tableBits) - 1;

/** Null when there are more codes than there can be, or fewer: one alone is all that may be missing some. */
function prefixCode(lengths: Uint8Array): PrefixCode | null {
  const counts = new Uint16Array(longestCode + 1);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  let left = 1;
  const places = new Uint16Array(longestCode + 2);
  for (let length = 1; length <= longestCode; length++) {
    left = 2 * left - (counts[length] as number);
    if (left < 0) return null;
    places[length + 1] = (places[length] as number) + (counts[length] as number);
  }
  const used = places[longestCode + 1] as number;
  if (left > 0 && used > 1) return null;
  const symbols = new Uint16Array(used);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const place = places[length] as number;
    symbols[place] = symbol;
    places[length] = place + 1;
  }
  return { counts, symbols, table: tableOf(counts, symbols) };
}

function tableOf(counts: Uint16Array, symbols: Uint16Array): Uint16Array {
  const table = new Uint16Array(1 << tableBits);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= tableBits; length++) {
    for (let i = 0; i < (counts[length] as number); i++, code++, index++) {
      const entry = ((symbols[index] as number) << 4) | length;
      for (let at = reversed(code, length); at <= tableMask; at += 1 << length) table[at] = entry;
    }
    code <<= 1;
  }
  return table;
}

function reversed(code: number, length: number): number {
  let bits = 0;
  for (let i = 0; i < length; i++) bits |= ((code >> i) & 1) << (length - 1 - i);
  return bits;
}

/** RFC 1951, 3.2.6. */
const fixedCodes = codesOf(
  Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
  new Uint8Array(32).fill(5),
);
