import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliError, isSystemError } from '../errors.js';
import { guarded, join, statOf } from './places.js';

/** A place to write: the folders and the name below the output folder. */
export interface Target {
  readonly folders: readonly string[];
  readonly name: string;
}

/**
 * Looks at every place before anything is written: no symbolic link is gone through, nothing that exists is replaced
 * without `force`, and an input never is. Nothing is written into a folder that is an input.
 * @throws CliError naming the first place that is not free
 */
export function checkTargets(
  folder: string,
  targets: readonly Target[],
  force: boolean,
  inputs: readonly string[],
): void {
  checkOutside(folder, inputs);
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

/** @throws CliError when the folder is one of the inputs, or lies in one */
function checkOutside(folder: string, inputs: readonly string[]): void {
  const folders = inputs.flatMap((input) =>
    identityOf(input).some((found) => found.isDirectory()) ? [realpathSync(input)] : [],
  );
  const place = folders.length === 0 ? '' : realPlaceOf(folder);
  if (folders.some((input) => `${place}/`.startsWith(`${input}/`.replace('//', '/')))) {
    throw new CliError(folder, 'lies in the input', 'nothing is written beside records; name a folder outside with -o');
  }
}

/** Where a folder stands or would stand: one that is not there yet, where its parent is. */
function realPlaceOf(folder: string): string {
  const existing = guarded(folder, () => statOf(folder, statSync)) === null ? dirname(folder) : folder;
  return guarded(existing, () => realpathSync(existing));
}

/** Device and inode of an input; nothing for one that cannot be asked. */
function identityOf(input: string): Stats[] {
  try {
    return [statSync(input)];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [];
  }
}
