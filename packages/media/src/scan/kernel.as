// The inner loop of the search, in AssemblyScript. scripts/build-scan-kernel.mjs makes kernel-bytes.ts of it.
//
// Each signature is known by one pair of its bytes. A pair belongs to one of 8 buckets, and a bucket to one bit: two
// look-ups by nibble give the buckets that a byte can begin, two more those that it can end, 16 bytes at a time
// ("Teddy", of the Hyperscan matcher). Where both agree, the signatures of that bucket are compared, 16 bytes at once.
//
// The table, made by table.ts; numbers are u32, little-endian:
//   0   16 bytes each: buckets by low and by high nibble of the first byte, by low and by high nibble of the second
//   64  1: no pair fits two zeros, so that blocks of zeros can be passed over
//   68  number of signatures
//   72  for each of the 8 buckets where its rows begin, and where the last one ends, from the start of the table
//   112 rows of 48 bytes: what 16 bytes must be under a mask, the mask, how far before the pair these 16 bytes begin,
//       how far before the pair the signature begins, its index, 0

/** Where the next call goes on: all pairs that begin before have been looked at. */
export let resume: usize = 0;

// @ts-ignore: a decorator
@inline
function buckets(bytes: v128, low: v128, high: v128, nibble: v128): v128 {
  const ofLow = i8x16.swizzle(low, v128.and(bytes, nibble));
  const ofHigh = i8x16.swizzle(high, v128.and(i16x8.shr_u(bytes, 4), nibble));
  return v128.and(ofLow, ofHigh);
}

// @ts-ignore: a decorator
@inline
function behind(here: v128, next: v128): v128 {
  return v128.shuffle<u8>(here, next, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
}

function isZeros(from: usize): bool {
  let all = v128.load(from + 512);
  for (let at = from; at < from + 512; at += 64) {
    const half = v128.or(v128.load(at), v128.load(at, 16));
    all = v128.or(all, v128.or(half, v128.or(v128.load(at, 32), v128.load(at, 48))));
  }
  return !v128.any_true(all);
}

/** Writes the candidates that `fits` holds buckets of: where the signature begins, its index. */
function compare(table: usize, pair: usize, fits: u32, out: usize): usize {
  for (; fits != 0; fits &= fits - 1) {
    const bucket = table + 72 + 4 * ctz(fits);
    const end = table + load<u32>(bucket, 4);
    for (let row = table + load<u32>(bucket); row < end; row += 48) {
      const bytes = v128.load(pair - load<u32>(row, 32));
      if (v128.any_true(v128.xor(v128.and(bytes, v128.load(row, 16)), v128.load(row)))) continue;
      store<u32>(out, pair - load<u32>(row, 36));
      store<u32>(out, load<u32>(row, 40), 4);
      out += 8;
    }
  }
  return out;
}

/**
 * Looks at all pairs that begin in [from, to), and at up to 511 behind; ends before `limit` could be passed.
 * @param scratch 64 bytes
 * @param out where candidates go, 8 bytes each
 * @return where they end
 */
export function search(table: usize, from: usize, to: usize, scratch: usize, out: usize, limit: usize): usize {
  const low0 = v128.load(table);
  const high0 = v128.load(table, 16);
  const low1 = v128.load(table, 32);
  const high1 = v128.load(table, 48);
  const passesZeros = load<u32>(table, 64) != 0;
  const most: usize = 8 * load<u32>(table, 68);
  const nibble = i8x16.splat(15);
  const zero = i8x16.splat(0);
  for (let block = from; block < to; block += 512) {
    let x0 = v128.load(block);
    if (passesZeros && !v128.any_true(x0) && isZeros(block)) continue;
    let second0 = buckets(x0, low1, high1, nibble);
    for (let at = block; at < block + 512; at += 64) {
      const x1 = v128.load(at, 16);
      const x2 = v128.load(at, 32);
      const x3 = v128.load(at, 48);
      const x4 = v128.load(at, 64);
      const second1 = buckets(x1, low1, high1, nibble);
      const second2 = buckets(x2, low1, high1, nibble);
      const second3 = buckets(x3, low1, high1, nibble);
      const second4 = buckets(x4, low1, high1, nibble);
      const fits0 = v128.and(buckets(x0, low0, high0, nibble), behind(second0, second1));
      const fits1 = v128.and(buckets(x1, low0, high0, nibble), behind(second1, second2));
      const fits2 = v128.and(buckets(x2, low0, high0, nibble), behind(second2, second3));
      const fits3 = v128.and(buckets(x3, low0, high0, nibble), behind(second3, second4));
      if (v128.any_true(v128.or(v128.or(fits0, fits1), v128.or(fits2, fits3)))) {
        v128.store(scratch, fits0);
        v128.store(scratch, fits1, 16);
        v128.store(scratch, fits2, 32);
        v128.store(scratch, fits3, 48);
        let lanes: u64 = <u64>i8x16.bitmask(i8x16.ne(fits0, zero));
        lanes |= (<u64>i8x16.bitmask(i8x16.ne(fits1, zero))) << 16;
        lanes |= (<u64>i8x16.bitmask(i8x16.ne(fits2, zero))) << 32;
        lanes |= (<u64>i8x16.bitmask(i8x16.ne(fits3, zero))) << 48;
        for (; lanes != 0; lanes &= lanes - 1) {
          const lane = <usize>ctz(lanes);
          if (out + most > limit) {
            resume = at + lane;
            return out;
          }
          out = compare(table, at + lane, load<u8>(scratch + lane), out);
        }
      }
      x0 = x4;
      second0 = second4;
    }
  }
  resume = to;
  return out;
}
