import type { Timestamp } from '@pstore-decode/formats';
import type { FoundRecord, InputReport } from '../inputs.js';

/** One file that `extract` writes. */
export interface PlannedFile {
  /** The record that it holds; null for a file made of several. */
  readonly found: FoundRecord | null;
  /** Folders below the output folder, outermost first. */
  readonly folders: readonly string[];
  readonly name: string;
  readonly content: Uint8Array;
  readonly mtime?: Timestamp;
}

/** The list of what was written, at the top of the output folder; it is written last. */
export const manifestName = 'manifest.json';

/**
 * What to write for the records of all inputs. Live records get the kernel's name and bytes; everything else goes to
 * `recovered/` under a name made of its place in the order, its type and its id, with its text (`.txt`), or as stored
 * where nothing could read it (`.bin`); so does the text of a dump that the kernel shows compressed. With several inputs each has a folder of its own. Every name is of our own
 * alphabet and stands once; a second live record of the same name (two regions on one medium) gets its place in front.
 */
export function planFiles(reports: readonly InputReport[], liveOnly: boolean): PlannedFile[] {
  return reports.flatMap((report, i) => {
    const base = reports.length > 1 ? [`input-${i + 1}`] : [];
    const taken = new Set<string>([manifestName, 'recovered']);
    return report.records.flatMap((found) => {
      const { file, compression } = found.record;
      if (found.record.state !== 'live' || file === undefined || !isOwnName(file.name)) return recovered(found, base);
      const name = taken.has(file.name) ? `${ordinal(found)}-${file.name}` : file.name;
      taken.add(name);
      const content = file.content.bytes;
      const mtime = file.mtime !== undefined && { mtime: file.mtime };
      const kernels = { found, folders: base, name, content, ...mtime };
      const isShownCompressed = file.name.endsWith('.enc.z') && compression !== 'unknown';
      return isShownCompressed && !liveOnly ? [kernels, recovered(found, base)] : kernels;
    });
  });
}

/** Below the output folder, `/` between its parts. */
export function pathOf(file: PlannedFile): string {
  return [...file.folders, file.name].join('/');
}

function recovered(found: FoundRecord, base: readonly string[]): PlannedFile {
  const { type, id, compression, payload, text, time } = found.record;
  const unread = compression === 'unknown' || text.bytes.length === 0;
  const name = `${ordinal(found)}-${type}${id === undefined ? '' : `-${id}`}${unread ? '.bin' : '.txt'}`;
  const content = unread ? payload.bytes : text.bytes;
  return { found, folders: [...base, 'recovered'], name, content, ...(time !== undefined && { mtime: time }) };
}

function ordinal(found: FoundRecord): string {
  return String(found.index).padStart(4, '0');
}

/** The names that the kernel makes. A reader that gives another one is held to our own alphabet here, once for all. */
function isOwnName(name: string): boolean {
  return /^[a-z][a-z0-9._-]{0,99}$/.test(name) && name !== manifestName && name !== 'recovered';
}
