import type { MediumError } from '@pstore-decode/media/node';

/**
 * Something could not be done, through no fault of the program: one line for a person and what to do about it.
 * `thing` and `detail` may quote anything; they leave through `forMessage` (see ui.ts).
 */
export class CliError extends Error {
  /** What it is about: an input, a folder, a flag. Null when it is about the command line as a whole. */
  readonly thing: string | null;
  readonly detail: string;
  readonly hint: string | null;

  constructor(thing: string | null, detail: string, hint: string | null = null) {
    super(thing === null ? detail : `${thing}: ${detail}`);
    this.name = 'CliError';
    this.thing = thing;
    this.detail = detail;
    this.hint = hint;
  }
}

/** An error that the operating system gave; everything else is a bug and goes on as it is. */
export interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
}

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

/** In words, without the paths that Node adds: `no space left on device`. */
export function detailOfSystemError(error: SystemError): string {
  return words.get(error.code) ?? `the system says ${error.code}`;
}

/** A `MediumError` by its shape, so that the media package is not loaded to ask. */
export function isMediumError(error: unknown): error is MediumError {
  return error instanceof Error && error.name === 'MediumError';
}

const words = new Map([
  ['EACCES', 'permission denied'],
  ['EBADF', 'not open'],
  ['EDQUOT', 'disk quota exceeded'],
  ['EEXIST', 'exists already'],
  ['EFBIG', 'file too large for this file system'],
  ['EIO', 'input/output error'],
  ['EISDIR', 'is a folder'],
  ['ELOOP', 'is a symbolic link'],
  ['EMFILE', 'too many open files'],
  ['ENAMETOOLONG', 'name too long'],
  ['ENOENT', 'no such file or folder'],
  ['ENOSPC', 'no space left on device'],
  ['ENOTDIR', 'not a folder'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'read-only file system'],
]);
