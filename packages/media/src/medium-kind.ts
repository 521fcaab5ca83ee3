import { MediumError } from './medium-error.js';

/** What a medium is, as far as it changes how it is read. `memory` is /dev/mem, `character` mtd and nvram. */
export type MediumKind = 'file' | 'block' | 'character' | 'memory' | 'pipe';

/** What stat(2) says of a path. */
export interface PathFacts {
  readonly rdev: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
  isBlockDevice(): boolean;
  isCharacterDevice(): boolean;
  isFIFO(): boolean;
}

/**
 * What to do with it, decided before it is opened: to open a device can act on the machine (a watchdog starts to
 * count, a tape winds back), so character devices are taken from a list.
 * @param isInsisted the caller knows better: unknown character devices are taken too
 * @throws MediumError for what cannot be a medium
 */
export function kindOf(facts: PathFacts, path: string, isInsisted: boolean): MediumKind {
  if (facts.isFile()) return 'file';
  if (facts.isBlockDevice()) return 'block';
  if (facts.isFIFO()) return 'pipe';
  if (facts.isDirectory()) {
    throw new MediumError('directory', path, 'is a folder', 'name the file, device or image that holds the medium');
  }
  if (facts.isCharacterDevice()) return kindOfCharacterDevice(facts.rdev, path, isInsisted);
  throw new MediumError('socket', path, 'is a socket', 'save what it sends to a file, or pipe it in as -');
}

/** Major and minor number of a device number as Linux and glibc lay it out (gnu_dev_makedev). */
export function deviceNumbers(rdev: bigint): { readonly major: number; readonly minor: number } {
  return {
    major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)),
    minor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)),
  };
}

/** Numbers: Documentation/admin-guide/devices.txt of the kernel. */
function kindOfCharacterDevice(rdev: bigint, path: string, isInsisted: boolean): MediumKind {
  const { major, minor } = deviceNumbers(rdev);
  const name = `${major}:${minor}`;
  if (major === 90 || name === '10:144') return 'character'; // mtd, nvram
  switch (name) {
    case '1:1':
      return 'memory';
    case '1:3':
      throw new MediumError('device', path, 'holds nothing', 'name a medium, or pipe one in as -');
    case '1:5':
    case '1:7':
    case '1:8':
    case '1:9':
      throw new MediumError(
        'endless',
        path,
        'gives bytes for ever',
        'copy as much as is wanted to a file: head -c 16M',
      );
  }
  if (terminals.has(major)) {
    throw new MediumError('terminal', path, 'is a terminal', 'name a file or device, or pipe the medium in');
  }
  if (isInsisted) return 'character';
  throw new MediumError(
    'device',
    path,
    `is a character device (${name}) that is not known to hold a medium`,
    'copy its bytes to a file and decode that',
  );
}

/** tty, console and pty, serial lines, USB and ARM serial lines. */
const terminals = new Set([2, 3, 4, 5, 136, 137, 138, 139, 140, 141, 142, 143, 166, 188, 204]);
