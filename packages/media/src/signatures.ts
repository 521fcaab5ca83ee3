import type { Signature } from '@pstore-decode/formats';

/**
 * Calls `found` for every signature that stands, whole, at an offset below `end`, with its index. Not in ascending
 * order, and for the last offsets of `bytes` more than once.
 */
export type Scan = (bytes: Uint8Array, end: number, found: (at: number, index: number) => void) => void;

/** Pairs of zeros fill most of an empty medium: where it can, a signature is recognised by another pair. */
const zeroPairCost = 1 << 20;

/**
 * A scanner for all signatures at once. It looks at aligned pairs of bytes only, each in one table of 65536: every
 * signature has an anchor for even and one for odd offsets, the pair of its bytes that fits the fewest values. Blocks
 * of zeros are passed over 16 bytes at a time where no anchor is a pair of zeros.
 */
export function scannerFor(signatures: readonly Signature[]): Scan {
  const { table, rows } = anchorTable(signatures);
  const skipsZeros = table[0] === 0;
  const longest = Math.max(0, ...signatures.map(({ bytes }) => bytes.length));
  return (given, end, found) => {
    const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
    const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2));
    const quads = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    const last = Math.min(pairs.length, Math.ceil((end + longest) / 2));
    for (let i = 0; i < last; i++) {
      const pair = pairs[i]!;
      if (pair === 0 && skipsZeros) {
        if (i % 8 === 0) i = Math.max(i, 2 * firstNonZero(quads, i / 2) - 1);
        continue;
      }
      const row = table[pair]!;
      if (row === 0) continue;
      for (const { signature, index, offset } of rows[row]!) {
        const at = 2 * i - offset;
        if (at >= 0 && at < end && stands(signature, bytes, at)) found(at, index);
      }
    }
    // Signatures that end with `bytes` may have their anchor in half a pair.
    for (let at = Math.max(0, bytes.length - longest - 1); at < end; at++) {
      signatures.forEach((signature, index) => {
        if (stands(signature, bytes, at)) found(at, index);
      });
    }
  };
}

/** True when the signature stands at `at`, whole. */
export function stands(signature: Signature, bytes: Uint8Array, at: number): boolean {
  const { bytes: wanted, mask } = signature;
  if (wanted.length > bytes.length - at) return false;
  for (let i = 0; i < wanted.length; i++) {
    if ((bytes[at + i]! & mask[i]!) !== wanted[i]) return false;
  }
  return true;
}

/** The pair of bytes at `offset` of a signature, by which it is found; from -1, where its first byte is any. */
interface Anchor {
  readonly signature: Signature;
  readonly index: number;
  readonly offset: number;
}

/** For each pair, as this machine's u16, the row of anchors that it fits. Row 0 is the empty one. */
function anchorTable(signatures: readonly Signature[]) {
  const pair = new Uint16Array(1);
  const halves = new Uint8Array(pair.buffer);
  const anchors = signatures.flatMap((signature, index) =>
    [0, -1].map((from) => ({ signature, index, offset: bestOffset(signature, from) })),
  );
  return pairTable(anchors, (first, second) => {
    halves.set([first, second]);
    return pair[0]!;
  });
}

/**
 * For each pair of bytes the anchors that it fits: the number of their row, by what `pairOf` makes of the two bytes, and
 * the rows. Row 0 is the empty one.
 */
export function pairTable<T extends Anchor>(anchors: readonly T[], pairOf: (first: number, second: number) => number) {
  const table = new Uint16Array(65536);
  const rows: (readonly T[])[] = [[]];
  for (const anchor of anchors) {
    const { signature, offset } = anchor;
    const grown = new Map<number, number>(); // row without this anchor → row with it
    for (const first of choices(signature, offset)) {
      for (const second of choices(signature, offset + 1)) {
        const pair = pairOf(first, second);
        const old = table[pair]!;
        const row = grown.get(old) ?? rows.push([...rows[old]!, anchor]) - 1;
        grown.set(old, row);
        table[pair] = row;
      }
    }
  }
  return { table, rows };
}

/** Of the offsets `from`, `from + 2` and so on, the one whose pair fits the fewest values. */
function bestOffset(signature: Signature, from: number): number {
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (let offset = from; offset < signature.bytes.length; offset += 2) {
    const isZero = ((signature.bytes[offset] ?? 0) | (signature.bytes[offset + 1] ?? 0)) === 0;
    const cost = countChoices(signature, offset) * countChoices(signature, offset + 1) + (isZero ? zeroPairCost : 0);
    if (cost < least) [best, least] = [offset, cost];
  }
  return best;
}

/** The values that fit the byte at `offset` of the signature: before and behind it, all. */
function choices(signature: Signature, offset: number): number[] {
  const free = ~(signature.mask[offset] ?? 0) & 0xff;
  const wanted = signature.bytes[offset] ?? 0;
  const values = [wanted];
  for (let value = free; value !== 0; value = (value - 1) & free) values.push(value | wanted);
  return values;
}

/** How many they are: each free bit doubles them. */
function countChoices(signature: Signature, offset: number): number {
  let count = 256;
  for (let mask = signature.mask[offset] ?? 0; mask !== 0; mask &= mask - 1) count /= 2;
  return count;
}

/** Index from `from`, in steps of 4, of the first block of 4 that is not all zeros or not whole. */
function firstNonZero(quads: Uint32Array, from: number): number {
  let i = from;
  while (i + 4 <= quads.length && (quads[i]! | quads[i + 1]! | quads[i + 2]! | quads[i + 3]!) === 0) i += 4;
  return i;
}
