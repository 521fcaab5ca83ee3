import {
  type BigIntStats,
  closeSync,
  constants,
  fstat,
  fstatSync,
  openSync,
  promises,
  read,
  readSync,
  statSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { memoryEnd, sizeByReading } from './device-size.js';
import { MediumError, memoryRefused, refusalOf } from './medium-error.js';
import { deviceNumbers, kindOf, type MediumKind } from './medium-kind.js';
import { type ReadAt, type ReadAtOptions, sourceFrom } from './read-at.js';
import type { RandomAccessSource } from './source.js';
import { fifoStream, type SpoolOptions, spool } from './spool.js';

export interface FileSource extends RandomAccessSource {
  /** As the caller gave it. */
  readonly path: string;
  /** `pipe`: its bytes were taken into a temporary file first. */
  readonly kind: MediumKind;
  /** As the system told when it was opened; of a pipe, that of the temporary file. */
  readonly stat: BigIntStats;
  /** True when size or time of a file are no longer those at opening: what was read may belong to two states of it. */
  hasChanged(): Promise<boolean>;
  /** Of a pipe, this frees its bytes. */
  close(): Promise<void>;
}

export interface OpenOptions extends SpoolOptions {
  /** In bytes, where the caller knows better than the system: for devices that do not tell. */
  readonly size?: number;
}

/**
 * Opens a file, block device, mtd or nvram device, /dev/mem or FIFO; `-` is standard input. A pipe is read to its end
 * first. Reads only, by position, never writes and never maps; the time of last access stays where the system allows.
 * @throws MediumError when it cannot be a medium, or cannot be opened; the reason of the signal
 */
export async function openFile(path: string, options: OpenOptions = {}): Promise<FileSource> {
  options.signal?.throwIfAborted();
  if (path === '-') return openDescriptor(0, () => process.stdin, options);
  let isMemory = false;
  try {
    const facts = statSync(path, { bigint: true });
    const kind = kindOf(facts, path, options.size !== undefined);
    if (kind === 'pipe') return await spooled(await fifoStream(path), path, options);
    isMemory = kind === 'memory';
    const isSmall = kind === 'file' && facts.size > 0n && facts.size <= smallFile;
    const access = isSmall
      ? smallFileAccess(await openToRead(kind, (flags) => openSync(path, flags)))
      : handleAccess(await openToRead(kind, (flags) => promises.open(path, flags)));
    return await sourceOf(access, path, options);
  } catch (error) {
    throw refusalOf(error, path, isMemory) ?? error;
  }
}

/** What a source needs of an open file. */
interface Access {
  readonly readAt: ReadAt;
  stat(): Promise<BigIntStats>;
  close(): Promise<void>;
}

/** In bytes. Larger ones are left to the thread pool: Ctrl-C is heard meanwhile. */
const smallFile = 1 << 20;

/**
 * A regular file that is read while others would start the thread pool: with that and `fs/promises` 64 KiB take 4 ms
 * longer, on a busy machine 8. Once closed it gives EBADF, as a FileHandle does, and not the bytes of another file.
 */
function smallFileAccess(opened: number): Access {
  let fd = opened;
  return {
    readAt: async (target, position) => readSync(fd, target, 0, target.length, position),
    stat: async () => fstatSync(fd, { bigint: true }),
    async close() {
      if (fd !== noDescriptor) closeSync(fd);
      fd = noDescriptor;
    },
  };
}

/** The largest number that Node takes for one; no system gives it out. */
const noDescriptor = 2 ** 31 - 1;

function handleAccess(handle: FileHandle): Access {
  return {
    readAt: async (target, position) => (await handle.read(target, 0, target.length, position)).bytesRead,
    stat: () => handle.stat({ bigint: true }),
    close: () => handle.close(),
  };
}

/**
 * What stands behind an open descriptor that is not ours to close: standard input. A file there is read by position,
 * from its beginning; anything that flows is taken from `stream`, which reads the same descriptor.
 * @throws MediumError as `openFile` does
 */
export async function openDescriptor(fd: number, stream: () => Readable, options: OpenOptions): Promise<FileSource> {
  const path = 'standard input';
  const access: Access = {
    readAt: async (target, position) => (await readFd(fd, target, 0, target.length, position)).bytesRead,
    stat: () => promisify(fstat)(fd, { bigint: true }),
    close: async () => undefined,
  };
  const facts = await access.stat();
  const isFlow = facts.isSocket() || kindOf(facts, path, options.size !== undefined) === 'pipe';
  return isFlow ? spooled(stream(), path, options) : sourceOf(access, path, options);
}

const readFd = promisify(read);

async function spooled(input: Readable, path: string, options: OpenOptions): Promise<FileSource> {
  const handle = await spool(input, path, options);
  return { ...(await sourceOf(handleAccess(handle), path, {})), kind: 'pipe' };
}

/** O_NONBLOCK: should the path have become a FIFO meanwhile, this must not hang. Node itself adds O_CLOEXEC. */
async function openToRead<T>(kind: MediumKind, open: (flags: number) => T | Promise<T>): Promise<T> {
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
  if (kind !== 'file') return open(flags);
  try {
    return await open(flags | (constants.O_NOATIME ?? 0));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error;
    return open(flags); // O_NOATIME is for the owner only
  }
}

/** Closes what it was given where it cannot make a source of it. */
async function sourceOf(access: Access, path: string, options: OpenOptions): Promise<FileSource> {
  try {
    return await sourceBehind(access, path, options);
  } catch (error) {
    await access.close();
    throw error;
  }
}

async function sourceBehind(access: Access, path: string, options: OpenOptions): Promise<FileSource> {
  const atOpening = await access.stat();
  const kind = kindOf(atOpening, path, options.size !== undefined);
  const size = options.size ?? (await sizeOf(access, atOpening, kind, path));
  return {
    ...sourceFrom(access.readAt, size, kind === 'memory' ? ofMemory : {}),
    path,
    kind,
    stat: atOpening,
    async hasChanged() {
      const now = await access.stat();
      return kind === 'file' && (now.size !== atOpening.size || now.mtimeNs !== atOpening.mtimeNs);
    },
    close: access.close,
  };
}

/** Nothing that claims more ends in a lifetime: /proc/kcore says 2^47 and more. */
const longest = 2 ** 46;

/** /dev/mem refuses by the page, and says EFAULT where no memory is. */
const ofMemory: ReadAtOptions = {
  sector: 4096,
  explain: (code) => (code === 'EPERM' ? `EPERM: ${memoryRefused.what}; ${memoryRefused.hint}` : code),
};

async function sizeOf(access: Access, facts: BigIntStats, kind: MediumKind, path: string): Promise<number> {
  if (kind === 'memory') {
    const end = memoryEnd(await promises.readFile('/proc/iomem', 'latin1').catch(() => ''));
    if (end !== null) return end;
    throw new MediumError(
      'size',
      path,
      'nobody says where memory ends',
      'run as root: /proc/iomem tells it to root only',
    );
  }
  // Files of procfs say 0 and have bytes all the same.
  const said = kind === 'file' ? Number(facts.size) || null : await sizeInSysfs(facts.rdev, kind);
  const size = said ?? (await sizeByReading(access.readAt));
  if (size !== null && size <= longest) return size;
  throw new MediumError('endless', path, 'gives bytes for ever', 'copy as much as is wanted to a file: head -c 16M');
}

/** A block device tells sectors of 512 bytes, mtd bytes; the read-only twin of an mtd device, minor + 1, nothing. */
async function sizeInSysfs(rdev: bigint, kind: MediumKind): Promise<number | null> {
  const { major, minor } = deviceNumbers(rdev);
  const place = kind === 'block' ? `block/${major}:${minor}` : `char/${major}:${major === 90 ? minor & ~1 : minor}`;
  const text = await promises.readFile(`/sys/dev/${place}/size`, 'latin1').catch(() => '');
  if (!/^\d+\s*$/.test(text)) return null;
  return Number(text) * (kind === 'block' ? 512 : 1);
}
