/** A stream of random numbers that its seed determines: the same on every machine. */
export interface Rng {
  /** 0 to 2^32 - 1. */
  next(): number;
  /** A whole number from 0 to below `n`; 0 when `n` is less than 1. */
  below(n: number): number;
  /** True once in `n`. */
  oneIn(n: number): boolean;
  /** @throws RangeError when the list is empty */
  pick<T>(list: readonly T[]): T;
}

/** Of one run: `seed` of the whole, the name of the target, the number of the run. */
export function rngOf(seed: number, target: string, run: number): Rng {
  let hash = 0x811c9dc5;
  for (const c of `${seed}/${target}/${run}`) hash = Math.imul(hash ^ c.charCodeAt(0), 0x01000193);
  return splitmix32(hash);
}

/** SplitMix32 (Steele, Lea, Flood 2014, with the 32-bit finalizer of MurmurHash3). */
function splitmix32(seed: number): Rng {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  const below = (n: number) => (n < 1 ? 0 : Math.floor((next() / 2 ** 32) * n));
  return {
    next,
    below,
    oneIn: (n) => below(n) === 0,
    pick(list) {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[below(list.length)] as (typeof list)[number];
    },
  };
}
