import type { Hints, PstoreRecord, Report } from '@pstore-decode/formats';
import type { RandomAccessSource } from '@pstore-decode/media';

/** A medium that is open for reading. */
export interface OpenMedium extends RandomAccessSource {
  /** Of a folder: how many files are in it whose names say nothing. Absent where the input is no folder. */
  readonly skipped?: number;
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
  const [{ salvage }, { MediumError, openFile, openFolder }] = await Promise.all([
    import('@pstore-decode/media'),
    import('@pstore-decode/media/node'),
  ]);
  return {
    async open(path, signal) {
      try {
        return await openFile(path, { signal });
      } catch (error) {
        if (error instanceof MediumError && error.code === 'directory') return openFolder(path, { signal });
        throw error;
      }
    },
    salvage,
  };
}
