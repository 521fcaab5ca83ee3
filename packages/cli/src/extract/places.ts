import type { Stats } from 'node:fs';
import { CliError, detailOfSystemError, isSystemError } from '../errors.js';

/**
 * Does it, and says what the system has against it.
 * @throws CliError about `shown` in place of a system error
 */
export function guarded<T>(shown: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CliError(shown, detailOfSystemError(error), hints.get(error.code) ?? 'name another folder with -o');
  }
}

const hints = new Map([
  ['EACCES', 'name a folder that you may write to with -o'],
  ['ENOENT', 'the folder that it is to stand in must be there'],
  ['ENOSPC', 'make room or name another folder with -o; files that were complete stay'],
  ['EDQUOT', 'make room or name another folder with -o; files that were complete stay'],
  ['ENOTDIR', 'a part of the path is a file or a symbolic link'],
]);

/** Null when there is nothing. `stat` is `lstatSync` or `statSync`. */
export function statOf(path: string, stat: (path: string) => Stats): Stats | null {
  try {
    return stat(path);
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}

/** Paths for this process and for messages: the caller’s folder, then names of our own. */
export function join(...parts: readonly string[]): string {
  return parts.join('/');
}
