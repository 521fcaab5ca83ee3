import { lstatSync, type Stats, statSync } from 'node:fs';
import { CliError, isSystemError } from '../errors.js';
import { guarded, join, statOf } from './places.js';

/** A place to write: the folders and the name below the output folder. */
export interface Target {
  readonly folders: readonly string[];
  readonly name: string;
}

/**
 * Looks at every place before anything is written: no symbolic link is gone through, nothing that exists is replaced
 * without `force`, and an input never is.
 * @throws CliError naming the first place that is not free
 */
export function checkTargets(
  folder: string,
  targets: readonly Target[],
  force: boolean,
  inputs: readonly string[],
): void {
  const media = inputs.flatMap(identityOf);
  const folders = new Set(
    targets.flatMap(({ folders: parts }) => parts.map((_, i) => join(folder, ...parts.slice(0, i + 1)))),
  );
  for (const path of [folder, ...folders]) {
    const found = guarded(path, () => statOf(path, lstatSync));
    if (found?.isSymbolicLink()) throw new CliError(path, 'is a symbolic link', 'name the folder that it points to');
    if (found !== null && !found.isDirectory())
      throw new CliError(path, 'is not a folder', 'name another folder with -o');
  }
  for (const target of targets) {
    const path = join(folder, ...target.folders, target.name);
    const found = guarded(path, () => statOf(path, lstatSync));
    if (found === null) continue;
    if (media.some((medium) => medium.dev === found.dev && medium.ino === found.ino)) {
      throw new CliError(
        path,
        'is the input itself',
        'nothing is ever written to a medium; name another folder with -o',
      );
    }
    if (!found.isFile())
      throw new CliError(path, 'is no regular file and is not replaced', 'name another folder with -o');
    if (!force) throw new CliError(path, 'exists already', 'name a new folder with -o, or replace it with --force');
  }
}

/** Device and inode of an input; nothing for one that cannot be asked. */
function identityOf(input: string): Pick<Stats, 'dev' | 'ino'>[] {
  try {
    return [statSync(input)];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [];
  }
}
