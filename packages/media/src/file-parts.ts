import { existsSync } from 'node:fs';
import type { Finding, Report } from '@pstore-decode/formats';
import { type ByteRange, concat, nothing, type Span, type TracedBytes } from '@pstore-decode/formats/bytes';
import type { FileSource } from './file.js';
import { checkRange, type NamedRange } from './source.js';

/** Files that are held open at once, below what systems allow. */
const mostParts = 512;

/**
 * The files that a medium is split into, when `path` names the first of several: `.001`, `.00` or `.aa`, in which tools
 * cut raw images, or `.E01`, the first segment of an EWF image. Only `path` where it names no first part, or the only one.
 */
export function partsOf(path: string): readonly string[] {
  const [, stem, first] = /^(.*\.)(0+[01]|aa+|[eE]01)$/s.exec(path) ?? [];
  const parts = [path];
  for (let next = first; stem !== undefined && next !== undefined && parts.length < mostParts; ) {
    next = following(next);
    if (next === undefined || !existsSync(stem + next)) return parts;
    parts.push(stem + next);
  }
  return parts;
}

/** `002` behind `001`, `ab` behind `aa`, `E02` behind `E01` and `EAA` behind `E99`. */
function following(part: string): string | undefined {
  const number = /\d+$/.exec(part)?.[0];
  if (number !== undefined) {
    const next = String(Number(number) + 1).padStart(number.length, '0');
    if (next.length === number.length) return part.slice(0, -number.length) + next;
    return number.length > 2 ? undefined : part.startsWith('e') ? 'eaa' : 'EAA';
  }
  const carried = /[zZ]*$/.exec(part)?.[0] ?? '';
  const at = part.length - carried.length - 1;
  if (at < 0) return undefined;
  const letter = String.fromCharCode(part.charCodeAt(at) + 1);
  return part.slice(0, at) + letter + carried.replaceAll('z', 'a').replaceAll('Z', 'A');
}

/** Files one behind the other as one medium; its offsets are those in all of them together. */
export function joinedFiles(files: readonly FileSource[]): FileSource {
  const [first] = files as readonly [FileSource];
  const parts: NamedRange[] = [];
  for (const { path, size } of files) {
    const start = parts.at(-1)?.range.end ?? 0;
    parts.push({ path, range: { start, end: start + size } });
  }
  const size = parts.at(-1)?.range.end ?? 0;
  const full = files.slice(0, -1);
  const isEven =
    /\.e01$/i.test(first.path) ||
    (full.every((file) => file.size === first.size) && (files.at(-1)?.size ?? 0) <= first.size);
  const detail = `${files.length} files${isEven ? '' : ', and not all but the last are of one size'}`;
  const findings: Finding[] = [{ code: 'container.parts', at: null, detail }];
  return {
    path: first.path,
    kind: first.kind,
    stat: first.stat,
    size,
    parts,
    findings,
    async read(range, report) {
      checkRange(range, size);
      const pieces: TracedBytes[] = [];
      for (const [i, { range: part }] of parts.entries()) {
        const start = Math.max(range.start, part.start);
        const end = Math.min(range.end, part.end);
        if (start < end) pieces.push(await readPart(files[i] as FileSource, { start, end }, part.start, report));
      }
      return pieces.length === 1 ? (pieces[0] as TracedBytes) : pieces.length === 0 ? nothing : concat(...pieces);
    },
    async hasChanged() {
      for (const file of files) if (await file.hasChanged()) return true;
      return false;
    },
    async close() {
      for (const file of files) await file.close();
    },
  };
}

/** A range of the whole that lies in the file that begins at `origin`. */
async function readPart(file: FileSource, range: ByteRange, origin: number, report: Report): Promise<TracedBytes> {
  const told: Report = ({ at, ...rest }) => report({ ...rest, at: at && moved(at, origin) });
  const { bytes, spans } = await file.read(moved(range, -origin), told);
  return { bytes, spans: spans.map((span): Span => ({ ...span, from: span.from && moved(span.from, origin) })) };
}

function moved({ start, end }: ByteRange, by: number): ByteRange {
  return { start: start + by, end: end + by };
}
