import {
  type Backend,
  diskEnd,
  type Finding,
  type Partition,
  type PstoreRecord,
  partitionsOf,
  type Report,
  backends as theBackends,
} from '@pstore-decode/formats';
import type { ByteRange } from '@pstore-decode/formats/bytes';
import { type Claim, contests, settle } from './rivals.js';
import { most, type Run, walked } from './run.js';
import { hitsOf } from './scan/hits.js';
import type { RandomAccessSource } from './source.js';

/**
 * The records of all backends in the areas that they want to read, while the search goes on: a stretch of the medium
 * without a hit parts what stands before it from what stands behind.
 * @param within where they are searched
 */
export async function* recordsOfAreas(
  run: Run,
  within: readonly ByteRange[] | undefined,
): AsyncGenerator<PstoreRecord, void, void> {
  const { source, options, medium } = run;
  const { hints = {}, backends = theBackends, signal } = options;
  const searched = within ?? (await source.dataRanges?.(medium.report, signal));
  // A region that is named by its address is wanted once, whatever is found.
  const quiet = hints.ramoops?.memAddress === undefined ? farApart : Number.POSITIVE_INFINITY;
  /** Hits of each backend, by its place in the list; of those that had none before, none now. */
  let found = new Map<number, number[]>();
  const had = new Set<number>();
  let last = Number.POSITIVE_INFINITY;
  for await (const { backend, hits } of hitsOf(source, backends, medium.report, {
    ...options,
    ...(searched && { within: searched }),
  })) {
    if (hits[0]! - last > quiet) {
      yield* recordsOfHits(run, backends, found);
      if (run.decoder.isUsedUp()) return;
      found = new Map();
    }
    const known = found.get(backend) ?? [];
    for (const hit of hits) known.push(hit);
    found.set(backend, known);
    had.add(backend);
    last = hits.at(-1)!;
  }
  medium.flush();
  for (const backend of backends.keys()) if (!had.has(backend)) found.set(backend, []);
  yield* recordsOfHits(run, backends, found);
}

/** No area reaches so far from its hits, in bytes. */
const farApart = 512 << 20;

async function* recordsOfHits(
  run: Run,
  backends: readonly Backend[],
  found: ReadonlyMap<number, readonly number[]>,
): AsyncGenerator<PstoreRecord, void, void> {
  const { source, report, options, decoder } = run;
  const { hints = {}, maxArea = most } = options;
  const claims = backends.flatMap((backend, i) => {
    const hits = found.get(i);
    if (hits === undefined) return [];
    const wanted = decoder.attempt(() => backend.areas(hits, source.size, hints, report), null);
    const named = (wanted?.value ?? []).flatMap((whole) => partsOf(whole, options.within ?? [whole]));
    return named.map((part) => ({ backend, hits, range: clipped(part, maxArea, report) }));
  });
  const isDisk = claims.length > 0 && options.within === undefined;
  const partitions = isDisk ? await partitionsIn(source) : [];
  for (const group of contests(claims.map((claim) => ({ ...claim, partitions })))) {
    if (group.length === 1) yield* recordsOfClaim(run, group[0]!, report);
    else yield* recordsOfContest(run, group);
    if (decoder.isUsedUp()) return;
  }
}

interface LocatedClaim extends Claim {
  /** Of the whole medium. */
  readonly hits: readonly number[];
  readonly partitions: readonly Partition[];
}

async function* recordsOfClaim(
  run: Run,
  { backend, range, hits, partitions }: LocatedClaim,
  report: Report,
): AsyncGenerator<PstoreRecord, void, void> {
  const { source, options, spent, medium, decoder } = run;
  const { hints = {}, signal } = options;
  signal?.throwIfAborted();
  decoder.attempt(() => spent.spend(range.end - range.start), range);
  if (decoder.isUsedUp()) return;
  const content = await source.read(range, medium.report);
  medium.flush();
  const inside = hits.slice(firstFrom(hits, range.start), firstFrom(hits, range.end));
  const isExcerpt = !(options.within ?? [{ start: 0, end: source.size }]).some((whole) => isSame(whole, range));
  const area = { range, content, hits: inside, partitions, isExcerpt };
  yield* walked(() => backend.records(area, report, hints, spent), range, decoder);
}

/** All read what they claim before any record of it is given. */
async function* recordsOfContest(run: Run, claims: readonly LocatedClaim[]): AsyncGenerator<PstoreRecord, void, void> {
  const readings = new Map<string, { readonly records: PstoreRecord[]; readonly findings: Finding[] }>();
  for (const claim of claims) {
    const { name } = claim.backend;
    const { records, findings } = readings.get(name) ?? { records: [], findings: [] };
    readings.set(name, { records, findings });
    for await (const record of recordsOfClaim(run, claim, (finding) => findings.push(finding))) records.push(record);
    if (run.decoder.isUsedUp()) break;
  }
  for (const { records, findings } of settle([...readings].map(([backend, reading]) => ({ backend, ...reading })))) {
    for (const finding of findings) run.report(finding);
    yield* records;
  }
}

const nothing = new Uint8Array(0);

/** What is wrong with the ends of the medium is told by whoever reads them for records. */
async function partitionsIn(source: RandomAccessSource): Promise<Partition[]> {
  const { size } = source;
  const silent = () => undefined;
  const { bytes: head } = await source.read({ start: 0, end: Math.min(diskEnd, size) }, silent);
  const isWhole = head.length === size;
  const tail = isWhole
    ? nothing
    : (await source.read({ start: Math.max(diskEnd, size - diskEnd), end: size }, silent)).bytes;
  return partitionsOf({ head, tail, size });
}

/** What of an area lies where the caller wants to have read. */
function partsOf({ start, end }: ByteRange, within: readonly ByteRange[]): ByteRange[] {
  return within
    .map((range) => ({ start: Math.max(start, range.start), end: Math.min(end, range.end) }))
    .filter((part) => part.start < part.end || start === end);
}

function isSame(a: ByteRange, b: ByteRange): boolean {
  return a.start === b.start && a.end === b.end;
}

function clipped(range: ByteRange, longest: number, report: Report): ByteRange {
  if (range.end - range.start <= longest) return range;
  const end = range.start + longest;
  report({ code: 'limit.area', at: { start: end, end: range.end }, detail: `area of more than ${longest} bytes` });
  return { start: range.start, end };
}

/** Index of the first offset that is not below `at`. */
function firstFrom(offsets: readonly number[], at: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (offsets[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
