import type { Signature } from '@pstore-decode/formats';
import { byteFrequency } from './byte-frequency.js';

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
 * What it costs to stop at such pairs: how often they occur in files, and half as often in what looks like noise. In files
 * bytes are often followed by the same byte again ("====").
 */
export function costOf({ low0, high0, low1, high1 }: Pair): number {
  return (
    share(inFiles, low0, high0) * share(inFiles, low1, high1) +
    share(inFiles, low0 & low1, high0 & high1) * repeated +
    (share(inNoise, low0, high0) * share(inNoise, low1, high1)) / 2
  );
}

/** How many of the bytes in files are followed by the same one, roughly: 1 % of letters, 12 % of "=". */
const repeated = 0.05;

function nibbles(value: number, mask: number): number {
  let set = 0;
  for (let nibble = 0; nibble < 16; nibble++) if ((nibble & mask) === value) set |= 1 << nibble;
  return set;
}

/** How much of all bytes those are that have one of these nibbles each. */
function share(sums: Float64Array, low: number, high: number): number {
  let sum = 0;
  for (let nibble = 0; nibble < 16; nibble++) {
    if (((high >>> nibble) & 1) === 1)
      sum += sums[nibble * 512 + (low & 255)]! + sums[nibble * 512 + 256 + (low >>> 8)]!;
  }
  return sum;
}

/** For each high nibble, and for the lower and the upper half of the low ones: the sums over all sets of 8 of them. */
function sumsOf(frequency: readonly number[]): Float64Array {
  const sums = new Float64Array(16 * 2 * 256);
  const total = frequency.reduce((sum, parts) => sum + parts, 0);
  for (let half = 0; half < 32; half++) {
    for (let set = 1; set < 256; set++) {
      const first = set & -set;
      const byte = half * 8 + 31 - Math.clz32(first);
      sums[half * 256 + set] = sums[half * 256 + (set ^ first)]! + frequency[byte]! / total;
    }
  }
  return sums;
}

const inFiles = sumsOf(byteFrequency);
const inNoise = sumsOf(byteFrequency.map(() => 1));
