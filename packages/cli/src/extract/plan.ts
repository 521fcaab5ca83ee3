import type { Timestamp } from '@pstore-decode/formats';
import { forFileName, hostile } from '@pstore-decode/formats/bytes';
import type { PmsgFile } from '@pstore-decode/formats/payload';
import type { FoundRecord, InputReport } from '../inputs.js';
import { filesKept } from '../present/pmsg-files.js';

/** One file that `extract` writes. */
export interface PlannedFile {
  /** The record that it holds; null for a file made of several. */
  readonly found: FoundRecord | null;
  /** Folders below the output folder, outermost first. */
  readonly folders: readonly string[];
  readonly name: string;
  readonly content: Uint8Array;
  readonly mtime?: Timestamp;
  /** Of a file that was kept in a pmsg record. */
  readonly kept?: PmsgFile;
}

/** The list of what was written, at the top of the output folder; it is written last. */
export const manifestName = 'manifest.json';

/**
 * What to write for the records of all inputs. Live records get the kernel's name and bytes; everything else goes to
 * `recovered/` under a name made of its place in the order, its type and its id, with its text (`.txt`), or as stored
 * where nothing could read it (`.bin`); so does the text of a dump that the kernel shows compressed. Files that were kept in
 * a pmsg record stand in a folder beside its own file. With several inputs each has a folder of its own. Every name is of
 * our own alphabet and stands once; a second live record of the same name (two regions on one medium) gets its place in
 * front.
 */
export function planFiles(reports: readonly InputReport[], liveOnly: boolean): PlannedFile[] {
  return reports.flatMap((report, i) => {
    const base = reports.length > 1 ? [`input-${i + 1}`] : [];
    const taken = new Set<string>([manifestName, 'recovered']);
    const planned = report.records.flatMap((found) => {
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
    return liveOnly ? planned : planned.flatMap((own) => [own, ...keptFiles(own)]);
  });
}

/** The files that a pmsg record keeps: `pmsg-ramoops-0.files/recovery/last_log` beside `pmsg-ramoops-0`. */
function keptFiles({ found, folders, name }: PlannedFile): PlannedFile[] {
  const taken = new Set<string>();
  return (found === null ? [] : filesKept(found.record)).map((kept) => {
    const slash = kept.name.indexOf(0x2f);
    const [folder, plain] = [kept.name.subarray(0, slash), kept.name.subarray(slash + 1)].map(safeName) as [
      string,
      string,
    ];
    // Others of the same name: of another buffer or priority, or equal once they are safe, or for some file systems.
    let unique = plain;
    for (let i = 2; taken.has(`${folder}/${unique}`.toLowerCase()); i++) unique = `${i}-${plain}`;
    taken.add(`${folder}/${unique}`.toLowerCase());
    return {
      found,
      folders: [...folders, `${name}.files`, folder],
      name: unique,
      content: kept.content.bytes,
      kept,
    };
  });
}

function safeName(name: Uint8Array): string {
  return forFileName(hostile(name));
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
