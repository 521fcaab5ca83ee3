import {
  type Area,
  type Backend,
  type Hints,
  type PstoreRecord,
  type Report,
  backends as theBackends,
} from '@pstore-decode/formats';
import { type ByteRange, defaultLimits, FormatError, type Fuel, fuel, type Limits } from '@pstore-decode/formats/bytes';
import { breather } from './breathe.js';
import { type LocateOptions, locate } from './locate.js';
import { joinMediumFindings } from './medium-findings.js';
import type { RandomAccessSource } from './source.js';

export interface SalvageOptions extends LocateOptions {
  readonly hints?: Hints;
  /** In place of the figures of `defaultLimits`. */
  readonly limits?: Partial<Limits>;
  /** In place of THE LIST. */
  readonly backends?: readonly Backend[];
  /** Bytes of one area that are held in memory, 1 GiB by default; what lies behind is not read. */
  readonly maxArea?: number;
}

/**
 * The pipeline: search the medium, let each backend say which areas it wants, read them whole, and give their records,
 * backend after backend. A walk that ends in a `FormatError` is a finding on its area, and the next area goes on; a
 * limit that is used up ends the whole. Any other exception is our bug and comes through.
 * @param report told while the walk goes on: what concerns no single record
 * @throws the reason of `signal` when it is aborted; RangeError as `locate` does
 */
export async function* salvage(
  source: RandomAccessSource,
  report: Report,
  options: SalvageOptions = {},
): AsyncGenerator<PstoreRecord, void, void> {
  const { hints = {}, backends = theBackends, maxArea = 1 << 30, signal } = options;
  const spent = fuel({ ...defaultLimits, ...options.limits });
  const medium = joinMediumFindings(report);
  const decoder = guard(report);
  const breathe = breather();
  try {
    const located = await locate(source, backends, medium.report, options);
    medium.flush();
    for (const { backend, hits } of located) {
      const wanted = decoder.attempt(() => backend.areas(hits, source.size, hints, report), null);
      for (const whole of wanted?.value ?? []) {
        signal?.throwIfAborted();
        const range = clipped(whole, maxArea, report);
        decoder.attempt(() => spent.spend(range.end - range.start), range);
        if (decoder.isUsedUp()) return;
        const content = await source.read(range, medium.report);
        medium.flush();
        const area = { range, content, hits: hits.slice(firstFrom(hits, range.start), firstFrom(hits, range.end)) };
        for (const record of recordsOf(backend, area, report, hints, spent, decoder)) {
          yield record;
          await breathe();
          signal?.throwIfAborted();
        }
        if (decoder.isUsedUp()) return;
      }
    }
  } finally {
    medium.flush();
  }
}

/** The records of an area, up to the end of the walk or the error that ends it. */
function* recordsOf(
  backend: Backend,
  area: Area,
  report: Report,
  hints: Hints,
  spent: Fuel,
  decoder: Guard,
): Generator<PstoreRecord> {
  const begun = decoder.attempt(() => backend.records(area, report, hints, spent)[Symbol.iterator](), area.range);
  if (begun === null) return;
  const walk = begun.value;
  try {
    for (;;) {
      const step = decoder.attempt(() => walk.next(), area.range);
      if (step === null || step.value.done === true) return;
      yield step.value.value;
    }
  } finally {
    walk.return?.();
  }
}

interface Guard {
  /** What the step gives; null when it ended in a FormatError, which is told for `at`. */
  attempt<T>(step: () => T, at: ByteRange | null): { readonly value: T } | null;
  /** True once a limit was hit: it would be hit again by every step. */
  isUsedUp(): boolean;
}

/**
 * The only place where a failure to decode is caught. An error's own range counts from the start of whatever piece was
 * being read, which nobody knows here: the finding has the range of the area, its detail the figures of the message.
 */
function guard(report: Report): Guard {
  let usedUp = false;
  return {
    isUsedUp: () => usedUp,
    attempt(step, at) {
      try {
        return { value: step() };
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        usedUp ||= error.code.startsWith('limit.');
        report({ code: error.code, at, detail: error.message });
        return null;
      }
    },
  };
}

function clipped(range: ByteRange, most: number, report: Report): ByteRange {
  if (range.end - range.start <= most) return range;
  const end = range.start + most;
  report({ code: 'limit.area', at: { start: end, end: range.end }, detail: `area of more than ${most} bytes` });
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
