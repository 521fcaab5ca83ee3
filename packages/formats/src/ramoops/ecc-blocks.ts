import type { ByteRange } from '../bytes/range.js';
import { extent, patch, slice, type TracedBytes } from '../bytes/traced.js';
import { type Corrected, type ReedSolomon, reedSolomon, type Uncorrectable } from '../ecc/index.js';
import { zoneHeader } from './layout.js';

/** Data bytes a block (persistent_ram_init_ecc, fs/pstore/ram_core.c; no driver in the kernel uses another size). */
export const blockSize = 128;

/**
 * How many data blocks a zone has: kernels up to 3.9 count them over the whole room (`whole`), later ones leave room
 * for the parity first (`shared`).
 */
export type BlockCount = 'whole' | 'shared';

/** Where the parity of a zone stands. All offsets in bytes from the zone's header. */
export interface EccGeometry {
  /** Parity bytes a block; 0 without ECC. */
  readonly eccSize: number;
  readonly blocks: number;
  /** Bytes of ring data. */
  readonly capacity: number;
  /** Of the first block's parity. */
  readonly parityAt: number;
  /** Of the header's own parity: the last bytes of the zone. */
  readonly headerParityAt: number;
}

/** Null when the kernel refuses such a zone: parity would leave no room. */
export function eccGeometry(zoneSize: number, eccSize: number, count: BlockCount): EccGeometry | null {
  const room = zoneSize - zoneHeader.size;
  if (room <= 0) return null;
  if (eccSize === 0) return { eccSize, blocks: 0, capacity: room, parityAt: zoneSize, headerParityAt: zoneSize };
  const blocks = count === 'whole' ? Math.ceil(room / blockSize) : Math.ceil((room - eccSize) / (blockSize + eccSize));
  const total = (blocks + 1) * eccSize;
  if (blocks < 0 || total >= room) return null;
  return {
    eccSize,
    blocks,
    capacity: room - total,
    parityAt: zoneSize - total,
    headerParityAt: zoneSize - eccSize,
  };
}

/** Gives the kernel's code for a parity size: GF(2^8) over 0x11d, first root 0; null without ECC. */
export type Codecs = (eccSize: number) => ReedSolomon | null;

/** The tables of a code are costly to build: each is built once, when it is first asked for. */
export function zoneCodecs(): Codecs {
  const built = new Map<number, ReedSolomon>();
  return (eccSize) => {
    if (eccSize === 0) return null;
    const codec = built.get(eccSize) ?? reedSolomon({ parity: eccSize, polynomial: 0x11d, firstRoot: 0 });
    built.set(eccSize, codec);
    return codec;
  };
}

/** What one correction pass did; nothing without ECC. Block -1 is the header. */
export interface Correction {
  readonly zone: TracedBytes;
  /** Bytes changed, parity bytes included. */
  readonly corrected: number;
  /** Blocks that stay as they were; their bytes are doubtful. */
  readonly badBlocks: readonly number[];
  /** Blocks that were repaired. */
  readonly repairedBlocks: readonly number[];
}

/** Corrects the 12 header bytes with the parity at the end of the zone. */
export function correctHeader(zone: TracedBytes, geometry: EccGeometry, codec: ReedSolomon | null): Correction {
  return correct(zone, codec, [{ block: -1, at: 0, length: zoneHeader.size, parityAt: geometry.headerParityAt }]);
}

/** Corrects every data block that begins below `size`, as the kernel does before it saves a zone. */
export function correctData(
  zone: TracedBytes,
  geometry: EccGeometry,
  codec: ReedSolomon | null,
  size: number,
  doubt?: Doubt,
): Correction {
  const places: BlockPlace[] = [];
  for (let block = 0; block * blockSize < size; block++) {
    const from = block * blockSize;
    places.push({
      block,
      at: zoneHeader.size + from,
      length: Math.min(blockSize, geometry.capacity - from),
      parityAt: geometry.parityAt + block * geometry.eccSize,
    });
  }
  return correct(zone, codec, places, doubt);
}

interface BlockPlace {
  readonly block: number;
  readonly at: number;
  readonly length: number;
  readonly parityAt: number;
}

function correct(
  zone: TracedBytes,
  codec: ReedSolomon | null,
  places: readonly BlockPlace[],
  doubt?: Doubt,
): Correction {
  if (codec === null) return { zone, corrected: 0, badBlocks: [], repairedBlocks: [] };
  const { bytes } = zone;
  const repairedBlocks: number[] = [];
  const badBlocks: number[] = [];
  let fixed: Uint8Array | null = null;
  let corrected = 0;
  for (const { block, at, length, parityAt } of places) {
    const data = bytes.subarray(at, at + length);
    const parity = bytes.subarray(parityAt, parityAt + codec.parity);
    const asKernel = codec.decode(data, parity);
    const result = asKernel.ok || doubt === undefined ? asKernel : withErasures(codec, data, parity, doubt);
    if (!result.ok) {
      badBlocks.push(block);
    } else if (result.corrected > 0) {
      fixed ??= bytes.slice();
      fixed.set(result.data, at);
      corrected += result.corrected;
      repairedBlocks.push(block);
    }
  }
  return { zone: fixed === null ? zone : patch(zone, 0, fixed), corrected, badBlocks, repairedBlocks };
}

/** Which bytes of a bad block are most likely wrong: positions in data followed by parity. Kernels have no such thing. */
export type Doubt = (data: Uint8Array, parity: Uint8Array) => readonly number[];

/** Parity bytes that no erasure uses up: a chance result passes once in 65536. */
const kept = 2;

/** Decodes with the doubtful bytes given up, as many as there may be. */
export function withErasures(
  codec: ReedSolomon,
  data: Uint8Array,
  parity: Uint8Array,
  doubt: Doubt,
): Corrected | Uncorrectable {
  const erased = doubt(data, parity);
  const most = codec.parity - kept;
  if (erased.length === 0 || erased.length > most) return { ok: false };
  const result = codec.decode(data, parity, erased);
  if (!result.ok) return result;
  const errors = result.positions.filter((position) => !erased.includes(position)).length;
  return 2 * errors + erased.length <= most ? result : { ok: false };
}

/** Where the data of one block stands on the medium. */
export function rangeOfBlock(zone: TracedBytes, block: number, capacity: number): ByteRange {
  return extent(blockOf(zone, block, capacity)) as ByteRange;
}

/** The data of one block, as it stands in a zone. */
function blockOf(zone: TracedBytes, block: number, capacity: number): TracedBytes {
  if (block < 0) return slice(zone, 0, zoneHeader.size);
  const from = zoneHeader.size + block * blockSize;
  return slice(zone, from, Math.min(from + blockSize, zoneHeader.size + capacity));
}
