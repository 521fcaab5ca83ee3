import { adler32 } from '@pstore-decode/formats/compress';
import { addressSpace } from './address-space.js';
import type { Container, Unwrapped } from './container.js';
import { type ChunkTable, type Ewf, magic, readSections } from './ewf-sections.js';
import type { Lost, Mapping, Piece, Unpacked } from './pieces.js';
import { readWithLosses } from './read-with-losses.js';
import { lastUpTo } from './runs.js';
import { unpackZlib } from './unpack-zlib.js';

// Source of all facts: libewf's document "Expert Witness Compression Format specification".

/**
 * Expert Witness images (E01) of disks, in one segment file or in several, one behind the other. Every chunk has its
 * checksum, which is held against its bytes.
 */
export const ewf: Container = {
  name: 'EWF',
  recognizes: (head) => magic.every((byte, i) => head[i] === byte),
  async open(medium, report, signal) {
    const image = await readSections(medium, report, signal);
    if (image === null) {
      const at = { start: 0, end: Math.min(medium.size, 4096) };
      report({ code: 'container.header', at, detail: 'EWF: no section says how large the medium is' });
      return null;
    }
    return addressSpace(medium, 'EWF', mappingOf(medium, image));
  },
};

/** Chunks that are given at once. */
const atOnce = 256;

const noTable: Lost = { kind: 'lost', code: 'container.lost', why: 'no table has the chunk' };
const noEntry: Lost = { kind: 'lost', code: 'container.lost', why: 'the place of the chunk cannot be read' };
const noChunk: Lost = { kind: 'lost', code: 'container.lost', why: 'the chunk is not there' };

function mappingOf(medium: Unwrapped, { size, chunkSize, tables }: Ewf): Mapping {
  const firsts = Float64Array.from(tables, ({ first }) => first);

  /** The pieces of chunks `from` to `until` of a table. */
  async function chunksOf(table: ChunkTable, from: number, until: number): Promise<Piece[]> {
    const start = table.entries + 4 * (from - table.first);
    // One more: a chunk ends where the next begins.
    const end = Math.min(table.entries + 4 * table.count, start + 4 * (until - from + 1));
    const { bytes, lost } = await readWithLosses(medium, { start, end });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const isLost = (at: number) => lost.some((range) => range.start < at + 4 && at < range.end);
    const placeOf = (at: number) => table.base + (view.getUint32(at, true) & 0x7fff_ffff);
    return Array.from({ length: until - from }, (_, i): Piece => {
      const range = { start: (from + i) * chunkSize, end: Math.min(size, (from + i + 1) * chunkSize) };
      const at = 4 * i;
      if (isLost(at)) return { ...range, ...noEntry };
      const place = placeOf(at);
      const isPacked = view.getUint32(at, true) >= 2 ** 31;
      const next = at + 8 <= bytes.length && !isLost(at + 4) ? placeOf(at + 4) : table.end;
      const behind = Math.min(next, place + 2 * chunkSize + 4096, medium.size);
      if (place >= behind) return { ...range, ...noChunk };
      const length = range.end - range.start;
      const unpack = (bytes: Uint8Array) => (isPacked ? unpackZlib(bytes, length) : unpackStored(bytes, length));
      return { ...range, kind: 'packed', from: { start: place, end: behind }, unpack };
    });
  }

  return {
    size,
    piecesFrom(at, until) {
      const chunk = Math.floor(at / chunkSize);
      const number = lastUpTo(firsts, chunk);
      const table = tables[number];
      const behind = Math.ceil(Math.min(size, until) / chunkSize);
      if (table !== undefined && chunk < table.first + table.count) {
        return chunksOf(table, chunk, Math.min(behind, table.first + table.count, chunk + atOnce));
      }
      const next = tables[number + 1];
      const end = next === undefined ? size : Math.min(size, next.first * chunkSize);
      return [{ start: chunk * chunkSize, end, ...noTable }];
    },
  };
}

/** The bytes and their Adler-32. */
function unpackStored(stored: Uint8Array, length: number): Unpacked {
  const bytes = stored.subarray(0, length);
  if (stored.length < length + 4) return { bytes, reason: 'the chunk is cut' };
  const checksum = new DataView(stored.buffer, stored.byteOffset).getUint32(length, true);
  return checksum === adler32(bytes) ? { bytes } : { bytes, wrongChecksum: 'the Adler-32 is wrong' };
}
