import { type PstoreRecord, type Report, fileReaders as theFileReaders } from '@pstore-decode/formats';
import { type ByteRange, defaultLimits, fuel, gaps, hull } from '@pstore-decode/formats/bytes';
import { knownTexts } from '@pstore-decode/formats/dump';
import { recordsOfAreas } from './area-records.js';
import { breather } from './breathe.js';
import { carvedRecords } from './carve.js';
import { type ClaimedFiles, claimedFiles, readNamedFiles } from './claimed-files.js';
import { unwrap } from './containers.js';
import { guard } from './guard.js';
import { joinMediumFindings } from './medium-findings.js';
import { rangeSet } from './range-set.js';
import { most, type Run, type SalvageOptions, walked } from './run.js';
import type { RandomAccessSource } from './source.js';

/**
 * The pipeline: the medium is taken out of the containers that it comes in, and all ranges told are of what is inside.
 * Files that are known by their paths go to their readers. Then the rest of the medium is searched, each
 * backend says which areas it wants, they are read whole, and it gives their records, backend after backend; where
 * several claim the same bytes the reading that accounts for most of them stays. A small
 * medium that gave nothing may be a file whose name was lost: readers of files look at it once more. Last, where the
 * caller wants it, what no record holds is carved.
 * A walk that ends in a `FormatError` is a finding on its area, and the next area goes on; a limit that is used up ends
 * the whole. Any other exception is our bug and comes through.
 * @param report told while the walk goes on: what concerns no single record
 * @throws the reason of `signal` when it is aborted; RangeError as `locate` does
 */
export async function* salvage(
  source: RandomAccessSource,
  report: Report,
  options: SalvageOptions = {},
): AsyncGenerator<PstoreRecord, void, void> {
  const { signal } = options;
  const spent = fuel({ ...defaultLimits, ...options.limits });
  const inner = options.within === undefined ? await unwrap(source, report, undefined, signal) : source;
  if (inner !== source) for (const finding of source.findings ?? []) report(finding);
  const run = { source: inner, report, options, spent, medium: joinMediumFindings(report), decoder: guard(report) };
  const breathe = breather();
  const taken = rangeSet();
  const shown = knownTexts();
  let isBare = true;
  try {
    for await (const record of recordsIn(run)) {
      isBare = false;
      if (options.carve === true) {
        taken.add(record.stored);
        shown.add(record);
      }
      yield record;
      await breathe();
      signal?.throwIfAborted();
    }
    if (isBare && !run.decoder.isUsedUp()) yield* namelessRecords(run);
    if (options.carve === true && !run.decoder.isUsedUp()) yield* carvedRecords(run, taken, shown);
  } finally {
    run.medium.flush();
  }
}

async function* recordsIn(run: Run): AsyncGenerator<PstoreRecord, void, void> {
  const { source, options, decoder } = run;
  for (const finding of source.findings ?? []) run.report(finding);
  const claimed = claimedFiles(source, options.fileReaders ?? theFileReaders);
  for (const row of claimed) {
    yield* recordsOfFiles(run, row);
    if (decoder.isUsedUp()) return;
  }
  const read = claimed.flatMap(({ files }) => files.map(({ range }) => range));
  const wanted = options.within ?? [{ start: 0, end: source.size }];
  const rest = read.length === 0 ? options.within : wanted.flatMap((range) => gaps(range, read));
  if (claimed.length === 0 || (rest ?? []).length > 0) yield* recordsOfAreas(run, rest);
}

async function* recordsOfFiles(run: Run, { reader, files }: ClaimedFiles): AsyncGenerator<PstoreRecord, void, void> {
  const { source, report, options, spent, medium, decoder } = run;
  const { hints = {}, maxArea = most, signal } = options;
  const spend = ({ range }: { readonly range: ByteRange }) => {
    signal?.throwIfAborted();
    return decoder.attempt(() => spent.spend(range.end - range.start), range) !== null;
  };
  const named = await readNamedFiles(source, files, maxArea, spend, medium.report);
  medium.flush();
  const at = hull(files.map(({ range }) => range));
  if (!decoder.isUsedUp()) yield* walked(() => reader.records(named, report, hints, spent), at, decoder);
}

/** Bytes of a file that lost its name; a part of a dump has a few thousand. */
const largestNameless = 1 << 20;

/** What readers make of a medium as one file whose path nobody knows. Not where the caller says where to search. */
async function* namelessRecords(run: Run): AsyncGenerator<PstoreRecord, void, void> {
  const { source, report, options, spent, medium, decoder } = run;
  const { hints = {}, fileReaders = theFileReaders, within } = options;
  const range = { start: 0, end: source.size };
  const readers = fileReaders.filter((reader) => reader.claims(''));
  const isTold = claimedFiles(source, fileReaders).length > 0;
  if (isTold || within !== undefined || source.size > largestNameless || source.size === 0) return;
  for (const reader of readers) {
    options.signal?.throwIfAborted();
    decoder.attempt(() => spent.spend(source.size), range);
    if (decoder.isUsedUp()) return;
    const file = { path: '', content: await source.read(range, medium.report) };
    medium.flush();
    yield* walked(() => reader.records([file], report, hints, spent), range, decoder);
  }
}
