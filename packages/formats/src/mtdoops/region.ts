import type { ByteRange } from '../bytes/range.js';
import { isPrintable, largestPartition, type PageHeader, pageHeaderAt, pageUnit } from './layout.js';

/** A header and its offset in the bytes of the area. */
interface PlacedHeader {
  readonly at: number;
  readonly header: PageHeader;
}

/** A partition, or as much of it as is there. Ranges are offsets in the bytes of the area. */
export interface Region {
  readonly range: ByteRange;
  /** Bytes, a multiple of 4096. */
  readonly recordSize: number;
  /** Ascending. */
  readonly headers: readonly PlacedHeader[];
}

/**
 * The partitions in the bytes of an area. Headers stand on multiples of 4096 from the start of a partition; those that
 * do not fit the multiples of most are left out.
 * @param hits offsets in `bytes` where headers stand, ascending
 */
export function regionsOf(bytes: Uint8Array, hits: readonly number[]): Region[] {
  const groups: PlacedHeader[][] = [];
  for (const at of commonGrid(hits)) {
    const header = pageHeaderAt(bytes, at);
    if (header === null) continue;
    const group = groups.at(-1);
    if (group !== undefined && at - (group[0] as PlacedHeader).at < largestPartition) group.push({ at, header });
    else groups.push([{ at, header }]);
  }
  const regions: Region[] = [];
  for (const [i, group] of groups.entries()) {
    const next = groups[i + 1]?.[0]?.at ?? bytes.length;
    regions.push(regionOf(bytes, group, { start: regions.at(-1)?.range.end ?? 0, end: next }));
  }
  return regions;
}

/** The hits on the multiples of 4096, from wherever, that have the most; of equals those that come first. */
function commonGrid(hits: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const hit of hits) counts.set(hit % pageUnit, (counts.get(hit % pageUnit) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const grid = [...counts.keys()].find((offset) => counts.get(offset) === most);
  return hits.filter((hit) => hit % pageUnit === grid);
}

/** @param free the bytes that no other region has */
function regionOf(bytes: Uint8Array, headers: readonly PlacedHeader[], free: ByteRange): Region {
  const first = (headers[0] as PlacedHeader).at;
  const last = (headers.at(-1) as PlacedHeader).at;
  const recordSize = recordSizeOf(bytes, headers, free.end);
  let end = Math.min(free.end, last + recordSize);
  let start = first;
  const fits = () => end - start + recordSize <= largestPartition;
  while (start - recordSize >= free.start && fits() && isPageLike(bytes, start - recordSize, start))
    start -= recordSize;
  while (end < free.end && fits() && isPageLike(bytes, end, end + recordSize))
    end = Math.min(free.end, end + recordSize);
  return { range: { start, end }, recordSize, headers };
}

/**
 * The smallest distance of two records, divided by that of their numbers: those between may have lost their headers.
 * Where the numbers do not ascend, as where the writer began again at the first page, the longest text tells.
 */
function recordSizeOf(bytes: Uint8Array, headers: readonly PlacedHeader[], end: number): number {
  let told = Number.POSITIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  let longest = pageUnit;
  for (const [i, { at, header }] of headers.entries()) {
    const next = headers[i + 1];
    longest = Math.max(longest, textPages(bytes, at, next?.at ?? end));
    if (next === undefined) break;
    const distance = next.at - at;
    const numbers = (next.header.seq - header.seq) >>> 0;
    if (numbers > 0 && distance % (numbers * pageUnit) === 0) told = Math.min(told, distance / numbers);
    most = Math.min(most, distance);
  }
  return told < Number.POSITIVE_INFINITY ? told : Math.min(longest, most);
}

/** From a header up to the first page of 4096 that ends in erased flash or a NUL, or is followed by what is no text. */
function textPages(bytes: Uint8Array, at: number, limit: number): number {
  let size = pageUnit;
  for (; size < largestPartition; size += pageUnit) {
    const end = at + size;
    if (end + pageUnit > limit || bytes[end - 1] === 0xff || bytes[end - 1] === 0 || bytes[end] === 0xff) break;
    const next = bytes.subarray(end, end + 256);
    if (10 * next.filter(isPrintable).length < 9 * next.length) break;
  }
  return size;
}

/** Erased, or a log that lost its header: what may belong to a partition. */
function isPageLike(bytes: Uint8Array, start: number, end: number): boolean {
  return isErased(bytes, start, Math.min(end, bytes.length)) || logStart(bytes, start) !== null;
}

export function isErased(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0xff) return false;
  return true;
}

/** Where the first line `<6>[    1.234567] ` of a page without a legible header begins, in its first 256 bytes. */
export function logStart(bytes: Uint8Array, start: number): number | null {
  const text = String.fromCharCode(...bytes.subarray(start, start + 256));
  const found = /<\d{1,3}>\[ *\d+\.\d{6}\]/.exec(text);
  return found === null ? null : start + found.index;
}
