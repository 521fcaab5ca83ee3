import type { Report } from '@pstore-decode/formats';
import { lzo, zstd } from '@pstore-decode/formats/compress';
import { addressSpace } from './address-space.js';
import type { Container, Unwrapped } from './container.js';
import { chunkPages, onesBefore, type PageIndex, readPageIndex } from './kdump-bitmap.js';
import { type KdumpHeader, readKdumpHeader, signatures } from './kdump-header.js';
import type { Hole, Lost, Mapping, Piece, Unpacked } from './pieces.js';
import { readWithLosses } from './read-with-losses.js';
import { unpackSnappy } from './snappy.js';
import { unpackZlib } from './unpack-zlib.js';

// Source of all facts: makedumpfile's IMPLEMENTATION document, "The kdump-compressed format".

/**
 * kdump-compressed files (diskdump), as makedumpfile and QEMU's dump-guest-memory write them: pages one by one, each packed
 * in the way that its descriptor says. Pages that were left out are holes.
 */
export const kdump: Container = {
  name: 'kdump-compressed',
  recognizes: (head) =>
    signatures.some((letters) => [...letters].every((letter, i) => head[i] === letter.charCodeAt(0))),
  async open(medium, report, signal) {
    const header = await readKdumpHeader(medium);
    if (header === null) {
      const at = { start: 0, end: Math.min(medium.size, 4096) };
      report({ code: 'container.header', at, detail: 'kdump-compressed' });
      return null;
    }
    const index = await readPageIndex(medium, header, signal);
    tellIndex(header, index, report);
    return addressSpace(medium, 'kdump-compressed', await mappingOf(medium, header, index));
  },
};

function tellIndex(header: KdumpHeader, index: PageIndex, report: Report): void {
  const { excluded, knownUpTo } = index;
  const doubt = (words: string) =>
    report({ code: 'container.doubtful', at: null, detail: `kdump-compressed: ${words}` });
  if (header.isIncomplete) doubt('the dump says that it is not complete');
  if (knownUpTo < header.pages) doubt('a bitmap cannot be read to its end');
  if (excluded === 0) return;
  const detail = `kdump-compressed: ${excluded} pages, ${excluded * header.blockSize} bytes`;
  report({ code: 'container.excluded', at: null, detail });
}

/** Of a descriptor: s64 offset, u32 size, u32 flags, u64 flags of the page. */
const descriptorSize = 24;

/** Pages whose descriptors are read at once. */
const atOnce = 1024;

const hole: Hole = { kind: 'hole' };
const inOtherFile: Lost = { kind: 'lost', code: 'container.backing', why: 'in another file of the dump' };
const noBitmap = lost('the bitmap cannot be read up to there');
const noDescriptor = lost('the descriptor of the page is not there');
const noPage = lost('the page is not there');
const unknownWay = lost('the page is packed in an unknown way');

function lost(why: string): Lost {
  return { kind: 'lost', code: 'container.lost', why };
}

/** By the flag of a descriptor. */
const unpackers = new Map<number, (bytes: Uint8Array, size: number) => Unpacked>([
  [1, unpackZlib],
  [2, (bytes, size) => lzo.decompress(bytes, { maxOutput: size })],
  [4, unpackSnappy],
  [0x20, (bytes, size) => zstd.decompress(bytes, { maxOutput: size })],
]);

async function mappingOf(medium: Unwrapped, header: KdumpHeader, index: PageIndex): Promise<Mapping> {
  const { blockSize, pages, descriptors, isLittle } = header;
  const part = header.part ?? { start: 0, end: pages };
  const firstOfPart = header.part === null ? 0 : await index.rank(part.start);
  const isZeros = sharedZeros(medium, blockSize);
  const stretch = (start: number, end: number, what: Hole | Lost): Piece[] => {
    return [{ start: start * blockSize, end: end * blockSize, ...what }];
  };

  /** The page of a descriptor; `before` is where the one before it stands. */
  async function pageOf(view: DataView, at: number, page: number, before: number): Promise<Piece & { offset: number }> {
    const start = page * blockSize;
    const range = { start, end: start + blockSize };
    const offset = Number(view.getBigInt64(at, isLittle));
    const size = view.getUint32(at + 8, isLittle);
    const flags = view.getUint32(at + 12, isLittle);
    const isPlaced = offset > 0 && offset < medium.size && size > 0 && size <= blockSize;
    if (!isPlaced || (flags === 0 && size !== blockSize)) return { ...range, ...noPage, offset };
    const from = { start: offset, end: Math.min(medium.size, offset + size) };
    const unpacker = unpackers.get(flags);
    if (flags !== 0 && unpacker === undefined) return { ...range, ...unknownWay, offset };
    const unpack = (bytes: Uint8Array) => unpacker?.(bytes, blockSize) ?? { bytes };
    if (await isZeros({ ...from, unpack }, before)) return { ...range, ...hole, offset };
    const isStored = flags === 0 && from.end === offset + blockSize;
    return isStored
      ? { ...range, kind: 'stored', at: offset, offset }
      : { ...range, kind: 'packed', from, unpack, offset };
  }

  async function pagesOf(chunk: number, first: number, until: number): Promise<Piece[]> {
    const { bits, before } = await index.chunk(chunk);
    const base = chunk * chunkPages;
    const rank = before + onesBefore(bits, first - base) - firstOfPart;
    const isDumped = (page: number) => ((bits[(page - base) >> 3] as number) >> ((page - base) & 7)) & 1;
    let end = first;
    let count = 0;
    for (; end < until && count < atOnce; end++) count += isDumped(end);
    const start = descriptors + rank * descriptorSize;
    const read = await readWithLosses(medium, { start, end: start + count * descriptorSize });
    const view = new DataView(read.bytes.buffer, read.bytes.byteOffset, read.bytes.length);
    const isLost = (at: number) => read.lost.some((range) => range.start < at + descriptorSize && at < range.end);
    const pieces: Piece[] = [];
    let at = 0;
    let lastOffset = 0;
    for (let page = first; page < end; page++) {
      const range = { start: page * blockSize, end: (page + 1) * blockSize };
      let piece: Piece;
      if (isDumped(page) === 0) piece = { ...range, ...hole };
      else {
        const { offset, ...found } = isLost(at)
          ? { ...range, ...noDescriptor, offset: 0 }
          : await pageOf(view, at, page, lastOffset);
        piece = found;
        lastOffset = offset;
        at += descriptorSize;
      }
      const last = pieces.at(-1);
      if (last !== undefined && goesOn(last, piece)) pieces[pieces.length - 1] = { ...last, end: piece.end };
      else pieces.push(piece);
    }
    return pieces;
  }

  return {
    size: pages * blockSize,
    addresses: 'physical',
    async piecesFrom(at, until) {
      const page = Math.floor(at / blockSize);
      if (page < part.start) return stretch(page, part.start, inOtherFile);
      if (page >= part.end) return stretch(page, pages, inOtherFile);
      if (page >= index.knownUpTo) return stretch(page, part.end, noBitmap);
      const known = Math.min(part.end, index.knownUpTo);
      const chunk = Math.floor(page / chunkPages);
      const next = index.nextChunk(chunk);
      if (next !== chunk) return stretch(page, Math.min(known, (next ?? Infinity) * chunkPages), hole);
      return pagesOf(chunk, page, Math.min(known, (chunk + 1) * chunkPages, Math.ceil(until / blockSize)));
    },
  };
}

function goesOn(piece: Piece, next: Piece): boolean {
  if (piece.kind === 'stored' && next.kind === 'stored') return next.at === piece.at + next.start - piece.start;
  if (piece.kind === 'lost' && next.kind === 'lost') return next.why === piece.why;
  return piece.kind === 'hole' && next.kind === 'hole';
}

/** Places whose pages are known to be zeros or not. */
const mostPlaces = 64;

/**
 * Whether pages share their bytes and these are zeros: all pages of zeros have descriptors of one place, and there can be
 * as many as the machine has memory to spare. Known from the second one in a row on.
 */
function sharedZeros(medium: Unwrapped, blockSize: number) {
  const known = new Map<number, boolean>();
  return async (page: { start: number; end: number; unpack(bytes: Uint8Array): Unpacked }, before: number) => {
    const isZeros = known.get(page.start);
    if (isZeros !== undefined || page.start !== before || known.size === mostPlaces) return isZeros ?? false;
    const { bytes, lost: missing } = await readWithLosses(medium, { start: page.start, end: page.end });
    const unpacked = missing.length === 0 ? page.unpack(bytes).bytes : bytes.subarray(0, 0);
    const found = unpacked.length === blockSize && unpacked.every((byte) => byte === 0);
    known.set(page.start, found);
    return found;
  };
}
