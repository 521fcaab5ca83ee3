import type { Report } from '@pstore-decode/formats';
import { breather } from '../breathe.js';
import { addressSpace } from './address-space.js';
import type { Container, Unwrapped } from './container.js';
import { readWithLosses } from './read-with-losses.js';
import { emptyRuns, storedPiece } from './runs.js';

// Source of all facts: System V ABI, chapters "ELF Header" and "Program Header". Size of the header, flags, alignment and
// the order of headers are not looked at: QEMU writes a size of 8, and section headers before program headers.

/**
 * Memory as an ELF core: QEMU's dump-guest-memory, kdump's vmcore, /proc/kcore, VirtualBox. Only segments with a physical
 * address count. The core of a process has none, and is refused.
 */
export const elfCore: Container = {
  name: 'ELF core',
  recognizes: (head) =>
    layoutOf(head) !== null && new DataView(head.buffer, head.byteOffset).getUint16(16, head[5] === 1) === 4,
  async open(medium, report, signal) {
    const header = await readHeader(medium);
    if (header === null) {
      report({ code: 'container.header', at: { start: 0, end: Math.min(64, medium.size) }, detail: 'ELF core' });
      return null;
    }
    const segments = await readSegments(medium, header, report, signal);
    const { runs, size, excluded } = physical(segments);
    if (runs.count() === 0) {
      const detail = 'ELF core: no segment has a physical address';
      report({ code: 'container.refused', at: { start: 0, end: header.layout.headerSize }, detail });
      return null;
    }
    if (excluded > 0) report({ code: 'container.excluded', at: null, detail: `ELF core: ${excluded} bytes` });
    const mapping = runs.mapping(size, (run, from) => [storedPiece(run, from, medium.size)]);
    return addressSpace(medium, 'ELF core', { ...mapping, addresses: 'physical' });
  },
};

/** Where fields stand; those of `word` bytes are addresses and offsets. */
interface Layout {
  readonly word: 4 | 8;
  readonly isLittle: boolean;
  readonly headerSize: number;
  readonly segmentSize: number;
  readonly at: Readonly<Record<'phoff' | 'shoff' | 'phentsize' | 'phnum' | 'shInfo', number>>;
  readonly inSegment: Readonly<Record<'offset' | 'paddr' | 'filesz' | 'memsz', number>>;
}

const layout64 = {
  word: 8,
  headerSize: 64,
  segmentSize: 56,
  at: { phoff: 32, shoff: 40, phentsize: 54, phnum: 56, shInfo: 44 },
  inSegment: { offset: 8, paddr: 24, filesz: 32, memsz: 40 },
} as const;

const layout32 = {
  word: 4,
  headerSize: 52,
  segmentSize: 32,
  at: { phoff: 28, shoff: 32, phentsize: 42, phnum: 44, shInfo: 28 },
  inSegment: { offset: 4, paddr: 12, filesz: 16, memsz: 20 },
} as const;

function layoutOf(head: Uint8Array): Layout | null {
  const [a, b, c, d, word, order] = head;
  if (a !== 0x7f || b !== 0x45 || c !== 0x4c || d !== 0x46) return null;
  const layout = word === 2 ? layout64 : word === 1 ? layout32 : null;
  if (layout === null || (order !== 1 && order !== 2) || head.length < layout.headerSize) return null;
  return { ...layout, isLittle: order === 1 };
}

interface Header {
  readonly layout: Layout;
  readonly phoff: number;
  readonly phentsize: number;
  readonly phnum: number;
}

async function readHeader(medium: Unwrapped): Promise<Header | null> {
  const { bytes, lost } = await readWithLosses(medium, { start: 0, end: 64 });
  const layout = layoutOf(bytes.subarray(0, lost[0]?.start));
  if (layout === null) return null;
  const { at, isLittle } = layout;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const phoff = address(view, at.phoff, layout);
  const phentsize = view.getUint16(at.phentsize, isLittle);
  if (phoff === 0 || phoff >= medium.size || phentsize < layout.segmentSize || phentsize > mostBytes) return null;
  const phnum = view.getUint16(at.phnum, isLittle);
  if (phnum !== inSection) return { layout, phoff, phentsize, phnum };
  const start = address(view, at.shoff, layout) + at.shInfo;
  const count = start < medium.size ? await readWithLosses(medium, { start, end: start + 4 }) : null;
  if (count === null || count.lost.length > 0) return null;
  const info = new DataView(count.bytes.buffer, count.bytes.byteOffset);
  return { layout, phoff, phentsize, phnum: info.getUint32(0, isLittle) };
}

/** PN_XNUM: the number of segments stands in the first section header. */
const inSection = 0xffff;

/** Bytes that a program header may have; a real one has 56 or 32. */
const mostBytes = 1024;

/** Segments that are kept, and program headers that are read at once. */
const mostSegments = 1 << 20;
const atOnce = 1024;

interface Segment {
  readonly offset: number;
  readonly paddr: number;
  readonly filesz: number;
  readonly memsz: number;
}

const ptLoad = 1;

async function readSegments(
  medium: Unwrapped,
  header: Header,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Segment[]> {
  const { layout, phoff, phentsize, phnum } = header;
  const { offset, paddr, filesz, memsz } = layout.inSegment;
  const segments: Segment[] = [];
  const breathe = breather(signal);
  const there = Math.min(phnum, mostSegments, Math.floor((medium.size - phoff) / phentsize));
  for (let first = 0; first < there; first += atOnce) {
    await breathe();
    const count = Math.min(atOnce, there - first);
    const start = phoff + first * phentsize;
    const { bytes, lost } = await readWithLosses(medium, { start, end: start + count * phentsize });
    for (const { start: from, end } of lost) {
      const detail = `ELF core: program headers ${first + Math.floor(from / phentsize)} to ${first + Math.ceil(end / phentsize) - 1} cannot be read`;
      report({ code: 'container.doubtful', at: null, detail });
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < count * phentsize; at += phentsize) {
      if (view.getUint32(at, layout.isLittle) !== ptLoad) continue;
      const field = (place: number) => address(view, at + place, layout);
      segments.push({ offset: field(offset), paddr: field(paddr), filesz: field(filesz), memsz: field(memsz) });
    }
  }
  if (there < phnum) {
    report({
      code: 'container.doubtful',
      at: null,
      detail: `ELF core: ${phnum} program headers, of which ${there} are read`,
    });
  }
  return segments;
}

/**
 * Segments whose physical address can be true. Older /proc/kcore says 0 of all that is only virtual, newer ones -1: where
 * more than one begins at 0, none of them does.
 */
function physical(segments: readonly Segment[]): {
  readonly runs: ReturnType<typeof emptyRuns>;
  readonly size: number;
  /** Bytes that segments have in memory and not in the file. */
  readonly excluded: number;
} {
  const runs = emptyRuns('first');
  const atZero = segments.filter(({ paddr, memsz }) => paddr === 0 && memsz > 0).length;
  let size = 0;
  let excluded = 0;
  for (const { offset, paddr, filesz, memsz } of segments) {
    const end = paddr + Math.max(filesz, memsz);
    if (Math.max(end, offset + filesz) > Number.MAX_SAFE_INTEGER || (paddr === 0 && atZero > 1)) continue;
    if (paddr === minusOne32) continue;
    runs.add({ start: paddr, end: paddr + filesz, at: offset });
    size = Math.max(size, end);
    excluded += Math.max(0, memsz - filesz);
  }
  return { runs, size, excluded };
}

const minusOne32 = 0xffff_ffff;

/** Above 2^53 it is not exact: nothing real stands there. */
function address(view: DataView, at: number, { word, isLittle }: Layout): number {
  return word === 4 ? view.getUint32(at, isLittle) : Number(view.getBigUint64(at, isLittle));
}
