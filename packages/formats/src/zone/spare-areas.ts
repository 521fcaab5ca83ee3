import type { Area } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { concat, slice, type TracedBytes } from '../bytes/traced.js';
import { readCompressedDump } from '../dump/index.js';
import { looksLikeText } from '../payload/dmesg.js';
import { zoneHeader } from './layout.js';
import { headerAt } from './places.js';

/** The bytes of an area without what stands between the pages of flash. */
export interface Pages {
  readonly bytes: Uint8Array;
  /** Places of the hits in `bytes`. */
  readonly hits: readonly number[];
  /** A part of `bytes`, with its places on the medium. */
  cut(start: number, end: number): TracedBytes;
  /** Null when there are no spare areas. */
  readonly geometry: Geometry | null;
}

interface Geometry {
  readonly page: number;
  readonly spare: number;
}

/** Of NAND flash that is or was common. */
const geometries: readonly Geometry[] = [
  { page: 2048, spare: 64 },
  { page: 4096, spare: 224 },
  { page: 512, spare: 16 },
  { page: 2048, spare: 128 },
  { page: 4096, spare: 128 },
  { page: 4096, spare: 256 },
  { page: 8192, spare: 448 },
  { page: 8192, spare: 640 },
];

/** The first dump that goes on behind a page tells: it makes sense only without the spare areas. */
export function pagesOf(area: Area, fuel: Fuel): Pages {
  const hits = area.hits.map((hit) => hit - area.range.start);
  const plain: Pages = {
    bytes: area.content.bytes,
    hits,
    cut: (start, end) => slice(area.content, start, end),
    geometry: null,
  };
  const first = hits.find((hit) => {
    const header = headerAt(plain.bytes, hit);
    return header?.kmsg != null && header.datalen > 8192 + 640 + header.kmsg.size;
  });
  const witness = first ?? hits.find((hit) => (headerAt(plain.bytes, hit)?.datalen ?? 0) > 2048);
  if (area.range.start !== 0 || witness === undefined || isSound(plain, witness, fuel)) return plain;
  for (const geometry of geometries) {
    const step = geometry.page + geometry.spare;
    if (witness % step !== 0) continue;
    const pages = withoutSpare(area.content, hits, geometry);
    if (isSound(pages, (witness / step) * geometry.page, fuel)) return pages;
  }
  return plain;
}

function isSound({ bytes, cut }: Pages, at: number, fuel: Fuel): boolean {
  const header = headerAt(bytes, at);
  if (header?.kmsg == null) return true;
  const start = at + zoneHeader.size + header.kmsg.size;
  const end = at + zoneHeader.size + header.datalen;
  if (end > bytes.length || end < start) return false;
  if (header.kmsg.compressed) return readCompressedDump(cut(start, end), [], {}, fuel).complete;
  // The text around the end of the first page.
  return [512, 2048, 4096, 8192].every((page) => {
    const from = Math.max(start, at + page - 64);
    return looksLikeText(bytes.subarray(from, Math.min(end, from + 256)));
  });
}

function withoutSpare(content: TracedBytes, hits: readonly number[], geometry: Geometry): Pages {
  const { page, spare } = geometry;
  const step = page + spare;
  const count = Math.ceil(content.bytes.length / step);
  const pageAt = (i: number) => content.bytes.subarray(i * step, i * step + page);
  const bytes = new Uint8Array(Array.from({ length: count }, (_, i) => pageAt(i).length).reduce((a, b) => a + b, 0));
  for (let i = 0; i < count; i++) bytes.set(pageAt(i), i * page);
  const cut = (start: number, end: number): TracedBytes => {
    const parts: TracedBytes[] = [];
    for (let at = start; at < end; ) {
      const i = Math.floor(at / page);
      const next = Math.min(end, (i + 1) * page);
      parts.push(slice(content, at + i * spare, next + i * spare));
      at = next;
    }
    return concat(...parts);
  };
  const kept = hits.filter((hit) => hit % step < page);
  return { bytes, hits: kept.map((hit) => Math.floor(hit / step) * page + (hit % step)), cut, geometry };
}
