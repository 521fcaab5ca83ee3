import type { RandomAccessSource } from '../source.js';
import { readWithLosses } from './read-with-losses.js';

/** The bytes of a medium one after the other, up to its end or to the first that cannot be read. */
export interface ByteReader {
  /** Offset of the next byte. */
  at(): number;
  /** Bytes that are left, if all can be read. */
  left(): number;
  /** The next `count` bytes, or fewer where it ends. A view that holds up to the next call. */
  peek(count: number): Promise<Uint8Array>;
  /** Goes on behind bytes that were peeked at. */
  skip(count: number): void;
}

/** Bytes read at once. */
const atOnce = 1 << 20;

export function byteReader(medium: RandomAccessSource): ByteReader {
  let bytes = new Uint8Array(0);
  let start = 0;
  let at = 0;
  let end = medium.size;
  return {
    at: () => at,
    left: () => Math.max(0, end - at),
    async peek(count) {
      if (at + count > start + bytes.length && start + bytes.length < end) {
        const read = await readWithLosses(medium, { start: at, end: Math.min(end, at + Math.max(count, atOnce)) });
        start = at;
        bytes = read.bytes.subarray(0, read.lost[0]?.start) as typeof bytes;
        if (read.lost.length > 0) end = start + bytes.length;
      }
      return bytes.subarray(Math.min(bytes.length, at - start), Math.min(bytes.length, at - start + count));
    },
    skip(count) {
      at += count;
    },
  };
}
