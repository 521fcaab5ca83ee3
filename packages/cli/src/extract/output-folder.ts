import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { CliError, isSystemError } from '../errors.js';
import { guarded, join, statOf } from './places.js';
import type { Target } from './targets.js';

/** The folder that `extract` writes to. Files appear in it whole or not at all. */
export interface OutputFolder {
  /**
   * @param mtime as `futimes` takes it, null for the present
   * @throws CliError when it cannot be written; nothing of it is left then
   */
  write(target: Target, content: readonly Uint8Array[], mtime: number | Date | null): void;
  close(): void;
}

/**
 * Makes the folder when it is not there (its parent must be) and holds it open: what is written goes to that very
 * folder, whatever becomes of its name meanwhile.
 * @throws CliError when it cannot be made or opened
 */
export function openOutputFolder(folder: string, force: boolean): OutputFolder {
  const open = new Map<string, Anchor>();
  function anchorOf(folders: readonly string[]): Anchor {
    const shown = join(folder, ...folders);
    const found = open.get(shown);
    if (found !== undefined) return found;
    const name = folders.at(-1);
    const anchor = openFolder(name === undefined ? shown : `${anchorOf(folders.slice(0, -1)).path}/${name}`, shown);
    open.set(shown, anchor);
    return anchor;
  }
  anchorOf([]);
  return {
    write({ folders, name }, content, mtime) {
      const shown = join(folder, ...folders, name);
      guarded(shown, () => {
        const anchor = anchorOf(folders).path;
        const temporary = `${anchor}/.pstore-decode-${process.pid}.part`;
        const fd = openSync(temporary, newFile, 0o600);
        try {
          fillFile(fd, content, mtime);
          // Another process may have made one since the check.
          if (!force && statOf(`${anchor}/${name}`, lstatSync) !== null) {
            throw new CliError(shown, 'exists already', 'another program writes to this folder');
          }
          renameSync(temporary, `${anchor}/${name}`);
        } catch (error) {
          unlinkSync(temporary);
          throw error;
        }
      });
    },
    close() {
      for (const { fd } of open.values()) closeSync(fd);
    },
  };
}

interface Anchor {
  readonly fd: number;
  /** Names the open folder: through its descriptor where the system has that, else by its name. */
  readonly path: string;
}

function openFolder(path: string, shown: string): Anchor {
  return guarded(shown, () => {
    try {
      mkdirSync(path, 0o700);
    } catch (error) {
      if (!(isSystemError(error) && error.code === 'EEXIST')) throw error;
    }
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    const byDescriptor = `/proc/self/fd/${fd}`;
    const same = statOf(byDescriptor, statSync);
    const { dev, ino } = fstatSync(fd);
    return { fd, path: same?.dev === dev && same.ino === ino ? byDescriptor : path };
  });
}

/** All bytes, on the disk and not only on the way to it, then the time. Closes `fd`. */
function fillFile(fd: number, content: readonly Uint8Array[], mtime: number | Date | null): void {
  try {
    for (const piece of content) {
      for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at, piece.length - at);
    }
    if (mtime !== null) futimesSync(fd, mtime, mtime);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Never through a link, never into a file that is there already. */
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
