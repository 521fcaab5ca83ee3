import { longestCopy } from './deflate-symbols.js';

/** A symbol of a stream, by the text that it stands for. */
interface TextSymbol {
  readonly at: number;
  /** In bytes. */
  readonly size: number;
  /** How far back it copies from; 0 for a literal. */
  readonly distance: number;
}

/** Whether zlib would have chosen the symbols of a stream, of a text that grows and can be taken back. */
export interface ZlibChoice {
  /** To be told when the text has grown to `length`. */
  extend(length: number): void;
  /** To be told before what stands behind `length` is overwritten. */
  rewind(length: number): void;
  /**
   * False where zlib would have taken another symbol; null while too little text behind it is known.
   * @param reach how far back zlib looks at most
   * @param length of the text that is known
   * @param isWhole nothing follows
   */
  judge(symbol: TextSymbol, reach: number, length: number, isWhole: boolean): boolean | null;
}

/** Bytes behind the end of a symbol that decide whether zlib would have chosen it. */
export const lookahead = 20;

/**
 * Follows `deflate_slow` and `longest_match` of zlib 1.1.3 and later at the default level, which is what kernels compress
 * with: of the places with the same bytes the nearest one of the longest, a literal where none is or the next byte begins a
 * longer copy. No symbol of 28 real dumps of kernels 6.1 and 7.2 is chosen otherwise. Other makers of deflate
 * choose in other ways, the zlibs of Node and pako among them.
 */
export function zlibChoice(text: Uint8Array): ZlibChoice {
  // Chains of the places with the same hash, the nearest first; the first byte of a text is in none (NIL).
  const heads = new Int32Array(hashes);
  const before = new Int32Array(text.length);
  let hashed = 0;
  const hashAt = (at: number) =>
    (((text[at] as number) << 10) ^ ((text[at + 1] as number) << 5) ^ (text[at + 2] as number)) & (hashes - 1);

  const sameBytes = (a: number, b: number, most: number) => {
    let same = 0;
    while (same < most && text[a + same] === text[b + same]) same += 1;
    return same;
  };

  /** Whether one of the nearest places in reach has so many bytes that stand at `at`. */
  const isElsewhere = (at: number, size: number, reach: number) => {
    let steps = shortChain;
    for (let place = before[at] as number; place > 0 && at - place <= reach && steps > 0; steps--) {
      if (sameBytes(place, at, size) === size) return true;
      place = before[place] as number;
    }
    return false;
  };

  /** The longest copy that can be had at a place, as far as it decides about a literal. */
  const longestAt = (at: number, chain: number, reach: number, length: number) => {
    let longest = 0;
    let steps = chain;
    for (let place = before[at] as number; place > 0 && at - place <= reach && steps > 0; steps--) {
      const same = sameBytes(place, at, Math.min(lazy + 1, length - at));
      if (same > longest && (same > shortest || at - place <= tooFar)) longest = same;
      place = before[place] as number;
    }
    return longest;
  };

  const judgeCopy = ({ at, size, distance }: TextSymbol, reach: number, length: number, isWhole: boolean) => {
    const end = at + size;
    if (size < longestCopy && end < length && text[end] === text[end - distance]) return false;
    if (!isWhole && length < end + 2) return null;
    if (size === shortest && distance > tooFar) return false;
    if (isElsewhere(at, size, distance - 1)) return false;
    if (size < nice && end < length && isElsewhere(at, size + 1, reach)) return false;
    return size >= lazy || end + 2 > length || !isElsewhere(at + 1, size + 1, reach);
  };

  const judgeLiteral = ({ at }: TextSymbol, reach: number, length: number, isWhole: boolean) => {
    if (at >= hashed) return isWhole ? true : null;
    const here = longestAt(at, shortChain, reach, length);
    if (here < shortest) return true;
    if (here >= lazy) return false;
    if (at + here + 2 > length) return isWhole ? true : null;
    return longestAt(at + 1, longChain, reach, length) > here;
  };

  return {
    extend(length) {
      for (; hashed < length - 2; hashed++) {
        const hash = hashAt(hashed);
        before[hashed] = heads[hash] as number;
        heads[hash] = hashed;
      }
    },
    rewind(length) {
      while (hashed > Math.max(0, length - 2)) {
        hashed -= 1;
        heads[hashAt(hashed)] = before[hashed] as number;
      }
    },
    judge: (symbol, ...known) => (symbol.distance > 0 ? judgeCopy(symbol, ...known) : judgeLiteral(symbol, ...known)),
  };
}

const hashes = 1 << 15;

/** MIN_MATCH */
const shortest = 3;
/** zlib makes no copies of three bytes from farther away (TOO_FAR). */
const tooFar = 4096;
/** max_lazy: behind a longer copy no better one is looked for. */
const lazy = 16;
/** nice_length: no longer one is looked for. */
const nice = 128;
/** Places that zlib surely looks at, and more than it ever does: max_chain is 128, a quarter behind a good copy. */
const shortChain = 32;
const longChain = 256;
