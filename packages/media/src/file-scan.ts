import { readSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { MessagePort, Worker } from 'node:worker_threads';
import { filler, threadSource } from './file-thread.js';
import type { DirectAccess, HelperNews, Helpers, HelperWork } from './scan/direct-access.js';

/**
 * Of a file or block device: read synchronously, straight to where a search wants it.
 * @param descriptor read again for each use: a file may have been closed
 */
export function directAccess(descriptor: () => number): DirectAccess {
  return {
    fill: filler(readSync, descriptor),
    processors: availableParallelism,
    startHelpers: (count, work) => startThreads(count, work, descriptor()),
  };
}

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  /** Shared with the thread: news on their way. */
  readonly unheard: Int32Array<SharedArrayBuffer>;
  /** Its last news were heard. */
  isDone: boolean;
  hasEnded: boolean;
}

/** The threads read by the same descriptor: nobody can exchange the file between. */
async function startThreads(count: number, work: HelperWork, descriptor: number): Promise<Helpers> {
  const { MessageChannel, receiveMessageOnPort, Worker: NewWorker } = await import('node:worker_threads');
  const threads: Thread[] = [];
  let failure: Error | null = null;
  for (let i = 0; i < count; i++) {
    const { port1: port, port2: away } = new MessageChannel();
    const unheard = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { work, descriptor, unheard, port: away };
    const worker = startedOrNull(() => new NewWorker(threadSource(), { eval: true, workerData, transferList: [away] }));
    if (worker === null) break;
    const thread = { worker, port, unheard, isDone: false, hasEnded: false };
    worker.on('error', (error) => {
      failure ??= error;
    });
    worker.on('exit', () => {
      thread.hasEnded = true;
    });
    threads.push(thread);
  }

  function news(): HelperNews | null {
    if (failure !== null) throw failure;
    for (const thread of threads) {
      const received = receiveMessageOnPort(thread.port);
      if (received === undefined) {
        if (thread.hasEnded && !thread.isDone) throw new Error('a thread of the search ended before its work');
        continue;
      }
      Atomics.sub(thread.unheard, 0, 1);
      Atomics.notify(thread.unheard, 0);
      const { isLast, ...told } = received.message as HelperNews & { readonly isLast: boolean };
      thread.isDone ||= isLast;
      return told;
    }
    return null;
  }

  return {
    news,
    async lastNews() {
      for (;;) {
        const told = news();
        if (told !== null || threads.every(({ isDone }) => isDone)) return told;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    load(table) {
      for (const { port } of threads) port.postMessage(table);
    },
    async stop() {
      for (const { port } of threads) port.close();
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

/** Null where the system, or who started this process, allows no threads. */
function startedOrNull(start: () => Worker): Worker | null {
  try {
    return start();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
