import type { PstoreRecord } from '@pstore-decode/formats';
import { type ByteRange, fuel, gaps } from '@pstore-decode/formats/bytes';
import { carve, type KnownTexts } from '@pstore-decode/formats/dump';
import { breather } from './breathe.js';
import type { RangeSet } from './range-set.js';
import { type Run, walked } from './run.js';

/**
 * What looks like a record in all that no record holds, piece by piece; text that was shown is told, not shown again.
 * @param taken what records hold
 */
export async function* carvedRecords(
  run: Run,
  taken: RangeSet,
  shown: KnownTexts,
): AsyncGenerator<PstoreRecord, void, void> {
  const { source, options, medium } = run;
  const wanted = options.within ?? (await source.dataRanges?.(medium.report, options.signal));
  const open = (wanted ?? [{ start: 0, end: source.size }]).flatMap((range) => gaps(range, taken.within(range)));
  const total = open.reduce((sum, { start, end }) => sum + end - start, 0);
  const breathe = breather();
  let done = 0;
  let found = 0;
  for (const range of open) {
    for (let start = range.start, next = start; start < range.end; start = next) {
      options.signal?.throwIfAborted();
      next = Math.min(range.end, start + piece);
      for (const record of await recordsOfPiece(run, { start, end: Math.min(range.end, next + reach) })) {
        // What begins behind the piece is whole in the next one.
        if (record.stored.start >= next && next < range.end) continue;
        next = Math.max(next, record.stored.end);
        const same = shown.find(record);
        if (same === null) {
          shown.add(record);
          found += 1;
          yield record;
        } else
          run.report({
            code: 'recovered.same',
            at: record.stored,
            detail: `as at 0x${same.stored.start.toString(16)}`,
          });
      }
      if (run.decoder.isUsedUp()) return;
      done += next - start;
      options.onProgress?.(done, total, found);
      await breathe();
    }
  }
}

/** In bytes. */
const piece = 8 << 20;

/** No dump is longer. */
const reach = 1 << 20;

/** Ascending. Each piece has steps of its own: the way through a large medium is long, and its end known. */
async function recordsOfPiece(run: Run, range: ByteRange): Promise<PstoreRecord[]> {
  const { source, options, spent, medium, decoder } = run;
  const content = await source.read(range, medium.report);
  medium.flush();
  const steps = fuel({ ...spent.limits });
  const records = [...walked(() => carve(content, options.hints ?? {}, steps), range, decoder)];
  for (const { payload } of records) decoder.attempt(() => spent.record(payload.bytes.length), range);
  return records.sort((a, b) => a.stored.start - b.stored.start);
}
