import type { FileReader, NamedFile, Report } from '@pstore-decode/formats';
import type { NamedRange, RandomAccessSource } from './source.js';

/** The files of a source that one reader claims. */
export interface ClaimedFiles {
  readonly reader: FileReader;
  readonly files: readonly NamedRange[];
}

/** A row for each reader that claims any; a file is the first one's. */
export function claimedFiles(source: RandomAccessSource, readers: readonly FileReader[]): ClaimedFiles[] {
  const rows = readers.map((reader) => ({ reader, files: [] as NamedRange[] }));
  for (const file of source.files ?? []) rows.find(({ reader }) => reader.claims(file.path))?.files.push(file);
  return rows.filter(({ files }) => files.length > 0);
}

/**
 * The files with their bytes. What does not fit in memory with those before it is left out, and told.
 * @param most bytes of all files together
 * @param spend told the bytes of a file before it is read; false ends the reading
 */
export async function readNamedFiles(
  source: RandomAccessSource,
  files: readonly NamedRange[],
  most: number,
  spend: (file: NamedRange) => boolean,
  report: Report,
): Promise<NamedFile[]> {
  const named: NamedFile[] = [];
  let room = most;
  for (const file of files) {
    const { path, range } = file;
    const size = range.end - range.start;
    if (size > room) {
      report({ code: 'limit.area', at: range, detail: `files of more than ${most} bytes together` });
      continue;
    }
    if (!spend(file)) break;
    room -= size;
    named.push({ path, content: await source.read(range, report) });
  }
  return named;
}
