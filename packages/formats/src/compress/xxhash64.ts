/** A checksum of bytes that come in pieces. */
export interface Xxhash64Sum {
  add(bytes: Uint8Array): void;
  /** Of all bytes so far. */
  value(): bigint;
}

/**
 * XXH64 with seed 0, of which a zstd frame keeps the low 32 bits (RFC 8878, section 3.1.1). Written from the description
 * of the algorithm, xxhash_spec.md of the xxHash project. Stripes in halves of 32 bits: bigints would take ten times as long.
 */
export function xxhash64Sum(): Xxhash64Sum {
  /** Four lanes, the low half of each first. */
  const lanes = Int32Array.from(
    [u64(prime1 + prime2), prime2, 0n, u64(-prime1)].flatMap((lane) => [Number(lane & low32), Number(lane >> 32n)]),
  );
  /** What is left of a stripe that is not complete. */
  const rest = new Uint8Array(stripe);
  let total = 0;

  function addStripes(bytes: Uint8Array, count: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < count * stripe; at += 8) {
      const lane = (at >> 2) & 6;
      addWord(lanes, lane, view.getInt32(at, true), view.getInt32(at + 4, true));
    }
  }

  return {
    add(bytes) {
      const held = total % stripe;
      const first = Math.min(bytes.length, (stripe - held) % stripe);
      rest.set(bytes.subarray(0, first), held);
      if (first > 0 && held + first === stripe) addStripes(rest, 1);
      const whole = Math.floor((bytes.length - first) / stripe);
      addStripes(bytes.subarray(first), whole);
      if (first + whole * stripe < bytes.length) rest.set(bytes.subarray(first + whole * stripe));
      total += bytes.length;
    },
    value() {
      const laneAt = (i: number) => (BigInt(lanes[2 * i + 1]! >>> 0) << 32n) | BigInt(lanes[2 * i]! >>> 0);
      const [a, b, c, d] = [laneAt(0), laneAt(1), laneAt(2), laneAt(3)];
      let sum = prime5;
      if (total >= stripe) {
        sum = u64(rotated(a, 1n) + rotated(b, 7n) + rotated(c, 12n) + rotated(d, 18n));
        for (const lane of [a, b, c, d]) sum = u64((sum ^ round(0n, lane)) * prime1 + prime4);
      }
      return finished(u64(sum + BigInt(total)), rest.subarray(0, total % stripe));
    },
  };
}

/** Of bytes that are there at once. */
export function xxhash64(bytes: Uint8Array): bigint {
  const sum = xxhash64Sum();
  sum.add(bytes);
  return sum.value();
}

/** `round` of a lane and a word, both in halves: `lane = rotl(lane + word * prime2, 31) * prime1`. */
function addWord(lanes: Int32Array, lane: number, wordLow: number, wordHigh: number): void {
  const addedLow = Math.imul(wordLow, low2);
  const addedHigh = productHigh(wordLow, low2) + Math.imul(wordHigh, low2) + Math.imul(wordLow, high2);
  const sumLow = (lanes[lane]! + addedLow) | 0;
  const carry = sumLow >>> 0 < addedLow >>> 0 ? 1 : 0;
  const sumHigh = (lanes[lane + 1]! + addedHigh + carry) | 0;
  const low = (sumLow << 31) | (sumHigh >>> 1);
  const high = (sumHigh << 31) | (sumLow >>> 1);
  lanes[lane] = Math.imul(low, low1);
  lanes[lane + 1] = productHigh(low, low1) + Math.imul(high, low1) + Math.imul(low, high1);
}

/** Bits 32 to 63 of the product of two unsigned numbers of 32 bits. */
function productHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const inner = a1 * b0 + ((a0 * b0) >>> 16);
  const outer = a0 * b1 + (inner & 0xffff);
  return (a1 * b1 + (inner >>> 16) + (outer >>> 16)) | 0;
}

/** Fewer bytes than a stripe, and the mixing at the end. */
function finished(before: bigint, bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let sum = before;
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    sum = u64(rotated(sum ^ round(0n, view.getBigUint64(at, true)), 27n) * prime1 + prime4);
  }
  for (; at + 4 <= bytes.length; at += 4) {
    sum = u64(rotated(sum ^ u64(BigInt(view.getUint32(at, true)) * prime1), 23n) * prime2 + prime3);
  }
  for (; at < bytes.length; at++) {
    sum = u64(rotated(sum ^ u64(BigInt(view.getUint8(at)) * prime5), 11n) * prime1);
  }
  sum = u64((sum ^ (sum >> 33n)) * prime2);
  sum = u64((sum ^ (sum >> 29n)) * prime3);
  return sum ^ (sum >> 32n);
}

const stripe = 32;
const prime1 = 0x9e3779b185ebca87n;
const prime2 = 0xc2b2ae3d27d4eb4fn;
const prime3 = 0x165667b19e3779f9n;
const prime4 = 0x85ebca77c2b2ae63n;
const prime5 = 0x27d4eb2f165667c5n;
/** Halves of the first two, for products in 32 bits. */
const [low1, high1, low2, high2] = [0x85ebca87, 0x9e3779b1, 0x27d4eb4f, 0xc2b2ae3d] as const;
const low32 = 0xffff_ffffn;

const u64 = (value: bigint) => BigInt.asUintN(64, value);
const rotated = (value: bigint, by: bigint) => u64(value << by) | (value >> (64n - by));
const round = (lane: bigint, word: bigint) => u64(rotated(u64(lane + word * prime2), 31n) * prime1);
