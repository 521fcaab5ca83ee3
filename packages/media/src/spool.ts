import { close, constants, fstatSync, open, promises } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { MediumError } from './medium-error.js';

export interface SpoolOptions {
  /** Bytes that a pipe may give, 64 GiB by default. */
  readonly maxBytes?: number;
  /** Where the bytes are kept meanwhile; the system's folder for temporary files by default (TMPDIR). */
  readonly folder?: string;
  readonly signal?: AbortSignal;
  /** Bytes taken so far. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * Takes all bytes of a stream into a temporary file, mode 0600, that has no name any more: it goes with its handle,
 * which the caller closes. A pipe cannot be read by position, and the medium is read twice in parts.
 * @param name of the stream, for errors
 * @throws MediumError `too-long` or `no-room`, and nothing is kept; the reason of the signal
 */
export async function spool(input: Readable, name: string, options: SpoolOptions = {}): Promise<FileHandle> {
  const { maxBytes = 64 * 2 ** 30, folder, signal, onProgress } = options;
  const handle = await namelessFile(folder, name).catch((error: unknown) => {
    input.destroy();
    throw error;
  });
  try {
    if (signal !== undefined) (await import('node:stream')).addAbortSignal(signal, input);
    let size = 0;
    for await (const chunk of input) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError(`a stream of bytes expected, ${typeof chunk} given`);
      if (chunk.length > maxBytes - size) {
        throw new MediumError(
          'too-long',
          name,
          `gives more than ${maxBytes} bytes`,
          'save it to a file and decode that',
        );
      }
      await writeWhole(handle, chunk, size, folder, name);
      size += chunk.length;
      onProgress?.(size);
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw signal?.aborted === true ? signal.reason : error;
  }
}

/**
 * The bytes of a FIFO, waiting for a writer and then for the last one to leave. A plain open(2) would wait in a thread
 * that nothing can call back: not even process.exit returns then. So it is opened without waiting, and the event loop
 * (epoll) tells when bytes come. The Socket is only Node's name for that; nothing here touches a network.
 * @throws MediumError when the path is no FIFO any more
 */
export async function fifoStream(path: string): Promise<Readable> {
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (!fstatSync(fd).isFIFO()) {
    await promisify(close)(fd);
    throw new MediumError('missing', path, 'was a pipe and is none any more', 'name it again');
  }
  const { Socket } = await import('node:net');
  return new Socket({ fd, readable: true, writable: false });
}

/**
 * A temporary file that has no name any more, mode 0600.
 * @param where the system's folder for temporary files by default
 * @param name of the medium, for errors
 * @throws MediumError `no-room`
 */
export async function namelessFile(where: string | undefined, name: string): Promise<FileHandle> {
  const { randomUUID } = await import('node:crypto');
  const folder = where ?? (await import('node:os')).tmpdir();
  const path = join(folder, `pstore-decode-${randomUUID()}`);
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const handle = await promises.open(path, flags, 0o600).catch((error: unknown) => {
    throw noRoom(error, folder, name) ?? error;
  });
  await promises.unlink(path);
  return handle;
}

/** @throws MediumError `no-room` */
export async function writeWhole(
  handle: FileHandle,
  chunk: Uint8Array,
  position: number,
  folder: string | undefined,
  name: string,
): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await handle
      .write(chunk, done, chunk.length - done, position + done)
      .catch((error: unknown) => {
        throw noRoom(error, folder, name) ?? error;
      });
    done += bytesWritten;
  }
}

function noRoom(error: unknown, folder: string | undefined, name: string): MediumError | null {
  if (!(error instanceof Error && 'code' in error)) return null;
  if (!['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'].includes(String(error.code)))
    return null;
  const where = folder ?? 'the folder for temporary files';
  const what = `its bytes are kept in ${where} while it is read, and that folder does not take them (${error.code})`;
  return new MediumError('no-room', name, what, 'set TMPDIR to a folder with room, or decode a file', { cause: error });
}
