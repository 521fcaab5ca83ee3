import { type BigIntStats, closeSync, constants, fstatSync, openSync, promises, readSync, statfsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { rereadUncached } from './file-uncached.js';
import type { MediumKind } from './medium-kind.js';
import type { ReadAt } from './read-at.js';

/** What a source needs of an open file. */
export interface Access {
  readonly readAt: ReadAt;
  /** Of the open file; once it is closed none that the system knows. */
  descriptor(): number;
  stat(): Promise<BigIntStats>;
  close(): Promise<void>;
}

/**
 * Opens to read by position, never to write.
 * @param size of a file, as the system says
 * @throws what the system says
 */
export async function openAccess(path: string, kind: MediumKind, size: bigint): Promise<Access> {
  const isSmall = kind === 'file' && size > 0n && size <= smallFile;
  if (isSmall) return smallFileAccess(await openToRead(kind, (flags) => openSync(path, flags)));
  const access = handleAccess(await openToRead(kind, (flags) => promises.open(path, flags)));
  if (kind !== 'file' && kind !== 'block') return access;
  const { readAt, close } = rereadUncached(access.readAt, access.descriptor);
  return {
    ...access,
    readAt,
    async close() {
      await close();
      await access.close();
    },
  };
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
    descriptor: () => fd,
    stat: async () => fstatSync(fd, { bigint: true }),
    async close() {
      if (fd !== noDescriptor) closeSync(fd);
      fd = noDescriptor;
    },
  };
}

/** The largest number that Node takes for one; no system gives it out. */
const noDescriptor = 2 ** 31 - 1;

export function handleAccess(handle: FileHandle): Access {
  return {
    readAt: async (target, position) => (await handle.read(target, 0, target.length, position)).bytesRead,
    descriptor: () => handle.fd,
    stat: () => handle.stat({ bigint: true }),
    close: () => handle.close(),
  };
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

/**
 * False where files are made while they are read and their sizes are no sizes: sysfs says 4096 for all, pstorefs of an
 * ftrace record the bytes of the trace and not those of its text.
 */
export function tellsSizes(path: string): boolean {
  try {
    return !makers.includes(statfsSync(path).type);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return true; // what stands behind a descriptor has no path
  }
}

/** SYSFS_MAGIC and PSTOREFS_MAGIC (include/uapi/linux/magic.h). */
const makers: readonly number[] = [0x62656572, 0x6165676c];
