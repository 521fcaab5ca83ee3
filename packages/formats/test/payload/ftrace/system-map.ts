import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { SymbolLookup } from '../../../src/payload/index.js';

export const vector = new URL('../../../../../test-vectors/ramoops/ftrace-noecc-7.2/', import.meta.url);

/**
 * The text symbols of the vector as the kernel finds them: of those at one address the first that is not weak, its size
 * up to the next address. Nothing is found at or behind the last one, where modules may begin.
 */
export function systemMapLookup(): SymbolLookup {
  const lines = gunzipSync(readFileSync(new URL('System.map.gz', vector)))
    .toString('latin1')
    .trimEnd()
    .split('\n');
  const best = new Map<bigint, { readonly name: string; readonly rank: number }>();
  for (const line of lines) {
    const [address = '', kind = '', name = ''] = line.split(' ');
    const rank = (kind.toLowerCase() === 'w' ? 1000 : 0) + (/^_*/.exec(name)?.[0].length ?? 0);
    const at = BigInt(`0x${address}`);
    if (rank < (best.get(at)?.rank ?? Number.POSITIVE_INFINITY)) best.set(at, { name, rank });
  }
  const starts = [...best.keys()].sort((a, b) => (a < b ? -1 : 1));
  return (address) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as bigint) <= address) low = middle + 1;
      else high = middle;
    }
    const start = starts[low - 1];
    const next = starts[low];
    if (start === undefined || next === undefined) return null;
    const { name } = best.get(start) as { readonly name: string };
    return { name, offset: Number(address - start), size: Number(next - start) };
  };
}
