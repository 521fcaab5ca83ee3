import type { Backend, FileReader, Hints, PstoreRecord, Report } from '@pstore-decode/formats';
import { interpret } from '@pstore-decode/formats';
import type { ByteRange, Fuel, Limits } from '@pstore-decode/formats/bytes';
import type { Unwrapped } from './containers/container.js';
import type { Guard } from './guard.js';
import type { LocateOptions } from './locate.js';
import type { MediumFindings } from './medium-findings.js';

export interface SalvageOptions extends LocateOptions {
  readonly hints?: Hints;
  /** In place of the figures of `defaultLimits`. */
  readonly limits?: Partial<Limits>;
  /** In place of THE LIST. */
  readonly backends?: readonly Backend[];
  /** In place of THE LIST. */
  readonly fileReaders?: readonly FileReader[];
  /** Look also where nothing says that there is a record: slow, and what it finds may be something else. */
  readonly carve?: boolean;
  /** Bytes of one area, or of all files for one reader, that are held in memory; 1 GiB by default. */
  readonly maxArea?: number;
}

/** What the steps of one salvage share. */
export interface Run {
  readonly source: Unwrapped;
  readonly report: Report;
  readonly options: SalvageOptions;
  readonly spent: Fuel;
  readonly medium: MediumFindings;
  readonly decoder: Guard;
}

/** Bytes that are held in memory at once, where the caller does not say. */
export const most = 1 << 30;

/** The records of a walk, up to its end or the error that ends it. */
export function* walked(
  begin: () => Iterable<PstoreRecord>,
  at: ByteRange | null,
  decoder: Guard,
): Generator<PstoreRecord> {
  const begun = decoder.attempt(() => begin()[Symbol.iterator](), at);
  if (begun === null) return;
  const walk = begun.value;
  try {
    for (;;) {
      const step = decoder.attempt(() => walk.next(), at);
      if (step === null || step.value.done === true) return;
      yield interpret(step.value.value);
    }
  } finally {
    walk.return?.();
  }
}
