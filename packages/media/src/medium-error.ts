import { forMessage, hostile } from '@pstore-decode/formats/bytes';

/**
 * Why a medium cannot be read. `missing`: there is none. `denied`: the system refuses us. `memory`: the kernel refuses
 * its memory to everyone. `gone`: the device has no medium. `directory`, `socket`, `terminal`, `endless` (gives bytes
 * for ever), `device`: not a thing to read. `size`: nobody says where it ends. `too-long`: a pipe that exceeds the cap.
 * `no-room`: the temporary folder cannot hold the pipe.
 */
export type MediumErrorCode =
  | 'missing'
  | 'denied'
  | 'memory'
  | 'gone'
  | 'directory'
  | 'socket'
  | 'terminal'
  | 'endless'
  | 'device'
  | 'size'
  | 'too-long'
  | 'no-room';

/** A medium that cannot be read at all: one line for a person, and what to do about it. */
export class MediumError extends Error {
  readonly code: MediumErrorCode;
  /** What is the matter, on one line, without the name of the medium. */
  readonly what: string;
  /** What a person can do. */
  readonly hint: string;

  constructor(code: MediumErrorCode, path: string, what: string, hint: string, options?: ErrorOptions) {
    super(`${forMessage(hostile(path))}: ${what}`, options);
    this.name = 'MediumError';
    this.code = code;
    this.what = what;
    this.hint = hint;
  }
}

/** What /dev/mem says where the kernel keeps its memory to itself, and what helps. */
export const memoryRefused = {
  what: 'the kernel refuses its memory (CONFIG_STRICT_DEVMEM, CONFIG_IO_STRICT_DEVMEM or lockdown)',
  hint: 'boot once with iomem=relaxed, or decode a memory dump (LiME, AVML) in its place',
} as const;

/**
 * The MediumError for an error of the system while a medium was opened; null when it does not speak of the medium.
 * @param isMemory the medium is /dev/mem
 */
export function refusalOf(error: unknown, path: string, isMemory: boolean): MediumError | null {
  if (!(error instanceof Error && 'code' in error)) return null;
  const refuse = (code: MediumErrorCode, what: string, hint: string) =>
    new MediumError(code, path, what, hint, { cause: error });
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return refuse('missing', 'no such file', 'check the path');
    case 'EPERM':
      if (isMemory) return refuse('memory', memoryRefused.what, memoryRefused.hint);
      return refuse('denied', 'operation not permitted', 'run as root, or decode a copy of the medium');
    case 'EACCES':
      return refuse('denied', 'permission denied', 'run as root, or decode a copy of the medium');
    case 'ENXIO':
    case 'ENODEV':
    case 'Unknown system error -123': // ENOMEDIUM, a name that Node lacks
      return refuse('gone', 'no such device, or no medium in it', 'check that it is plugged in and its driver loaded');
    case 'EBUSY':
      return refuse('denied', 'in use by something that shares it with nobody', 'unmount it, or decode a copy');
    case 'EIO':
      return refuse('gone', 'input/output error', 'make an image with ddrescue and decode that');
    case 'ESPIPE':
    case 'EAGAIN':
    case 'EINVAL':
      return refuse('device', 'cannot be read by position', 'pipe it in: cat FILE | pstore-decode -');
    default:
      return null;
  }
}
