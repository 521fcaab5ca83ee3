// The inner loop of the search, in AssemblyScript. scripts/build-scan-kernel.mjs makes kernel-bytes.ts of it.
//
// Each signature is known by one pair of its bytes. A pair belongs to one of 8 buckets, and a bucket to one bit: two
// look-ups by nibble give the buckets that a byte can begin, two more those that it can end, 16 bytes at a time
// ("Teddy", of the Hyperscan matcher). Where both agree, what stands there is looked up as a whole: of the pairs that
// agree only because nibbles of several were mixed in a bucket, that ends most. Then 16 bytes are compared at once.
//
// The table, made by table.ts; numbers are little-endian:
//   0      16 bytes each: buckets by low and by high nibble of the first byte, by low and by high nibble of the second
//   64     u32, 1: no pair fits two zeros, so that blocks of zeros can be passed over
//   68     u32, the most signatures that fit one pair
//   80     for each pair, by its u16, the number of the first row that fits it, u16; 0 where none does
//   131152 rows of 48 bytes, from number 0, which is empty: what 16 bytes must be under a mask, the mask; u32: how far
//          before the pair these 16 bytes begin, how far before it the signature begins, its index, 1 where the next
//          row fits the same pairs

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

/** Writes the signatures that stand at `pair`, of those in `row` and behind it: where each begins, its index. */
function compare(row: usize, pair: usize, out: usize): usize {
  let hasNext: bool;
  do {
    const bytes = v128.load(pair - load<u32>(row, 32));
    if (!v128.any_true(v128.xor(v128.and(bytes, v128.load(row, 16)), v128.load(row)))) {
      store<u32>(out, pair - load<u32>(row, 36));
      store<u32>(out, load<u32>(row, 40), 4);
      out += 8;
    }
    hasNext = load<u32>(row, 44) != 0;
    row += 48;
  } while (hasNext);
  return out;
}

/**
 * Looks at all pairs that begin in [from, to), and at up to 511 behind; ends before `limit` could be passed.
 * @param out where candidates go, 8 bytes each
 * @return where they end
 */
export function search(table: usize, from: usize, to: usize, out: usize, limit: usize): usize {
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
        let lanes: u64 = <u64>i8x16.bitmask(i8x16.ne(fits0, zero));
        lanes |= (<u64>i8x16.bitmask(i8x16.ne(fits1, zero))) << 16;
        lanes |= (<u64>i8x16.bitmask(i8x16.ne(fits2, zero))) << 32;
        lanes |= (<u64>i8x16.bitmask(i8x16.ne(fits3, zero))) << 48;
        for (; lanes != 0; lanes &= lanes - 1) {
          const pair = at + <usize>ctz(lanes);
          const number = <usize>load<u16>(table + 2 * <usize>load<u16>(pair), 80);
          if (out + most > limit) {
            resume = pair;
            return out;
          }
          out = compare(table + 131152 + 48 * number, pair, out);
        }
      }
      x0 = x4;
      second0 = second4;
    }
  }
  resume = to;
  return out;
}
