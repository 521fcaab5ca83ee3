import type { ByteRange } from '@pstore-decode/formats';

/** A file of a folder, on the medium that the files make one behind the other. */
export interface FolderFile {
  readonly path: string;
  readonly range: ByteRange;
}

/** A range as it stands in its file. */
export interface FilePlace {
  readonly path: string;
  /** From the start of the file. */
  readonly range: ByteRange;
}

/**
 * Where in a folder a range stands; null when it is not in one file.
 * @param files ascending and disjoint
 */
export function placeIn(files: readonly FolderFile[], at: ByteRange): FilePlace | null {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((files[middle] as FolderFile).range.end <= at.start) low = middle + 1;
    else high = middle;
  }
  const file = files[low];
  if (file === undefined || at.start < file.range.start || at.end > file.range.end) return null;
  const { start } = file.range;
  return { path: file.path, range: { start: at.start - start, end: at.end - start } };
}
