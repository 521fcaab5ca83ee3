import type { ByteRange } from '../bytes/range.js';
import { type BlockHead, readBlockHead, readSymbol, type SymbolCursor } from './deflate-symbols.js';
import { loggedLines } from './logged-lines.js';
import { lookahead, zlibChoice } from './zlib-choice.js';

/** Why a walk stands where it stands. */
export interface Stop {
  /** Of the stream. */
  readonly bit: number;
  /** The stream ended by its own rules, with a line. */
  readonly isEnd: boolean;
  /** The bits among which a wrong one stands. */
  readonly suspects: ByteRange;
}

/** The symbols of a raw deflate stream up to where something is wrong; they can be taken back to any of them. */
export interface DumpWalk {
  /** Room for the text; what was read of it stands up to `textAt(count())`. */
  readonly text: Uint8Array;
  /** Symbols that were read, heads of blocks among them. */
  count(): number;
  bitAt(index: number): number;
  textAt(index: number): number;
  /** The last symbol that begins at or before a bit. */
  indexAt(bit: number): number;
  /** Symbols that zlib would not have chosen. */
  oddities(): number;
  /** Takes back all symbols from `index` on. */
  rewind(index: number): void;
  /** Takes back the symbols from the oddity on that is one more than `most`. */
  rewindTo(most: number): void;
  /**
   * Reads on until something is wrong: what cannot be a symbol or a line, many oddities, or more than `mostOddities`; or
   * until `untilBit` is passed.
   */
  follow(untilBit: number, mostOddities: number): Stop;
  /** Steps that were taken in all. */
  spent(): number;
}

/** A walk over a stream that zlib made of a dump. Bits may be changed behind what is read. @param room for its text, in bytes */
export function walkDump(stream: Uint8Array, room: number): DumpWalk {
  const text = new Uint8Array(room);
  const choice = zlibChoice(text);
  const lines = loggedLines(text);
  const mostSymbols = Math.min(8 * stream.length, 2 * room);
  const bits = new Int32Array(mostSymbols + 1);
  const starts = new Int32Array(mostSymbols + 1);
  /** `endOfBlock` for that. */
  const distances = new Int32Array(mostSymbols);
  const reaches = new Int32Array(mostSymbols);
  const blocks: (BlockHead & { readonly index: number })[] = [];
  const odd: number[] = [];
  const cursor: SymbolCursor = { bit: 0, length: 0, distance: 0, literal: 0 };
  let count = 0;
  let judged = 0;
  let steps = 0;

  const openBlock = () => {
    const last = blocks.at(-1);
    return last === undefined || distances[count - 1] === endOfBlock ? null : last;
  };

  const add = (bit: number, size: number, distance: number) => {
    distances[count] = distance;
    const before = count === 0 ? (windows[0] as number) : (reaches[count - 1] as number);
    reaches[count] = distance > before ? (windows.find((reach) => reach >= distance) ?? distance) : before;
    count += 1;
    bits[count] = bit;
    starts[count] = (starts[count - 1] as number) + size;
  };

  const readHead = (): boolean => {
    const head = readBlockHead(stream, bits[count] as number);
    steps += headSteps;
    if (head === null) return false;
    blocks.push({ ...head, index: count });
    add(head.bit, 0, 0);
    return true;
  };

  const readNext = (block: BlockHead): boolean => {
    cursor.bit = bits[count] as number;
    if (!readSymbol(stream, block.codes, cursor)) return false;
    const { bit, distance, length, literal } = cursor;
    const at = starts[count] as number;
    if (distance > at || length > room - at) return false;
    if (distance === 0 && length > 0) text[at] = literal;
    for (let i = at; distance > 0 && i < at + length; i++) text[i] = text[i - distance] as number;
    add(bit, length, length === 0 ? endOfBlock : distance);
    choice.extend(at + length);
    return lines.extend(at, at + length);
  };

  /** False where there are more oddities than there may be. */
  const judge = (isWhole: boolean, mostOddities: number): boolean => {
    const length = starts[count] as number;
    for (; judged < count; judged++) {
      const at = starts[judged] as number;
      const size = (starts[judged + 1] as number) - at;
      if (size === 0) continue;
      steps += 1 + (size >> 4);
      const symbol = { at, size, distance: distances[judged] as number };
      const isChosen = choice.judge(symbol, reaches[judged] as number, length, isWhole);
      if (isChosen === null) return true;
      if (isChosen) continue;
      odd.push(judged);
      const first = odd.at(-manyOddities);
      if (odd.length > mostOddities || (first !== undefined && judged - first < among)) {
        judged += 1;
        return false;
      }
    }
    return true;
  };

  const stop = (isEnd: boolean, mostOddities: number): Stop => {
    const bit = bits[count] as number;
    const block = openBlock();
    const head =
      block === null
        ? { start: bit, end: bit + longestHead }
        : { start: bits[block.index] as number, end: bits[block.index + 1] as number };
    const first = odd.length > mostOddities ? odd.at(-1) : odd.at(-manyOddities);
    const from = (first !== undefined && count - first < 2 * among ? (bits[first] as number) : bit) - delay;
    if (from < head.end)
      return { bit, isEnd, suspects: { start: head.start, end: Math.max(head.end, bit + longestSymbol) } };
    return { bit, isEnd, suspects: { start: Math.max(0, from, bit - mostSuspects), end: bit + longestSymbol } };
  };

  const rewind = (index: number) => {
    if (index >= count) return;
    count = index;
    const length = starts[count] as number;
    choice.rewind(length);
    lines.rewind(length);
    while (judged > 0 && (judged > count || (starts[judged] as number) + lookahead > length)) judged -= 1;
    while ((odd.at(-1) ?? -1) >= judged) odd.pop();
    while ((blocks.at(-1)?.index ?? -1) >= count) blocks.pop();
  };

  return {
    text,
    count: () => count,
    bitAt: (index) => bits[index] as number,
    textAt: (index) => starts[index] as number,
    indexAt(bit) {
      let [low, high] = [0, count];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((bits[middle] as number) <= bit) low = middle;
        else high = middle;
      }
      return low;
    },
    oddities: () => odd.length,
    rewind,
    rewindTo: (most) => rewind(odd[most] ?? count),
    follow(untilBit, mostOddities) {
      while ((bits[count] as number) <= untilBit && count < mostSymbols) {
        steps += 1;
        const block = openBlock();
        if (!(block === null ? readHead() : readNext(block))) break;
        const isOver = block?.isLast === true && openBlock() === null;
        if (!judge(isOver, mostOddities)) break;
        if (isOver) return stop(text[(starts[count] as number) - 1] === lineFeed, mostOddities);
      }
      return stop(false, mostOddities);
    },
    spent: () => steps,
  };
}

const endOfBlock = -1;
const lineFeed = 0x0a;

/** How far back zlib copies: windows of 2^11, 2^12 and 2^15 bytes, less MIN_LOOKAHEAD. */
export const windows = [2048 - 262, 4096 - 262, 32768 - 262];

/** So many oddities among so many symbols are damage. One alone can be what an unseen change of a letter brings. */
const manyOddities = 3;
const among = 40;

/** In bits: so far behind a wrong one it has nearly always shown. */
const delay = 300;
const mostSuspects = 1500;
const longestSymbol = 16;
/** Of a block. */
const longestHead = 1200;

/** What the head of a block costs, in symbols. */
const headSteps = 100;
