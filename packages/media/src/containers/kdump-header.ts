import type { Unwrapped } from './container.js';
import { readWithLosses } from './read-with-losses.js';

// Source of all facts: makedumpfile's IMPLEMENTATION document, "The kdump-compressed format", and the layout that the
// compilers of 32 and 64 bits give to its structures. Byte order and word size are those of the machine that was dumped.

/** What of the headers is needed, each figure within its bounds. */
export interface KdumpHeader {
  readonly isLittle: boolean;
  /** Bytes of a page, and of a block of the file: a power of two, 512 to 1 MiB. */
  readonly blockSize: number;
  /** Offsets in the file of the bitmaps of pages that exist and of pages that are in the file, each of `bitmapSize` bytes. */
  readonly existing: number;
  readonly dumped: number;
  readonly bitmapSize: number;
  /** Offset of the descriptors of pages. */
  readonly descriptors: number;
  /** Pages of the physical address space: as many as the bitmaps have bits for, and at most 2^36. */
  readonly pages: number;
  /** Of a dump in several files, the pages of this one. */
  readonly part: { readonly start: number; readonly end: number } | null;
  /** The machine that wrote it ran out of room. */
  readonly isIncomplete: boolean;
}

/** Where fields of the header and, from its own start, of the sub header stand. */
interface Layout {
  readonly word: 4 | 8;
  readonly status: number;
  readonly blockSize: number;
  readonly subHeaderBlocks: number;
  readonly bitmapBlocks: number;
  readonly maxMapnr: number;
  /** In the sub header. `split` and the 32-bit figures behind it are of versions up to 5. */
  readonly sub: Readonly<Record<'split' | 'startPfn' | 'endPfn' | 'startPfn64' | 'endPfn64' | 'maxMapnr64', number>>;
}

const top64 = { word: 8, status: 424, blockSize: 428, subHeaderBlocks: 432, bitmapBlocks: 436, maxMapnr: 440 } as const;
const top32 = { word: 4, status: 412, blockSize: 416, subHeaderBlocks: 420, bitmapBlocks: 424, maxMapnr: 428 } as const;

const layouts: readonly Layout[] = [
  { ...top64, sub: { split: 12, startPfn: 16, endPfn: 24, startPfn64: 80, endPfn64: 88, maxMapnr64: 96 } },
  // i386 aligns figures of 64 bits to 4 bytes, other machines of 32 bits to 8.
  { ...top32, sub: { split: 8, startPfn: 12, endPfn: 16, startPfn64: 56, endPfn64: 64, maxMapnr64: 72 } },
  { ...top32, sub: { split: 8, startPfn: 12, endPfn: 16, startPfn64: 72, endPfn64: 80, maxMapnr64: 88 } },
];

export const signatures = ['KDUMP   ', 'DISKDUMP'] as const;

const headerSize = 464;
const subHeaderSize = 104;
const incomplete = 8;
const mostPages = 2 ** 36;

/** Null where no machine makes sense of the figures. */
export async function readKdumpHeader(medium: Unwrapped): Promise<KdumpHeader | null> {
  const { bytes, lost } = await readWithLosses(medium, { start: 0, end: headerSize });
  if (lost.length > 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const isLittle of [true, false]) {
    const version = view.getUint32(8, isLittle);
    if (version > 0xffff) continue;
    for (const layout of layouts) {
      const header = await headerIn(medium, view, layout, isLittle, version);
      if (header !== null) return header;
    }
  }
  return null;
}

async function headerIn(
  medium: Unwrapped,
  view: DataView,
  layout: Layout,
  isLittle: boolean,
  version: number,
): Promise<KdumpHeader | null> {
  const field = (at: number) => view.getUint32(at, isLittle);
  const blockSize = field(layout.blockSize);
  const isBlockSize = blockSize >= 512 && blockSize <= 1 << 20 && (blockSize & (blockSize - 1)) === 0;
  const subHeaderBlocks = field(layout.subHeaderBlocks);
  const bitmapBlocks = field(layout.bitmapBlocks);
  const isPlaced = subHeaderBlocks > 0 && (1 + subHeaderBlocks) * blockSize < medium.size;
  if (!isBlockSize || !isPlaced || bitmapBlocks === 0) return null;

  const { bytes: sub, lost } = await readWithLosses(medium, { start: blockSize, end: blockSize + subHeaderSize });
  const subView = new DataView(sub.buffer, sub.byteOffset, sub.length);
  const wide = (at: number) => Number(subView.getBigUint64(at, isLittle));
  const narrow = (at: number) => (layout.word === 8 ? wide(at) : subView.getUint32(at, isLittle));
  const isThere = lost.length === 0;
  const isWide = isThere && version >= 6 && wide(layout.sub.maxMapnr64) > 0;
  const bitmapSize = Math.floor(bitmapBlocks / 2) * blockSize;
  const said = isWide ? wide(layout.sub.maxMapnr64) : field(layout.maxMapnr);
  // Of the two layouts of 32 bits the first is not right where the two figures contradict each other.
  if (
    layout.word === 4 &&
    layout.sub.maxMapnr64 === 72 &&
    version >= 6 &&
    isWide &&
    said % 2 ** 32 !== field(layout.maxMapnr)
  ) {
    return null;
  }
  const pages = Math.min(said, 8 * bitmapSize, mostPages);
  const existing = (1 + subHeaderBlocks) * blockSize;
  const isPart = isThere && version >= 2 && subView.getUint32(layout.sub.split, isLittle) === 1;
  const [start, end] = isWide
    ? [wide(layout.sub.startPfn64), wide(layout.sub.endPfn64)]
    : [narrow(layout.sub.startPfn), narrow(layout.sub.endPfn)];
  return {
    isLittle,
    blockSize,
    existing,
    dumped: existing + bitmapSize,
    bitmapSize,
    descriptors: existing + bitmapBlocks * blockSize,
    pages,
    part: isPart ? { start: Math.min(start, pages), end: Math.min(end, pages) } : null,
    isIncomplete: (field(layout.status) & incomplete) !== 0,
  };
}
