import type { Backend, Report } from '@pstore-decode/formats';
import type { ByteRange } from '@pstore-decode/formats/bytes';
import { rangeSet } from '../range-set.js';
import { stands } from '../signatures.js';
import { checkRange, type RandomAccessSource } from '../source.js';
import { type SearchManner, searchMedium } from './search.js';
import { type SegmentsPlan, segmentsOf } from './segments.js';

export interface HitOptions extends SearchManner {
  /** Search and read here only; by default the whole medium. Name it for physical memory: reading a device register can act. */
  readonly within?: readonly ByteRange[];
  /** Bytes searched at once, 4 MiB by default. The hits do not depend on it. */
  readonly chunkSize?: number;
  /** Hits given of each backend, a million by default. What is behind them is not looked at. */
  readonly maxHits?: number;
  /** Bytes searched so far, bytes to search, and hits given so far. */
  readonly onProgress?: (done: number, total: number, found: number) => void;
}

/** Hits of one backend in a stretch of the medium. Stretches ascend. */
export interface Hits {
  /** Index in the list of backends. */
  readonly backend: number;
  /** Offsets in the root medium, ascending, each once. */
  readonly hits: Float64Array;
}

/**
 * One pass over the medium for all backends: gives hits while it goes on, in the order of the medium, in segments that
 * overlap by the widest window. Reports what the medium reports, each segment for itself, and `limit.hits` where hits end
 * that are given.
 * @throws RangeError when `chunkSize` is no positive whole number or `within` does not lie on the medium; TypeError when a
 * signature has no bytes, or not as many as its mask
 */
export async function* hitsOf(
  source: RandomAccessSource,
  backends: readonly Backend[],
  report: Report,
  options: HitOptions = {},
): AsyncGenerator<Hits, void, void> {
  const { chunkSize = 4 << 20, maxHits = 1_000_000, onProgress } = options;
  if (!(Number.isSafeInteger(chunkSize) && chunkSize > 0)) throw new RangeError(`chunk size ${chunkSize}`);
  const window = Math.max(1, ...backends.map(({ probe }) => reach(probe)));
  const ranges = rangesToSearch(source.size, options.within);
  const plan: SegmentsPlan = { ranges, length: chunkSize, overlap: window - 1, size: source.size };
  const segments = segmentsOf(plan);
  const rows = backends.map((backend) => ({ backend, count: 0, isCut: false, found: new Map<number, number[]>() }));
  const searched = rows.flatMap((row) => row.backend.probe.signatures.map((signature) => ({ signature, row })));
  for (const { bytes, mask } of searched.map(({ signature }) => signature)) {
    if (bytes.length === 0 || bytes.length !== mask.length) throw new TypeError('a signature without bytes or mask');
  }
  const whole = new Set<number>();
  const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  let done = 0;
  let ordered = 0;
  const search = {
    signatures: searched.map(({ signature }) => signature),
    plan,
    window,
    isWanted: (index: number) => !searched[index]!.row.isCut,
    found(segment: number, at: number, index: number, bytes: Uint8Array, offset: number) {
      const { signature, row } = searched[index]!;
      if (row.isCut || !stands(signature, bytes, offset)) return;
      const { probe } = row.backend;
      const hits = row.found.get(segment) ?? [];
      if (hits.at(-1) === at || !probe.accepts(bytes.subarray(offset, offset + probe.window))) return;
      hits.push(at);
      row.found.set(segment, hits);
    },
  };
  for await (const segment of searchMedium(source, search, report, options)) {
    const { start, end } = segments.at(segment);
    done += end - start;
    onProgress?.(
      done,
      total,
      rows.reduce((sum, { count }) => sum + count, 0),
    );
    whole.add(segment);
    for (; whole.delete(ordered); ordered++) {
      for (const [index, row] of rows.entries()) {
        const hits = ascending(row.found.get(ordered) ?? []);
        row.found.delete(ordered);
        if (row.isCut || hits.length === 0) continue;
        const given = hits.slice(0, maxHits - row.count);
        row.count += given.length;
        row.isCut = given.length < hits.length;
        yield { backend: index, hits: given };
        if (!row.isCut) continue;
        const at = { start: hits[given.length]!, end: source.size };
        report({ code: 'limit.hits', at, detail: `hits of ${row.backend.name} behind the first ${row.count}` });
      }
    }
  }
}

/** Ascending and disjoint, so that no hit is found twice. */
function rangesToSearch(size: number, within: readonly ByteRange[] | undefined): ByteRange[] {
  const whole = { start: 0, end: size };
  if (within === undefined) return size === 0 ? [] : [whole];
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
function ascending(offsets: readonly number[]): Float64Array {
  return Float64Array.from(offsets)
    .sort()
    .filter((offset, i, all) => offset !== all[i - 1]);
}
