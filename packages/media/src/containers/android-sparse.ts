import type { Report } from '@pstore-decode/formats';
import { type Struct, struct, u16, u32 } from '@pstore-decode/formats/bytes';
import { breather } from '../breathe.js';
import { addressSpace } from './address-space.js';
import type { Container, Unwrapped } from './container.js';
import type { Piece, Unpacked } from './pieces.js';
import { readWithLosses } from './read-with-losses.js';
import { emptyRuns, type Run, storedPiece } from './runs.js';

// Source of all facts: sparse_format.h of Android's libsparse. Figures are little-endian.

interface SparseHeader {
  magic: number;
  major: number;
  minor: number;
  headerSize: number;
  chunkHeaderSize: number;
  blockSize: number;
  blocks: number;
  chunks: number;
  checksum: number;
}

export const sparseHeaderLayout: Struct<SparseHeader> = struct('Android sparse image', {
  magic: u32('0xed26ff3a'),
  major: u16('1'),
  minor: u16('not looked at'),
  headerSize: u16('bytes of this header, 28'),
  chunkHeaderSize: u16('bytes of the header of a chunk, 12'),
  blockSize: u32('bytes of a block, a multiple of 4'),
  blocks: u32('of the image'),
  chunks: u32('in this file'),
  checksum: u32('0, or a CRC-32 that nobody writes'),
});

interface ChunkHeader {
  type: number;
  reserved: number;
  blocks: number;
  size: number;
}

export const sparseChunkLayout: Struct<ChunkHeader> = struct('chunk of an Android sparse image', {
  type: u16('0xcac1 raw, 0xcac2 fill, 0xcac3 nothing, 0xcac4 checksum'),
  reserved: u16('0'),
  blocks: u32('of the image'),
  size: u32('bytes in the file, with this header'),
});

const magic = [0x3a, 0xff, 0x26, 0xed] as const;
export const chunkTypes = { raw: 0xcac1, fill: 0xcac2, nothing: 0xcac3, checksum: 0xcac4 } as const;

/** Images of partitions as Android's tools flash them: runs of bytes, of one repeated figure, and of nothing. */
export const androidSparse: Container = {
  name: 'Android sparse image',
  recognizes: (head) => magic.every((byte, i) => head[i] === byte),
  async open(medium, report, signal) {
    const { bytes, lost } = await readWithLosses(medium, { start: 0, end: sparseHeaderLayout.size });
    const header = lost.length > 0 ? null : sparseHeaderLayout.decode(bytes, 0, 'le');
    if (header === null || !isSane(header)) {
      report({ code: 'container.header', at: { start: 0, end: bytes.length }, detail: 'Android sparse image' });
      return null;
    }
    return addressSpace(medium, 'Android sparse image', await readChunks(medium, header, report, signal));
  },
};

function isSane({ major, headerSize, chunkHeaderSize, blockSize, blocks }: SparseHeader): boolean {
  const isBlockSize = blockSize > 0 && blockSize % 4 === 0 && blockSize <= 1 << 26;
  const isExact = blocks * blockSize <= Number.MAX_SAFE_INTEGER;
  return major === 1 && headerSize >= 28 && chunkHeaderSize >= 12 && isBlockSize && blocks > 0 && isExact;
}

/** Chunks that are kept. */
const mostChunks = 1 << 22;

async function readChunks(medium: Unwrapped, header: SparseHeader, report: Report, signal: AbortSignal | undefined) {
  const { headerSize, chunkHeaderSize, blockSize, blocks, chunks } = header;
  const runs = emptyRuns('first');
  /** Of the runs of which the file has four bytes only, where these stand. */
  const fills = new Set<number>();
  const breathe = breather(signal);
  const size = blocks * blockSize;
  let at = headerSize;
  let start = 0;
  const doubt = (words: string) =>
    report({ code: 'container.doubtful', at: null, detail: `Android sparse image: ${words}` });
  for (let number = 0; number < Math.min(chunks, mostChunks); number++) {
    await breathe();
    const { bytes, lost } = await readWithLosses(medium, { start: at, end: at + sparseChunkLayout.size });
    const chunk = lost.length > 0 ? null : sparseChunkLayout.decode(bytes, 0, 'le');
    if (
      chunk === null ||
      chunk.size < chunkHeaderSize ||
      chunk.type < chunkTypes.raw ||
      chunk.type > chunkTypes.checksum
    ) {
      doubt(`no chunk ${number} of ${chunks} at 0x${at.toString(16)} of the file`);
      break;
    }
    const place = at + chunkHeaderSize;
    const end = Math.min(size, start + chunk.blocks * blockSize);
    if (chunk.type === chunkTypes.raw)
      runs.add({ start, end: Math.min(end, start + chunk.size - chunkHeaderSize), at: place });
    if (chunk.type === chunkTypes.fill && !(await isZeros(medium, place))) {
      fills.add(place);
      runs.add({ start, end, at: place });
    }
    if (chunk.type !== chunkTypes.checksum) start = end;
    at += chunk.size;
  }
  if (start < size) {
    doubt(`its chunks hold ${start} of ${size} bytes`);
  }
  return runs.mapping(size, (run, from) => [
    fills.has(run.at) && run.at + 4 <= medium.size ? fillPiece(run, from) : storedPiece(run, from, medium.size),
  ]);
}

/** Whether four bytes are there and zero: what is filled with them is a hole. */
async function isZeros(medium: Unwrapped, at: number): Promise<boolean> {
  const { bytes, lost } = await readWithLosses(medium, { start: at, end: at + 4 });
  return lost.length === 0 && bytes.every((byte) => byte === 0);
}

/** Bytes of a repeated figure that are made at once. */
const fillAtOnce = 1 << 20;

function fillPiece(run: Run, from: number): Piece {
  const start = run.start + Math.floor((from - run.start) / fillAtOnce) * fillAtOnce;
  const end = Math.min(run.end, start + fillAtOnce);
  const unpack = (four: Uint8Array): Unpacked => {
    if (four.length < 4) return { bytes: four.subarray(0, 0), reason: 'the figure is not there' };
    const figures = new Uint32Array((end - start) / 4).fill(new Uint32Array(four.slice().buffer)[0] as number);
    return { bytes: new Uint8Array(figures.buffer) };
  };
  return { start, end, kind: 'packed', from: { start: run.at, end: run.at + 4 }, unpack };
}
