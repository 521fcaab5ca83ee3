import type { ByteRange } from '@pstore-decode/formats/bytes';
import { breather } from '../breathe.js';
import { rangeSet } from '../range-set.js';
import type { Unwrapped } from './container.js';
import type { KdumpHeader } from './kdump-header.js';
import { readWithLosses } from './read-with-losses.js';
import { lastUpTo } from './runs.js';

/** Pages in 4096 bytes of a bitmap: what is kept of it is one count for each of these chunks. */
export const chunkPages = 32768;

/** Which pages are in the file, and the how-manieth each is. */
export interface PageIndex {
  /** Pages that are in the file. */
  readonly dumped: number;
  /** Pages that exist and are not in the file. */
  readonly excluded: number;
  /** From this page on nobody knows which are in the file: a part of the bitmap cannot be read. */
  readonly knownUpTo: number;
  /** The first chunk that has pages in the file, from this one on; null behind the last. */
  nextChunk(chunk: number): number | null;
  /** The bits of a chunk, and how many pages are in the file before it. */
  chunk(chunk: number): Promise<{ readonly bits: Uint8Array; readonly before: number }>;
  /** How many pages before this one are in the file. */
  rank(page: number): Promise<number>;
}

/** Counts the bits of both bitmaps once. Where the medium has holes no page exists. */
export async function readPageIndex(medium: Unwrapped, header: KdumpHeader, signal?: AbortSignal): Promise<PageIndex> {
  const { existing, dumped, pages } = header;
  const bytes = Math.ceil(pages / 8);
  const chunks: number[] = [];
  const counts: number[] = [];
  let total = 0;
  let excluded = 0;
  let knownUpTo = pages;
  const breathe = breather(signal);

  const read = async (start: number, end: number) => {
    const found = await readWithLosses(medium, { start, end });
    const bits = new Uint8Array(end - start);
    bits.set(found.bytes);
    for (const range of found.lost) {
      bits.fill(0, range.start, range.end);
      if (start >= dumped) knownUpTo = Math.min(knownUpTo, 8 * (start - dumped + range.start));
    }
    return bits;
  };
  /** No bit behind the last page counts. */
  const cut = (bits: Uint8Array, start: number) => {
    if (pages % 8 !== 0 && start + bits.length === bytes) bits[bits.length - 1]! &= (1 << (pages % 8)) - 1;
    return bits;
  };

  for (const { start, end } of await usedParts(medium, [existing, dumped], bytes)) {
    for (let at = start; at < end; at += atOnce) {
      await breathe();
      const behind = Math.min(end, at + atOnce);
      const isThere = cut(await read(existing + at, existing + behind), at);
      const isDumped = cut(await read(dumped + at, dumped + behind), at);
      for (let from = 0; from < isDumped.length; from += chunkSize) {
        const until = Math.min(isDumped.length, from + chunkSize, Math.max(from, knownUpTo / 8 - at));
        let count = 0;
        for (let i = from; i < until; i++) {
          count += ones[isDumped[i] as number] as number;
          excluded += ones[(isThere[i] as number) & ~(isDumped[i] as number)] as number;
        }
        if (count === 0) continue;
        chunks.push((at + from) / chunkSize);
        counts.push(total);
        total += count;
      }
    }
  }
  const numbers = Float64Array.from(chunks);

  let last: { readonly number: number; readonly bits: Uint8Array } | null = null;
  const bitsOf = async (number: number) => {
    const start = number * chunkSize;
    const end = Math.min(bytes, start + chunkSize);
    if (last?.number !== number) last = { number, bits: cut(await read(dumped + start, dumped + end), start) };
    return last.bits;
  };
  const before = (chunk: number) => {
    const index = lastUpTo(numbers, chunk - 1) + 1;
    return counts[index] ?? total;
  };
  return {
    dumped: total,
    excluded,
    knownUpTo,
    nextChunk: (chunk) => numbers[lastUpTo(numbers, chunk - 1) + 1] ?? null,
    chunk: async (chunk) => ({ bits: await bitsOf(chunk), before: before(chunk) }),
    async rank(page) {
      const chunk = Math.floor(page / chunkPages);
      if (chunk * chunkSize >= bytes) return total;
      return before(chunk) + onesBefore(await bitsOf(chunk), page % chunkPages);
    },
  };
}

const chunkSize = chunkPages / 8;

/** Bytes of a bitmap that are read at once. */
const atOnce = 64 * chunkSize;

const ones = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
});

/** How many of the first `count` bits are set; bit 0 of a byte is the first. */
export function onesBefore(bits: Uint8Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count >> 3; i++) sum += ones[bits[i] as number] as number;
  return sum + (ones[(bits[count >> 3] ?? 0) & ((1 << (count & 7)) - 1)] as number);
}

/** Where any of the bitmaps of `bytes` bytes at `places` has something, in whole chunks, counted from their starts. */
async function usedParts(medium: Unwrapped, places: readonly number[], bytes: number): Promise<ByteRange[]> {
  const stored = (await medium.dataRanges?.(() => undefined)) ?? [{ start: 0, end: medium.size }];
  const used = rangeSet();
  for (const place of places) {
    for (const { start, end } of stored) {
      const from = Math.floor((start - place) / chunkSize) * chunkSize;
      const until = Math.ceil((end - place) / chunkSize) * chunkSize;
      used.add({ start: Math.max(0, from), end: Math.min(bytes, until) });
    }
  }
  return used.within({ start: 0, end: bytes });
}
