import { type BlockHead, readBlockHead, readSymbol, type SymbolCursor } from './deflate-symbols.js';

/** A text of which not every byte is known. */
export interface TextWithHoles {
  readonly bytes: Uint8Array;
  /** Of each byte: 0 unknown, 1 known, 2 known but near to damage. */
  readonly known: Uint8Array;
}

/** The symbols of a raw deflate stream, in its order. Those of a damaged place are none that were written. */
export interface SymbolRun {
  readonly count: number;
  /** Where each begins, and behind them where they end. */
  readonly bits: Int32Array;
  /** In bytes; 0 for the end of a block and for what is no symbol. */
  readonly lengths: Uint16Array;
  /** How far back each copies from; 0 for a literal. */
  readonly distances: Uint16Array;
  readonly literals: Uint8Array;
  /** How many there are up to the end of a last block, for each such end. */
  readonly ends: ReadonlySet<number>;
}

/** All symbols of a stream: what is none is skipped bit by bit. @param most symbols */
export function readRun(stream: Uint8Array, most: number): SymbolRun {
  const bits = new Int32Array(most + 1);
  const lengths = new Uint16Array(most);
  const distances = new Uint16Array(most);
  const literals = new Uint8Array(most);
  const ends = new Set<number>();
  let block: BlockHead | null = readBlockHead(stream, 0);
  const cursor: SymbolCursor = { bit: block?.bit ?? 0, length: 0, distance: 0, literal: 0 };
  let count = 0;
  for (; block !== null && count < most && cursor.bit < 8 * stream.length; count++) {
    const start = cursor.bit;
    bits[count] = start;
    if (!readSymbol(stream, block.codes, cursor)) {
      cursor.bit = start + 1;
    } else if (cursor.length > 0) {
      lengths[count] = cursor.length;
      distances[count] = cursor.distance;
      literals[count] = cursor.literal;
    } else if (block.isLast) {
      ends.add(count + 1);
    } else {
      const next = readBlockHead(stream, cursor.bit);
      // Every fourth place is the head of a block with fixed codes.
      if (next !== null && next.bit - cursor.bit > fixedHead) block = next;
      if (next === block) cursor.bit = next.bit;
    }
  }
  bits[count] = cursor.bit;
  return { count, bits, lengths, distances, literals, ends };
}

/** In bits. */
const fixedHead = 3;

/** Puts a symbol into a text, which must have room for it and begin before what it copies. */
export function putSymbol(run: SymbolRun, index: number, at: number, { bytes, known }: TextWithHoles): void {
  const distance = run.distances[index] as number;
  const end = at + (run.lengths[index] as number);
  if (distance === 0 && end > at) {
    bytes[at] = run.literals[index] as number;
    known[at] = 1;
  }
  for (let to = at; distance > 0 && to < end; to++) {
    bytes[to] = bytes[to - distance] as number;
    known[to] = known[to - distance] as number;
  }
}
