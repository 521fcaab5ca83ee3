import { compressors } from '@pstore-decode/formats/compress';
import type { RandomAccessSource } from '../source.js';
import { addressSpace } from './address-space.js';
import type { Container } from './container.js';
import type { Hole, Lost, Mapping, Piece, Stored } from './pieces.js';
import { magic, type Qcow2Header, reachOfTable, readQcow2Header } from './qcow2-header.js';
import { hostOffset, noTable, readL1, type Table, tableCache } from './qcow2-tables.js';

// Source of all facts: QEMU's document docs/interop/qcow2.rst, sections "Cluster mapping" and "Extended L2 Entries".

/**
 * QEMU's disk images, versions 2 and 3; virtual machines keep their UEFI variables in them too. Internal snapshots and
 * what stands in a backing file are not read; images that are encrypted or have their data elsewhere are refused.
 */
export const qcow2: Container = {
  name: 'qcow2',
  recognizes: (head) => magic.every((byte, i) => head[i] === byte),
  async open(medium, report) {
    const header = await readQcow2Header(medium, report);
    if (header === null) return null;
    return addressSpace(medium, 'qcow2', mappingOf(medium, header, await readL1(medium, header)));
  },
};

/** What an entry says of a unit: a cluster, or with extended L2 entries a 32nd of one. */
type Unit = Stored | Hole | Lost | typeof inPackedCluster;

const inPackedCluster = { kind: 'packed' } as const;
const hole: Hole = { kind: 'hole' };
const inBackingFile: Lost = { kind: 'lost', code: 'container.backing', why: 'in another file' };
const tableLost = lost('the L2 table is not there');
const entryLost = lost('the L2 entry is not there');
const entryWrong = lost('the L2 entry is wrong');
const clusterLost = lost('the cluster is behind the end of the image');

function lost(why: string): Lost {
  return { kind: 'lost', code: 'container.lost', why };
}

/** Pieces given at once: some hundred thousand of a large table would be moved around by the garbage collector. */
const atOnce = 4096;

/** By compression type. */
const compressorNames = ['deflate', 'zstd'];

function mappingOf(medium: RandomAccessSource, header: Qcow2Header, l1: Float64Array): Mapping {
  const { size, clusterSize } = header;
  const reach = reachOfTable(header);
  const tableAt = tableCache(medium, clusterSize);
  const nothingHere = header.hasBackingFile ? inBackingFile : hole;
  const entrySize = header.isExtended ? 16 : 8;
  /** Of an offset in an entry of a packed cluster, in the upper 32 bits. */
  const offsetBits = 62 - (Math.log2(clusterSize) - 8) - 32;
  const unitSize = header.isExtended ? clusterSize / 32 : clusterSize;
  const unitOf = header.isExtended ? extendedUnit : plainUnit;
  const compressorName = compressorNames[header.compressionType] ?? `method ${header.compressionType}`;
  const compressor = compressors.find(({ name }) => name === compressorName);
  const unknownCompressor = lost(`it is compressed with ${compressorName}`);
  const unpack = (bytes: Uint8Array) => compressor!.decompress(bytes, { maxOutput: clusterSize });

  function plainUnit(table: Table, index: number): Unit {
    const at = 8 * index;
    if (!table.has(at, 8)) return entryLost;
    if (isPacked(table, at)) return inPackedCluster;
    if ((table.view.getUint8(at + 7) & 1) === 1) return hole;
    const offset = hostOffset(table.view, at);
    return offset === 0 ? nothingHere : stored(offset, 0);
  }

  /** 16 bytes: the entry, 32 bits for parts that are zeros, 32 bits for parts that are there; bit 0 is the first part. */
  function extendedUnit(table: Table, index: number): Unit {
    const at = 16 * Math.floor(index / 32);
    if (!table.has(at, 16)) return entryLost;
    if (isPacked(table, at)) return inPackedCluster;
    const part = index % 32;
    const isZero = ((table.view.getUint32(at + 8) >>> part) & 1) === 1;
    const isThere = ((table.view.getUint32(at + 12) >>> part) & 1) === 1;
    if (isZero) return isThere ? entryWrong : hole;
    return isThere ? stored(hostOffset(table.view, at), part) : nothingHere;
  }

  function stored(offset: number, part: number): Unit {
    if (offset === 0 || offset % clusterSize !== 0) return entryWrong;
    const at = offset + part * unitSize;
    return at < medium.size ? { kind: 'stored', at } : clusterLost;
  }

  /** The entry has an offset and, above it, how many sectors of 512 bytes the packed bytes go on behind that of the offset. */
  function packed(table: Table, index: number, start: number): Piece {
    const end = Math.min(size, start + clusterSize);
    const high = table.view.getUint32(index * entrySize);
    const at = (high % 2 ** offsetBits) * 2 ** 32 + table.view.getUint32(index * entrySize + 4);
    const sectors = 1 + ((high & 0x3fff_ffff) >>> offsetBits);
    if (at >= medium.size) return { start, end, ...clusterLost };
    if (compressor === undefined) return { start, end, ...unknownCompressor };
    const from = { start: at, end: Math.min(medium.size, at - (at % 512) + 512 * sectors) };
    return { start, end, kind: 'packed', from, unpack };
  }

  /** The piece around `at`; as far as it goes on in the same way, up to `until` and the end of the table. */
  function pieceOf(table: Table, tableStart: number, at: number, until: number): Piece {
    const first = Math.floor((at - tableStart) / unitSize);
    const unit = unitOf(table, first);
    if (unit.kind === 'packed') {
      const index = Math.floor((at - tableStart) / clusterSize);
      return packed(table, index, tableStart + index * clusterSize);
    }
    const start = tableStart + first * unitSize;
    let end = start + unitSize;
    for (let next = first + 1; end < until && goesOn(unit, unitOf(table, next), end - start); next++) end += unitSize;
    return withinMedium({ start, end: Math.min(size, end), ...unit }, at, medium.size);
  }

  return {
    size,
    async piecesFrom(at, until) {
      const number = Math.floor(at / reach);
      const tableStart = number * reach;
      const offset = l1[number] ?? noTable.lost;
      if (offset === noTable.unallocated || offset === noTable.lost) {
        let next = number + 1;
        while (next * reach < until && (l1[next] ?? noTable.lost) === offset) next += 1;
        const unit = offset === noTable.lost ? tableLost : nothingHere;
        return [{ start: tableStart, end: Math.min(size, next * reach), ...unit }];
      }
      const table = await tableAt(offset);
      const limit = Math.min(until, tableStart + reach);
      const pieces: Piece[] = [];
      for (let from = at; from < limit && pieces.length < atOnce; from = pieces.at(-1)!.end) {
        pieces.push(pieceOf(table, tableStart, from, limit));
      }
      return pieces;
    },
  };
}

/** Bit 62 of an entry. */
function isPacked(table: Table, at: number): boolean {
  return (table.view.getUint8(at) & 0x40) !== 0;
}

function goesOn(unit: Unit, next: Unit, distance: number): boolean {
  return unit.kind === 'stored' && next.kind === 'stored' ? next.at === unit.at + distance : next === unit;
}

/** Of a piece that goes on behind the end of the medium, the part around `at` on this side or beyond. */
function withinMedium(piece: Piece, at: number, size: number): Piece {
  if (piece.kind !== 'stored') return piece;
  const end = piece.start + (size - piece.at);
  if (end >= piece.end) return piece;
  return at < end ? { ...piece, end } : { start: end, end: piece.end, ...clusterLost };
}
