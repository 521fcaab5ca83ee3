import type { Signature } from '@pstore-decode/formats';
import { byteFrequency, nibbleAffinity } from './byte-frequency.js';

/**
 * Two neighbouring bytes, as sets of nibbles: bit n is set where the low or high nibble of the first or second byte may
 * be n. What the kernel tells from others is not a pair of bytes but this.
 */
export interface Pair {
  readonly low0: number;
  readonly high0: number;
  readonly low1: number;
  readonly high1: number;
}

export const noPair: Pair = { low0: 0, high0: 0, low1: 0, high1: 0 };

/** All pairs that have the two bytes at `offset` of the signature. The byte behind the last one is any. */
export function pairAt({ bytes, mask }: Signature, offset: number): Pair {
  const [a = 0, b = 0] = bytes.slice(offset, offset + 2);
  const [m = 0, n = 0] = mask.slice(offset, offset + 2);
  return {
    low0: nibbles(a & 15, m & 15),
    high0: nibbles(a >>> 4, m >>> 4),
    low1: nibbles(b & 15, n & 15),
    high1: nibbles(b >>> 4, n >>> 4),
  };
}

/** The smallest sets that have all of both. */
export function union(a: Pair, b: Pair): Pair {
  return { low0: a.low0 | b.low0, high0: a.high0 | b.high0, low1: a.low1 | b.low1, high1: a.high1 | b.high1 };
}

/** True when two zeros are such a pair. */
export function fitsZeros({ low0, high0, low1, high1 }: Pair): boolean {
  return (low0 & high0 & low1 & high1 & 1) === 1;
}

/**
 * What it costs to stop at such pairs: how often they occur in files, and half as often in what looks like noise. The
 * high nibbles of neighbours are taken as they come in files, the low ones as if by chance.
 */
export function costOf({ low0, high0, low1, high1 }: Pair): number {
  let cost = 0;
  for (let rest = high0; rest !== 0; rest &= rest - 1) {
    const first = lowest(rest);
    let next = 0;
    for (let others = high1; others !== 0; others &= others - 1) {
      const second = lowest(others);
      next += (nibbleAffinity[16 * first + second]! / 10) * share(second, low1);
    }
    if (((high1 >>> first) & 1) === 1) cost += share(first, low0 & low1) * repeated(first);
    cost += share(first, low0) * next;
  }
  return cost + (count(low0) * count(high0) * count(low1) * count(high1)) / (2 * 65536);
}

/**
 * How many of the bytes with this high nibble are followed by the same one, roughly: of letters as many as in files. Of
 * others more, for where "====" stands it stands at each place, and media are full of it on purpose too.
 */
function repeated(high: number): number {
  return high >= 4 && high < 8 ? 0.015 : 0.5;
}

function nibbles(value: number, mask: number): number {
  let set = 0;
  for (let nibble = 0; nibble < 16; nibble++) if ((nibble & mask) === value) set |= 1 << nibble;
  return set;
}

function lowest(set: number): number {
  return 31 - Math.clz32(set & -set);
}

function count(set: number): number {
  let members = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) members += 1;
  return members;
}

/** How much of all bytes in files those are that have this high nibble, and one of these low ones. */
function share(high: number, low: number): number {
  return sums[high * 512 + (low & 255)]! + sums[high * 512 + 256 + (low >>> 8)]!;
}

/** For each high nibble, and for the lower and the upper half of the low ones: the sums over all sets of 8 of them. */
const sums = sumsOf(byteFrequency);

function sumsOf(frequency: readonly number[]): Float64Array {
  const result = new Float64Array(16 * 2 * 256);
  const total = frequency.reduce((sum, parts) => sum + parts, 0);
  for (let half = 0; half < 32; half++) {
    for (let set = 1; set < 256; set++) {
      const first = set & -set;
      const byte = half * 8 + 31 - Math.clz32(first);
      result[half * 256 + set] = result[half * 256 + (set ^ first)]! + frequency[byte]! / total;
    }
  }
  return result;
}
