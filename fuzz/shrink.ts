/**
 * A smaller or plainer input that still fails in the same way: shorter from the end, then stretches of zeros, from large
 * to small. `fails` is asked at most `tries` times.
 */
export async function shrink(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
  tries = 200,
): Promise<Uint8Array> {
  let best = input;
  let left = tries;
  const take = async (candidate: Uint8Array) => {
    left -= 1;
    if (left < 0 || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let cut = best.length >> 1; cut > 0 && left > 0; cut >>= 1) {
    while (cut <= best.length && (await take(best.slice(0, best.length - cut))));
  }
  for (let step = best.length >> 1; step > 0 && left > 0; step >>= 1) {
    for (let at = 0; at < best.length && left > 0; at += step) {
      if (best.subarray(at, at + step).some((byte) => byte !== 0)) await take(best.slice().fill(0, at, at + step));
    }
  }
  return best;
}
