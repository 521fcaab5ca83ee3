import { constants, promises } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { ReadAt } from './read-at.js';

/** As far as it is used here; no library of types has it without the DOM. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
}

/** Reads that go around the page cache, of the same open file. */
export interface Uncached {
  readonly readAt: ReadAt;
  close(): Promise<void>;
}

/** Bytes that are read at once, a multiple of every size of a block. */
const most = 1 << 20;

/** What reads must be aligned to: most devices have blocks of 512 bytes, some of 4096. */
const blockSizes = [512, 4096];

/**
 * `readAt`, and where that fails, the same by O_DIRECT. The page cache reads in folios and ahead: where one sector fails, all
 * of a folio does, which may be 2 MiB; the device itself gives the sectors beside. Where the system has no O_DIRECT for
 * this file the error stays what it was.
 * @param descriptor of the open file
 */
export function rereadUncached(readAt: ReadAt, descriptor: () => number): Uncached {
  let handle: FileHandle | null = null;
  let isImpossible = typeof WebAssembly === 'undefined';
  /** WebAssembly's memory begins at a page; no other bytes in JavaScript are known to. */
  let memory: Uint8Array<ArrayBuffer> | null = null;
  /** One read after the other: they share the memory. */
  let queue: Promise<unknown> = Promise.resolve();
  /** Behind the last read that failed the cache is not asked again. */
  let from = 0;
  let until = 0;

  /** @returns null where it cannot be done */
  async function readAligned(target: Uint8Array, position: number): Promise<number | null> {
    if (isImpossible) return null;
    try {
      // By the descriptor: nobody can exchange the file.
      handle ??= await promises.open(`/proc/self/fd/${descriptor()}`, constants.O_RDONLY | (constants.O_DIRECT ?? 0));
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      isImpossible = true;
      return null;
    }
    memory ??= new Uint8Array(new WebAssembly.Memory({ initial: most >> 16 }).buffer);
    for (const block of blockSizes) {
      const start = Math.floor(position / block) * block;
      const length = Math.min(most, Math.ceil((position + target.length - start) / block) * block);
      try {
        const { bytesRead } = await handle.read(memory, 0, length, start);
        const got = memory.subarray(position - start, Math.min(bytesRead, position - start + target.length));
        target.set(got);
        return got.length;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
      }
    }
    isImpossible = true;
    return null;
  }

  async function reread(target: Uint8Array, position: number): Promise<number | null> {
    const turn = queue.then(() => readAligned(target, position));
    queue = turn.catch(() => undefined);
    return turn;
  }

  return {
    async readAt(target, position) {
      if (position >= from && position < until) {
        const count = await reread(target, position);
        if (count !== null) return count;
      }
      try {
        return await readAt(target, position);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EIO')) throw error;
        from = position;
        until = position + target.length;
        const count = await reread(target, position);
        if (count === null) throw error;
        return count;
      }
    },
    close: async () => handle?.close(),
  };
}
