import type { Signature } from '@pstore-decode/formats';

/** Calls `visit` with every offset below `end` where a signature may stand, ascending, and with few others. */
export type Scan = (bytes: Uint8Array, end: number, visit: (at: number) => void) => void;

const atEven = 1;
const atOdd = 2;

/**
 * A scanner for all signatures at once. It looks at aligned pairs of bytes only, in a table of 65536: a signature that
 * begins at an even offset shows its bytes 0 and 1 as a pair, one at an odd offset its bytes 1 and 2. Blocks of zeros,
 * most of an empty medium, are passed over 16 bytes at a time unless a signature may begin with zeros.
 * @throws TypeError when a signature has no bytes, or not as many as its mask
 */
export function scannerFor(signatures: readonly Signature[]): Scan {
  for (const { bytes, mask } of signatures) {
    if (bytes.length === 0 || bytes.length !== mask.length) throw new TypeError('a signature without bytes or mask');
  }
  const table = pairTable(signatures);
  const skipsZeros = table[0] === 0;
  return (given, end, visit) => {
    const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
    const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 1);
    const quads = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
    const last = Math.min(pairs.length, (end >>> 1) + 1);
    for (let i = 0; i < last; i++) {
      const pair = pairs[i]!;
      if (pair === 0 && skipsZeros) {
        if ((i & 7) === 0) i = Math.max(i, (firstNonZero(quads, i >>> 1) << 1) - 1);
        continue;
      }
      const found = table[pair]!;
      if (found === 0) continue;
      const at = 2 * i;
      if ((found & atOdd) !== 0 && at > 0 && at - 1 < end) visit(at - 1);
      if ((found & atEven) !== 0 && at < end) visit(at);
    }
    // Offsets whose pair is cut off by the end: short signatures may stand there.
    for (let at = Math.max(0, 2 * pairs.length - 1); at < end; at++) visit(at);
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

/** For each pair, as this machine's u16: may it be bytes 0 and 1, or 1 and 2, of a signature? */
function pairTable(signatures: readonly Signature[]): Uint8Array {
  const table = new Uint8Array(65536);
  const pair = new Uint16Array(1);
  const two = new Uint8Array(pair.buffer);
  for (let value = 0; value < table.length; value++) {
    pair[0] = value;
    for (const signature of signatures) {
      if (fits(signature, 0, two[0]!) && fits(signature, 1, two[1]!)) table[value]! |= atEven;
      if (fits(signature, 1, two[0]!) && fits(signature, 2, two[1]!)) table[value]! |= atOdd;
    }
  }
  return table;
}

/** Behind its end a signature fits everything. */
function fits(signature: Signature, index: number, byte: number): boolean {
  const mask = signature.mask[index];
  return mask === undefined || (byte & mask) === signature.bytes[index];
}

/** Index from `from`, in steps of 4, of the first block of 4 that is not all zeros or not whole. */
function firstNonZero(quads: Uint32Array, from: number): number {
  let i = from;
  while (i + 4 <= quads.length && (quads[i]! | quads[i + 1]! | quads[i + 2]! | quads[i + 3]!) === 0) i += 4;
  return i;
}
