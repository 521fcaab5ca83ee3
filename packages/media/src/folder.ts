import { type BigIntStats, promises } from 'node:fs';
import { join } from 'node:path';
import { type Finding, fileReaders, type Report } from '@pstore-decode/formats';
import { type ByteRange, concat, fill, nothing, type Span, type TracedBytes } from '@pstore-decode/formats/bytes';
import { sizeByReading } from './device-size.js';
import { openAccess, tellsSizes } from './file-access.js';
import { attempt, systemCode, type WalkOptions, walkFolder } from './folder-walk.js';
import { sourceFrom } from './read-at.js';
import { checkRange, type NamedRange, type RandomAccessSource } from './source.js';

/** The files of a folder that can hold records, one behind the other as one medium. */
export interface FolderSource extends RandomAccessSource {
  /** As the caller gave it. */
  readonly path: string;
  readonly kind: 'folder';
  /** In the order of their paths. */
  readonly files: readonly NamedRange[];
  /** What of the folder could not be looked at. */
  readonly findings: readonly Finding[];
  /** How many files are in it whose paths say nothing. */
  readonly skipped: number;
  /** True when size or time of a file are no longer those at opening. */
  hasChanged(): Promise<boolean>;
  /** Nothing is held open between two reads. */
  close(): Promise<void>;
}

export interface FolderOptions extends Omit<WalkOptions, 'claims'> {
  /** Which paths below the folder are wanted; by default those that a reader of THE LIST claims. */
  readonly claims?: (path: string) => boolean;
}

/**
 * Opens the files of a folder and of those below it. A link to a file counts as one, a link to a folder is not followed,
 * devices and pipes are not touched. A file is opened when it is read, read-only, and closed again. One that cannot be
 * looked at is a finding, and the rest is kept.
 * @throws MediumError when it is no folder or cannot be read; the reason of the signal
 */
export async function openFolder(path: string, options: FolderOptions = {}): Promise<FolderSource> {
  const { claims = isClaimed } = options;
  const findings: Finding[] = [];
  const found = await walkFolder(path, { ...options, claims }, findings);
  const told = tellsSizes(path);
  const files: FileInFolder[] = [];
  let start = 0;
  for (const { below, stat } of found.claimed) {
    options.signal?.throwIfAborted();
    const full = join(path, below);
    const size = await attempt(below, findings, async () => (told ? Number(stat.size) : sizeOf(full, stat)));
    if (size === null) continue;
    files.push({ path: below, range: { start, end: start + size }, full, stat });
    start += size;
  }
  return {
    path,
    kind: 'folder',
    size: start,
    files: files.map(({ path: below, range }) => ({ path: below, range })),
    findings,
    skipped: found.skipped,
    read: (range, report) => readAcross(files, range, start, report),
    hasChanged: () => anyHasChanged(files),
    close: async () => undefined,
  };
}

interface FileInFolder extends NamedRange {
  readonly full: string;
  readonly stat: BigIntStats;
}

function isClaimed(path: string): boolean {
  return fileReaders.some((reader) => reader.claims(path));
}

/** By reading, where the system does not tell. */
async function sizeOf(full: string, stat: BigIntStats): Promise<number> {
  const access = await openAccess(full, 'file', stat.size);
  try {
    return (await sizeByReading(access.readAt)) ?? 0;
  } finally {
    await access.close();
  }
}

async function readAcross(
  files: readonly FileInFolder[],
  range: ByteRange,
  size: number,
  report: Report,
): Promise<TracedBytes> {
  checkRange(range, size);
  const pieces: TracedBytes[] = [];
  for (let i = firstBehind(files, range.start); i < files.length; i++) {
    const file = files[i] as FileInFolder;
    if (file.range.start >= range.end) break;
    const start = Math.max(range.start, file.range.start);
    const end = Math.min(range.end, file.range.end);
    if (start < end) pieces.push(await readFrom(file, { start, end }, report));
  }
  const [only = nothing] = pieces;
  return pieces.length > 1 ? concat(...pieces) : only;
}

/** Index of the first file that ends behind `at`. */
function firstBehind(files: readonly NamedRange[], at: number): number {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((files[middle] as NamedRange).range.end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A range of the folder that lies in one file. What the file does not give is filled, and told. */
async function readFrom(file: FileInFolder, range: ByteRange, report: Report): Promise<TracedBytes> {
  const { start } = file.range;
  try {
    const access = await openAccess(file.full, 'file', file.stat.size);
    try {
      const source = sourceFrom(access.readAt, file.range.end - start);
      const told: Report = (finding) => report({ ...finding, at: finding.at && moved(finding.at, start) });
      const { bytes, spans } = await source.read(moved(range, -start), told);
      return { bytes, spans: spans.map((span): Span => ({ ...span, from: span.from && moved(span.from, start) })) };
    } finally {
      await access.close();
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    report({ code: 'medium.unreadable', at: range, detail: code });
    return fill(range.end - range.start, range.start);
  }
}

function moved({ start, end }: ByteRange, by: number): ByteRange {
  return { start: start + by, end: end + by };
}

async function anyHasChanged(files: readonly FileInFolder[]): Promise<boolean> {
  for (const { full, stat } of files) {
    const now = await promises.stat(full, { bigint: true }).catch(() => null);
    if (now === null || now.size !== stat.size || now.mtimeNs !== stat.mtimeNs) return true;
  }
  return false;
}
