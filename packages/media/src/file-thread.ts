import type { readSync } from 'node:fs';
import type { MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { HelperWork } from './scan/direct-access.js';
import { segmentsOf } from './scan/segments.js';
import { simdScanner } from './scan/simd-scanner.js';

/** The whole program of a thread, as text: so it needs no file of its own, in the packages as in the bundle of the cli. */
export function threadSource(): string {
  const parts = [filler, segmentsOf, simdScanner].map((part) => `(${part})`);
  return `(${searchInThread})(require('node:worker_threads'), require('node:fs'), ${parts})`;
}

/**
 * Reads synchronously: the bytes come straight to where they are wanted, which the thread pool cannot do. The function
 * that it gives fills `target` from `position`, or says false.
 * @param descriptor asked again for each read: a file may have been closed
 */
export function filler(read: typeof readSync, descriptor: () => number) {
  return (target: Uint8Array, position: number): boolean => {
    try {
      for (let done = 0; done < target.length; ) {
        const count = read(descriptor(), target, done, target.length - done, position + done);
        if (count === 0) return false;
        done += count;
      }
      return true;
    } catch {
      return false; // whatever it was, the asynchronous way meets it again and knows it
    }
  };
}

interface ThreadData {
  readonly work: HelperWork;
  readonly descriptor: number;
  readonly unheard: Int32Array<SharedArrayBuffer>;
  readonly port: MessagePort;
}

interface ThreadModule {
  readonly workerData: ThreadData;
  readonly receiveMessageOnPort: typeof receiveMessageOnPort;
}

/**
 * Takes segments until there are none. News are held back until they are worth a message; when 16 are unheard, it waits.
 * Handed over as text: it must not name anything outside of itself.
 */
function searchInThread(
  threads: ThreadModule,
  files: { readonly readSync: typeof readSync },
  fillerOf: typeof filler,
  segmentsOfPlan: typeof segmentsOf,
  scannerOf: typeof simdScanner,
): void {
  const { work, descriptor, unheard, port } = threads.workerData;
  const { kernel, table, plan, room, reach, window, next } = work;
  const mostSegments = 8;
  const mostCandidates = 1024;
  const fill = fillerOf(files.readSync, () => descriptor);
  const segments = segmentsOfPlan(plan);
  const scanner = scannerOf(kernel, table, room, reach);
  const candidates = new Int32Array(4 * mostCandidates);
  const windows = new Uint8Array(window * mostCandidates);
  let count = 0;
  let searched: number[] = [];
  let unread: number[] = [];

  function tell(isLast: boolean): void {
    Atomics.add(unheard, 0, 1);
    port.postMessage({
      candidates: candidates.slice(0, 4 * count),
      windows: windows.slice(0, window * count),
      searched,
      unread,
      isLast,
    });
    count = 0;
    searched = [];
    unread = [];
    for (let held = Atomics.load(unheard, 0); held >= 16; held = Atomics.load(unheard, 0)) {
      Atomics.wait(unheard, 0, held);
    }
  }

  for (let index = Atomics.add(next, 0, 1); index < segments.count; index = Atomics.add(next, 0, 1)) {
    const exchanged = threads.receiveMessageOnPort(port);
    if (exchanged !== undefined) scanner.load(exchanged.message);
    const { start, end, readEnd } = segments.at(index);
    const bytes = scanner.input.subarray(0, readEnd - start);
    if (fill(bytes, start)) {
      scanner.find(end - start, (at, signature) => {
        const seen = bytes.subarray(at, at + window);
        candidates.set([index, at, signature, seen.length], 4 * count);
        windows.set(seen, window * count);
        count += 1;
        if (count === mostCandidates) tell(false);
      });
      searched.push(index);
    } else {
      unread.push(index);
    }
    if (searched.length + unread.length >= mostSegments) tell(false);
  }
  tell(true);
}
