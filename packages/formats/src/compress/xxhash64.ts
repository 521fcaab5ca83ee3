/**
 * XXH64 with seed 0, of which a zstd frame keeps the low 32 bits (RFC 8878, section 3.1.1). Written from the description
 * of the algorithm, xxhash_spec.md of the xxHash project.
 */
export function xxhash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let sum = prime5;
  if (bytes.length >= stripe) {
    let a = u64(prime1 + prime2);
    let b = prime2;
    let c = 0n;
    let d = u64(-prime1);
    for (; at + stripe <= bytes.length; at += stripe) {
      a = round(a, view.getBigUint64(at, true));
      b = round(b, view.getBigUint64(at + 8, true));
      c = round(c, view.getBigUint64(at + 16, true));
      d = round(d, view.getBigUint64(at + 24, true));
    }
    sum = u64(rotated(a, 1n) + rotated(b, 7n) + rotated(c, 12n) + rotated(d, 18n));
    for (const lane of [a, b, c, d]) sum = u64((sum ^ round(0n, lane)) * prime1 + prime4);
  }
  sum = u64(sum + BigInt(bytes.length));
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

const u64 = (value: bigint) => BigInt.asUintN(64, value);
const rotated = (value: bigint, by: bigint) => u64(value << by) | (value >> (64n - by));
const round = (lane: bigint, word: bigint) => u64(rotated(u64(lane + word * prime2), 31n) * prime1);
