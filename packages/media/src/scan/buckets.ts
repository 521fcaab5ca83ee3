import type { Signature } from '@pstore-decode/formats';
import { costOf, noPair, type Pair, pairAt, union } from './pairs.js';

/** A signature, its place in the list that callers know, and where in it the pair stands by which it is found. */
interface Member {
  readonly signature: Signature;
  readonly index: number;
  readonly offset: number;
}

/** Signatures that are looked at wherever a pair of `pair` stands. */
export interface Bucket {
  readonly pair: Pair;
  readonly members: readonly Member[];
}

/** One for each bit of a byte. */
const bucketCount = 8;

/**
 * Puts signatures into buckets so that their pairs occur as rarely as can be: one after the other, beginning with the
 * most frequent, each with that of its pairs and into that bucket where it costs least; then each once more.
 * More rounds were found to gain a tenth at best, dozens of other beginnings a fifth: less than they take.
 */
export function bucketsOf(searched: readonly { signature: Signature; index: number }[]): readonly Bucket[] {
  const placed = searched
    .map(({ signature, index }) => ({ signature, index, choices: choicesOf(signature), offset: 0, bucket: -1 }))
    .sort((a, b) => b.choices[0]!.cost - a.choices[0]!.cost);
  const pairs: Pair[] = Array.from({ length: bucketCount }, () => noPair);
  const costs = pairs.map(costOf);
  const setPair = (bucket: number, pair: Pair) => {
    pairs[bucket] = pair;
    costs[bucket] = costOf(pair);
  };
  for (let round = 0; round < 2; round++) {
    for (const row of placed) {
      if (row.bucket >= 0) {
        const others = placed.filter((other) => other !== row && other.bucket === row.bucket);
        setPair(row.bucket, pairOfAll(others));
      }
      let least = Number.POSITIVE_INFINITY;
      for (const { pair, offset } of row.choices) {
        for (let bucket = 0; bucket < bucketCount; bucket++) {
          const more = costOf(union(pairs[bucket]!, pair)) - costs[bucket]!;
          if (more < least - negligible) [least, row.bucket, row.offset] = [more, bucket, offset];
        }
      }
      setPair(row.bucket, union(pairs[row.bucket]!, pairAt(row.signature, row.offset)));
    }
  }
  return pairs.map((pair, bucket) => ({ pair, members: placed.filter((row) => row.bucket === bucket) }));
}

/** The buckets as they are, with the wanted signatures only. */
export function withoutUnwanted(buckets: readonly Bucket[], isWanted: (index: number) => boolean): readonly Bucket[] {
  return buckets.map((bucket) => {
    const members = bucket.members.filter(({ index }) => isWanted(index));
    return { pair: pairOfAll(members), members };
  });
}

function pairOfAll(members: readonly { signature: Signature; offset: number }[]): Pair {
  return members.map(({ signature, offset }) => pairAt(signature, offset)).reduce(union, noPair);
}

/** Of equals the first is taken: an empty bucket is kept for those that need it. */
const negligible = 1e-9;

/** The rarest pairs of a signature, the rarest first. */
function choicesOf(signature: Signature) {
  return Array.from({ length: Math.max(1, signature.bytes.length - 1) }, (_, offset) => {
    const pair = pairAt(signature, offset);
    return { pair, offset, cost: costOf(pair) };
  })
    .sort((a, b) => a.cost - b.cost)
    .slice(0, 8);
}
