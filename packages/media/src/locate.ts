import type { Backend, Report } from '@pstore-decode/formats';
import type { ByteRange } from '@pstore-decode/formats/bytes';
import { breather } from './breathe.js';
import { rangeSet } from './range-set.js';
import { scannerFor } from './signatures.js';
import { checkRange, type RandomAccessSource } from './source.js';

export interface LocateOptions {
  /** Search here only; by default the whole medium. Name it for physical memory: reading a device register can act. */
  readonly within?: readonly ByteRange[];
  /** Bytes read at once, 4 MiB by default. The hits do not depend on it. */
  readonly chunkSize?: number;
  /** Hits kept for each backend, a million by default. */
  readonly maxHits?: number;
  /** Ends the search with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Bytes searched so far, and bytes to search. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Where the probe of a backend found something. */
export interface Located {
  readonly backend: Backend;
  /** Offsets in the root medium, ascending, each once. */
  readonly hits: readonly number[];
  /** Hits behind these that were not kept. */
  readonly dropped: number;
}

/**
 * One pass over the medium for all backends, in chunks that overlap by the widest window. Gives one row for each
 * backend, in their order. Reports what the medium reports, each chunk for itself, and `limit.hits` for dropped hits.
 * @throws RangeError when `chunkSize` is no positive whole number or `within` does not lie on the medium
 */
export async function locate(
  source: RandomAccessSource,
  backends: readonly Backend[],
  report: Report,
  options: LocateOptions = {},
): Promise<readonly Located[]> {
  const { chunkSize = 4 << 20, maxHits = 1_000_000, signal, onProgress } = options;
  if (!(Number.isSafeInteger(chunkSize) && chunkSize > 0)) throw new RangeError(`chunk size ${chunkSize}`);
  const wanted = rangesToSearch(source.size, options.within);
  const total = wanted.reduce((sum, range) => sum + range.end - range.start, 0);
  const rows = backends.map((backend) => ({ backend, hits: [] as number[], dropped: 0 }));
  const searched = rows.flatMap((row) => row.backend.probe.signatures.map((signature) => ({ signature, row })));
  const scan = scannerFor(searched.map(({ signature }) => signature));
  const overlap = Math.max(0, ...backends.map(({ probe }) => reach(probe) - 1));
  const breathe = breather();
  let done = 0;
  for (const range of wanted) {
    for (let start = range.start; start < range.end; start += chunkSize) {
      signal?.throwIfAborted();
      const end = Math.min(range.end, start + chunkSize);
      const { bytes } = await source.read({ start, end: Math.min(source.size, end + overlap) }, report);
      const found = new Map(rows.map((row) => [row, [] as number[]]));
      scan(bytes, end - start, (at, index) => {
        const { row } = searched[index]!;
        const { probe } = row.backend;
        if (probe.accepts(bytes.subarray(at, at + probe.window))) found.get(row)!.push(start + at);
      });
      for (const [row, hits] of found) {
        const news = ascending(hits);
        const room = maxHits - row.hits.length;
        for (let i = 0; i < news.length && i < room; i++) row.hits.push(news[i]!);
        row.dropped += Math.max(0, news.length - room);
      }
      done += end - start;
      onProgress?.(done, total);
      await breathe();
    }
  }
  for (const { backend, hits, dropped } of rows) {
    if (dropped === 0) continue;
    const at = { start: (hits.at(-1) ?? -1) + 1, end: source.size };
    report({ code: 'limit.hits', at, detail: `${dropped} hits of ${backend.name} behind the first ${hits.length}` });
  }
  return rows;
}

/** Ascending and disjoint, so that no hit is found twice. */
function rangesToSearch(size: number, within: readonly ByteRange[] | undefined): ByteRange[] {
  const whole = { start: 0, end: size };
  if (within === undefined) return [whole];
  const set = rangeSet();
  for (const range of within) {
    checkRange(range, size);
    set.add(range);
  }
  return set.within(whole);
}

/** Bytes from the first of a hit that its probe looks at. */
function reach(probe: Backend['probe']): number {
  return Math.max(probe.window, ...probe.signatures.map(({ bytes }) => bytes.length));
}

/** Sorted, each once. */
function ascending(offsets: readonly number[]): ArrayLike<number> {
  return offsets.length === 0
    ? []
    : Float64Array.from(offsets)
        .sort()
        .filter((offset, i, all) => offset !== all[i - 1]);
}
