import type { Report } from '@pstore-decode/formats';
import { breather } from '../breathe.js';
import type { RandomAccessSource } from '../source.js';
import { type Bucket, bucketsOf, withoutUnwanted } from './buckets.js';
import type { DirectAccess, HelperNews } from './direct-access.js';
import type { Search, SearchManner } from './search.js';
import { type Segments, segmentsOf } from './segments.js';
import { type Kernel, simdScanner } from './simd-scanner.js';
import { kernelTable } from './table.js';

/** Measured with page-cached files: a second thread gains nothing at 256 MiB, a twelfth at 512 MiB. In bytes to search. */
const threadsWorthFrom = 512 << 20;
/** Each takes 15 MB, and the fourth hardly finds memory that is free. */
const mostThreads = 4;

/** `searchMedium` with the kernel, here and, where the medium has direct access, in threads beside. */
export async function* searchWithKernel(
  kernel: Kernel,
  source: RandomAccessSource,
  search: Search,
  total: number,
  report: Report,
  { threads, signal }: SearchManner,
): AsyncGenerator<number, void, void> {
  const { plan, signatures, window } = search;
  const segments = segmentsOf(plan);
  const reach = Math.max(0, ...signatures.map(({ bytes }) => bytes.length));
  const room = Math.min(plan.length, total) + plan.overlap;
  let buckets = bucketsOf(signatures.map((signature, index) => ({ signature, index })));
  const table = kernelTable(buckets);
  const scanner = simdScanner(kernel, table, room, reach);
  const next = new Int32Array(new SharedArrayBuffer(4));
  let { direct } = source;
  const count = direct === undefined ? 1 : (threads ?? threadsFor(total, direct));
  const helpers =
    direct === undefined || count <= 1
      ? null
      : await direct.startHelpers(count - 1, { kernel, table, plan, room, reach, window, next });

  async function searchHere(index: number): Promise<void> {
    const { start, end, readEnd } = segments.at(index);
    const bytes = scanner.input.subarray(0, readEnd - start);
    if (direct?.fill(bytes, start) !== true) {
      direct = undefined; // what fails may fail slowly, and must not hold up everything else
      bytes.set((await source.read({ start, end: readEnd }, report)).bytes);
    }
    scanner.find(end - start, (at, signature) => {
      search.found(index, start + at, signature, bytes, at);
    });
  }

  async function* take(news: HelperNews): AsyncGenerator<number, void, void> {
    tellCandidates(news, segments, search);
    for (const index of news.unread) await searchHere(index);
    yield* news.unread;
    yield* news.searched;
  }

  function leaveOut(): void {
    const isUnwanted = ({ members }: Bucket) => members.some(({ index }) => !search.isWanted(index));
    if (!buckets.some(isUnwanted)) return;
    buckets = withoutUnwanted(buckets, search.isWanted);
    const smaller = kernelTable(buckets);
    scanner.load(smaller);
    helpers?.load(smaller);
  }

  const breathe = breather();
  try {
    for (let index = Atomics.add(next, 0, 1); index < segments.count; index = Atomics.add(next, 0, 1)) {
      signal?.throwIfAborted();
      await searchHere(index);
      yield index;
      for (let news = helpers?.news(); news != null; news = helpers?.news()) yield* take(news);
      leaveOut();
      await breathe();
    }
    for (let news = await helpers?.lastNews(); news != null; news = await helpers?.lastNews()) {
      signal?.throwIfAborted();
      yield* take(news);
      leaveOut();
    }
  } finally {
    await helpers?.stop();
  }
}

function threadsFor(total: number, direct: DirectAccess): number {
  return total < threadsWorthFrom ? 1 : Math.min(mostThreads, direct.processors());
}

function tellCandidates({ candidates, windows }: HelperNews, segments: Segments, { window, found }: Search): void {
  for (let i = 0; 4 * i < candidates.length; i++) {
    const [segment = 0, offset = 0, signature = 0, given = 0] = candidates.subarray(4 * i, 4 * i + 4);
    const bytes = windows.subarray(i * window, i * window + given);
    found(segment, segments.at(segment).start + offset, signature, bytes, 0);
  }
}
