import type { Finding, Report } from '@pstore-decode/formats';
import { breather } from '../breathe.js';
import { checkRange, type RandomAccessSource } from '../source.js';
import { type ByteReader, byteReader } from './byte-reader.js';
import type { ContainedSource, Unwrapped } from './container.js';
import { unpackedSpan } from './root-spans.js';

/** A file that is compressed as a whole: nothing in it can be read without what comes before. */
export interface StreamFormat {
  readonly name: string;
  /** As `Container.recognizes`. */
  recognizes(head: Uint8Array): boolean;
  /**
   * Gives the text in pieces, each in memory that may be used again, up to the end or the first fault. `input` then stands
   * behind the last stream that is whole, or where it broke off.
   * @returns why it broke off; null when nothing did
   */
  unpack(input: ByteReader): AsyncGenerator<Uint8Array, string | null, void>;
}

/** Where unpacked bytes are kept. */
export interface Store {
  /** Bytes that it takes. */
  readonly most: number;
  /** Takes the bytes that come next. */
  append(bytes: Uint8Array): Promise<void>;
  /** What was taken. */
  source(): RandomAccessSource;
}

/** In memory; for where there is nothing else. */
export function memoryStore(most = 256 << 20): Store {
  const pieces: Uint8Array[] = [];
  const ends: number[] = [];
  return {
    most,
    async append(bytes) {
      pieces.push(bytes.slice());
      ends.push((ends.at(-1) ?? 0) + bytes.length);
    },
    source() {
      const size = ends.at(-1) ?? 0;
      return {
        size,
        async read(range) {
          checkRange(range, size);
          const bytes = new Uint8Array(range.end - range.start);
          for (let i = firstBehind(ends, range.start); i < pieces.length; i++) {
            const piece = pieces[i] as Uint8Array;
            const start = (ends[i] as number) - piece.length;
            if (start >= range.end) break;
            const part = piece.subarray(Math.max(0, range.start - start), range.end - start);
            bytes.set(part, Math.max(start, range.start) - range.start);
          }
          return { bytes, spans: bytes.length === 0 ? [] : [{ length: bytes.length, from: range, how: 'copied' }] };
        },
      };
    },
  };
}

/** Index of the first end that is behind `at`. */
function firstBehind(ends: readonly number[], at: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bytes that belong to no stream make the medium something else from this share of it on: a flash chip that begins with a kernel. */
const foreignShare = 1 / 16;

/** The header line of a dump: a compressed record of pstore, which readers of records know better. */
const dumpHeader = /^[A-Z][a-z]+#\d+ Part\d+\n/;

export interface UnpackOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the medium that were taken so far, and all of them. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Unpacks a medium into a store. What a stream gives before it breaks off is kept, and told; so is what does not fit.
 * @returns null when it is no compressed medium but begins like one; findings say why where anybody should know
 * @throws the reason of the signal
 */
export async function unpackInto(
  store: Store,
  format: StreamFormat,
  medium: Unwrapped,
  report: Report,
  { signal, onProgress }: UnpackOptions = {},
): Promise<ContainedSource | null> {
  const beginning = { start: 0, end: Math.min(medium.size, 4096) };
  const input = byteReader(medium);
  const breathe = breather(signal);
  const text = format.unpack(input);
  let size = 0;
  let why: string | null = null;
  for (;;) {
    await breathe();
    onProgress?.(input.at(), medium.size);
    const step = await text.next();
    if (step.done) {
      why = step.value;
      break;
    }
    if (size === 0 && dumpHeader.test(String.fromCharCode(...step.value.subarray(0, 64)))) return null;
    const piece = step.value.subarray(0, store.most - size);
    await store.append(piece);
    size += piece.length;
    if (piece.length < step.value.length) {
      await text.return(null);
      const detail = `${format.name}: unpacks to more than ${store.most} bytes, the rest is left out`;
      report({ code: 'limit.container', at: null, detail });
      break;
    }
  }
  if (size === 0) {
    if (why === foreignBytes) return null;
    report({ code: 'container.header', at: beginning, detail: `${format.name}: ${why ?? 'nothing is in it'}` });
    return null;
  }
  if (why !== null) {
    const place = `at 0x${input.at().toString(16)} of the file, after ${size} bytes`;
    if (input.left() > 0 && why === foreignBytes) {
      if (input.left() > medium.size * foreignShare) return null;
      report({ code: 'container.doubtful', at: null, detail: `${format.name}: ${why} ${place}` });
    } else {
      report({ code: 'container.lost', at: null, detail: `${format.name}: ${why} ${place}: the rest is not there` });
    }
  }
  return unpackedSource(store.source(), format.name, medium);
}

/** Why streams end where something follows that is none. */
export const foreignBytes = 'bytes that are no part of it';

/** The tale that `unwrap` tells of every container. */
export function insideFinding(name: string, size: number): Finding {
  return { code: 'container.inside', at: null, detail: `${name}: ${size} bytes` };
}

function unpackedSource(kept: RandomAccessSource, name: string, medium: Unwrapped): ContainedSource {
  return {
    ...kept,
    root: medium.root ?? medium,
    containers: [...(medium.containers ?? []), name],
    async toRoot(range) {
      checkRange(range, kept.size);
      const length = range.end - range.start;
      return length === 0 ? [] : [await unpackedSpan(medium, { start: 0, end: medium.size }, length)];
    },
    dataRanges: async () => (kept.size === 0 ? [] : [{ start: 0, end: kept.size }]),
  };
}
