import type { Report, Signature } from '@pstore-decode/formats';
import { breather } from '../breathe.js';
import { scannerFor } from '../signatures.js';
import type { RandomAccessSource } from '../source.js';
import { searchWithKernel } from './kernel-search.js';
import { type SegmentsPlan, segmentsOf } from './segments.js';
import { compileKernel } from './simd-scanner.js';

/** What is searched. */
export interface Search {
  readonly signatures: readonly Signature[];
  readonly plan: SegmentsPlan;
  /** Bytes from the first of a candidate that `found` looks at; no signature is longer. */
  readonly window: number;
  /** False for a signature that is wanted no longer: it may be left out from the next segment on. */
  isWanted(signature: number): boolean;
  /**
   * Told of every place where a signature may stand, in any order, some twice. The bytes are good for this call only, and
   * fewer than `window` of them stand behind the offset only at the end of what was read.
   * @param at from the start of the medium
   * @param offset the same place in `bytes`
   */
  found(segment: number, at: number, signature: number, bytes: Uint8Array, offset: number): void;
}

/** How it is searched. What is found does not depend on it. */
export interface SearchManner {
  /** Threads, this one included, where the medium can be read by several; by default as many as are worth it, up to 4. */
  readonly threads?: number;
  /** Bytes to search from which the kernel is worth its start. */
  readonly kernelFrom?: number;
  /** Ends the search with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** The kernel takes 5 ms to start, in which TypeScript searches as much. */
const kernelWorthFrom = 8 << 20;

/**
 * Searches the medium, and gives the index of each segment when all in it has been told: in any order where there are
 * threads. Reports what the medium reports.
 */
export async function* searchMedium(
  source: RandomAccessSource,
  search: Search,
  report: Report,
  manner: SearchManner = {},
): AsyncGenerator<number, void, void> {
  const { kernelFrom = kernelWorthFrom, signal } = manner;
  const total = search.plan.ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  const kernel = total >= kernelFrom ? compileKernel() : null;
  if (kernel === null) yield* searchPlainly(source, search, report, signal);
  else yield* searchWithKernel(kernel, source, search, total, report, manner);
}

/** In TypeScript alone. */
async function* searchPlainly(
  source: RandomAccessSource,
  { signatures, plan, found }: Search,
  report: Report,
  signal: AbortSignal | undefined,
): AsyncGenerator<number, void, void> {
  const scan = scannerFor(signatures);
  const segments = segmentsOf(plan);
  const breathe = breather();
  for (let index = 0; index < segments.count; index++) {
    signal?.throwIfAborted();
    const { start, end, readEnd } = segments.at(index);
    const { bytes } = await source.read({ start, end: readEnd }, report);
    scan(bytes, end - start, (at, signature) => {
      found(index, start + at, signature, bytes, at);
    });
    yield index;
    await breathe();
  }
}
