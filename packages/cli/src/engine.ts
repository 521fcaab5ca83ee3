import type { Hints, PstoreRecord, Report } from '@pstore-decode/formats';
import type { RandomAccessSource } from '@pstore-decode/media';

/** A medium that is open for reading. */
export interface OpenMedium extends RandomAccessSource {
  /** True when what was read may belong to two states of it. */
  hasChanged(): Promise<boolean>;
  close(): Promise<void>;
}

interface SalvageOptions {
  readonly hints: Hints;
  readonly signal: AbortSignal;
}

/** What the commands need of the floors below: a test can put records of its own in its place. */
export interface Engine {
  /** @throws MediumError when the path cannot be read; the reason of the signal */
  open(path: string, signal: AbortSignal): Promise<OpenMedium>;
  salvage(source: RandomAccessSource, report: Report, options: SalvageOptions): AsyncIterable<PstoreRecord>;
}

/** The real one, loaded when a medium is to be read and not before: `--version` and help need no decoder. */
export async function mediaEngine(): Promise<Engine> {
  const [{ salvage }, { openFile }] = await Promise.all([
    import('@pstore-decode/media'),
    import('@pstore-decode/media/node'),
  ]);
  return { open: (path, signal) => openFile(path, { signal }), salvage };
}
