import type { ByteRange, Hints, PstoreRecord, Report } from '@pstore-decode/formats';
import type { RandomAccessSource, ScanRow, Unwrapped } from '@pstore-decode/media';
import type { OpenOptions } from '@pstore-decode/media/node';

/** A medium that is open for reading: what is inside, where the input is a container. */
export interface OpenMedium extends Unwrapped {
  /** Of a folder: how many files are in it whose names say nothing. Absent where the input is no folder. */
  readonly skipped?: number;
  /** True when what was read may belong to two states of it. */
  hasChanged(): Promise<boolean>;
  close(): Promise<void>;
}

export interface SearchOptions {
  readonly signal: AbortSignal;
  /** Search here only. */
  readonly within?: readonly ByteRange[];
  readonly threads?: number;
  /** Bytes searched so far, bytes to search, and places found until now. */
  readonly onProgress?: (done: number, total: number, found: number) => void;
}

interface SalvageOptions extends SearchOptions {
  readonly hints: Hints;
  readonly carve: boolean;
}

/** What the commands need of the floors below: a test can put records of its own in its place. */
export interface Engine {
  /**
   * @param report told what was wrong on the way to what is inside
   * @param onUnpack of a compressed input: bytes of it that were taken so far, and all of them
   * @throws MediumError when the path cannot be read; the reason of the signal
   */
  open(
    path: string,
    signal: AbortSignal,
    report: Report,
    onUnpack?: (done: number, total: number) => void,
  ): Promise<OpenMedium>;
  salvage(source: RandomAccessSource, report: Report, options: SalvageOptions): AsyncIterable<PstoreRecord>;
  /** Where backends would begin to read. */
  scan(source: RandomAccessSource, report: Report, options: SearchOptions): AsyncIterable<ScanRow>;
}

/** The real one, loaded when a medium is to be read and not before: `--version` and help need no decoder. */
export async function mediaEngine(): Promise<Engine> {
  const [{ salvage, scan, unwrap }, { MediumError, openFile, openFolder }] = await Promise.all([
    import('@pstore-decode/media'),
    import('@pstore-decode/media/node'),
  ]);
  async function opened(path: string, options: OpenOptions) {
    try {
      return await openFile(path, options);
    } catch (error) {
      if (error instanceof MediumError && error.code === 'directory') return openFolder(path, options);
      throw error;
    }
  }
  return {
    async open(path, signal, report, onUnpack) {
      const medium = await opened(path, { signal, ...(onUnpack && { onUnpack }) });
      const inner = await unwrap(medium, report, undefined, signal).catch(async (error: unknown) => {
        await medium.close();
        throw error;
      });
      if (inner === medium) return medium;
      for (const finding of medium.findings ?? []) report(finding);
      return { ...inner, hasChanged: () => medium.hasChanged(), close: () => medium.close() };
    },
    salvage,
    scan,
  };
}
