import type { RandomAccessSource } from '../source.js';
import { type Qcow2Header, reachOfTable } from './qcow2-header.js';
import { readWithLosses } from './read-with-losses.js';

/** The bytes of a table, as far as they are there. */
export interface Table {
  readonly view: DataView;
  /** Whether these bytes of it could be read. */
  has(at: number, length: number): boolean;
}

/** In place of the offset of an L2 table. Real offsets are multiples of a cluster. */
export const noTable = { unallocated: 0, lost: -1 } as const;

/**
 * Offsets of L2 tables, as far as the disk needs them and the medium has them. An offset that was there before is lost:
 * two parts of a disk never share a table, and a walk through all of them must end.
 */
export async function readL1(medium: RandomAccessSource, header: Qcow2Header): Promise<Float64Array> {
  const { clusterSize, l1TableOffset: start } = header;
  const entries = Math.ceil(header.size / reachOfTable(header));
  const table = await readTable(medium, start, 8 * entries);
  const seen = new Set<number>();
  return Float64Array.from({ length: Math.min(entries, Math.floor(table.view.byteLength / 8)) }, (_, i) => {
    if (!table.has(8 * i, 8)) return noTable.lost;
    const offset = hostOffset(table.view, 8 * i);
    if (offset === 0) return noTable.unallocated;
    if (offset >= medium.size || offset % clusterSize !== 0 || seen.has(offset)) return noTable.lost;
    seen.add(offset);
    return offset;
  });
}

/** Bytes of L2 tables that are kept, but four tables at least. */
const kept = 4 << 20;

/** Gives the L2 table at an offset; those that were asked for last are kept. */
export function tableCache(medium: RandomAccessSource, clusterSize: number): (offset: number) => Promise<Table> {
  const tables = new Map<number, Table>();
  return async (offset) => {
    const table = tables.get(offset) ?? (await readTable(medium, offset, clusterSize));
    tables.delete(offset); // and in again, as the newest
    tables.set(offset, table);
    for (const oldest of tables.keys()) {
      if (tables.size <= Math.max(4, kept / clusterSize)) break;
      tables.delete(oldest);
    }
    return table;
  };
}

async function readTable(medium: RandomAccessSource, start: number, length: number): Promise<Table> {
  const { bytes, lost } = await readWithLosses(medium, { start, end: start + length });
  return {
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    has: (at, count) => !lost.some((range) => range.start < at + count && at < range.end),
  };
}

/** Bits 9 to 55 of the entry at `at`. A multiple of 512: exact as a number, however large. */
export function hostOffset(view: DataView, at: number): number {
  return (view.getUint32(at) & 0x00ff_ffff) * 2 ** 32 + ((view.getUint32(at + 4) & 0xffff_fe00) >>> 0);
}
