import type { Report } from '@pstore-decode/formats';
import { breather } from '../breathe.js';
import { addressSpace } from './address-space.js';
import type { ContainedSource, Container, Unwrapped } from './container.js';
import { type MemoryRange, rangeHeaderLayout, readRangeHeader } from './lime-header.js';
import type { Piece } from './pieces.js';
import { readWithLosses } from './read-with-losses.js';
import { emptyRuns, type Run, storedPiece } from './runs.js';
import { type Frames, readFrames } from './snappy-frames.js';

/** LiME's dumps of memory, format `lime`; AVML writes the same where it does not compress. */
export const lime: Container = rangesContainer('LiME', 'plain');

/** AVML's compressed dumps of memory: ranges of at most 16 MiB, each in a framed Snappy stream. */
export const avml: Container = rangesContainer('AVML', 'snappy');

function rangesContainer(name: string, how: MemoryRange['how']): Container {
  return {
    name,
    recognizes: (head) => readRangeHeader(head, 0)?.how === how,
    open: (medium, report, signal) => openRanges(medium, name, report, signal),
  };
}

const headerSize = rangeHeaderLayout.size;

/** Behind the stream of a compressed range: its size. */
const trailerSize = 8;

/** Ranges that are kept: memory of 16 TiB in pieces of 16 MiB. */
const mostRanges = 1 << 20;

async function openRanges(
  medium: Unwrapped,
  name: string,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<ContainedSource> {
  const plain = emptyRuns('first');
  const breathe = breather(signal);
  /** What the streams of compressed ranges begin with in the medium. */
  const packed = new Set<number>();
  let size = 0;
  let at = 0;
  while (at < medium.size) {
    await breathe();
    const { bytes, lost } = await readWithLosses(medium, { start: at, end: at + headerSize });
    const range = lost.length === 0 ? readRangeHeader(bytes, 0) : null;
    if (range === null) {
      const next = await nextHeader(medium, at + 1, size, signal);
      const detail = `${name}: ${next - at} bytes at 0x${at.toString(16)} of the file belong to no range`;
      report({ code: 'container.doubtful', at: null, detail });
      at = next;
      continue;
    }
    if (plain.count() === mostRanges) {
      report({ code: 'limit.container', at: null, detail: `${name}: more than ${mostRanges} ranges` });
      break;
    }
    const data = at + headerSize;
    plain.add({ ...range, at: data });
    size = Math.max(size, range.end);
    if (range.how === 'plain') at = data + (range.end - range.start);
    else {
      packed.add(data);
      at = await endOfStream(medium, data, range.end - range.start, signal);
    }
  }
  const framesOf = framesCache(medium);
  const mapping = plain.mapping(size, (run, from, until) =>
    packed.has(run.at) ? packedPieces(run, framesOf, from, until) : [storedPiece(run, from, medium.size)],
  );
  return addressSpace(medium, name, { ...mapping, addresses: 'physical' });
}

/** Where the header behind a compressed range is to be expected. */
async function endOfStream(
  medium: Unwrapped,
  at: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { end, reason } = await readFrames(medium, at, length, 0, signal);
  return reason === undefined ? end + trailerSize : end;
}

type FramesOf = (at: number, length: number) => Promise<Frames>;

/** Chunks of a range that are kept: AVML writes 256. */
const mostChunks = 1 << 14;

/** Chunks of the range that was read last. */
function framesCache(medium: Unwrapped): FramesOf {
  let last: { readonly at: number; readonly frames: Frames } | null = null;
  return async (at, length) => {
    if (last?.at !== at) last = { at, frames: await readFrames(medium, at, length, mostChunks) };
    return last.frames;
  };
}

async function packedPieces(run: Run, framesOf: FramesOf, from: number, until: number): Promise<readonly Piece[]> {
  const { chunks, reason } = await framesOf(run.at, run.end - run.start);
  const pieces: Piece[] = [];
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (run.start + (chunks[middle]?.end ?? 0) <= from) low = middle + 1;
    else high = middle;
  }
  for (const chunk of chunks.slice(low)) {
    const start = run.start + chunk.start;
    if (start >= Math.min(until, run.end)) return pieces;
    pieces.push({ ...chunk, start, end: Math.min(run.end, run.start + chunk.end) });
  }
  const start = run.start + (chunks.at(-1)?.end ?? 0);
  if (start >= run.end) return pieces;
  return [...pieces, { start, end: run.end, kind: 'lost', code: 'container.lost', why: reason ?? 'the stream is cut' }];
}

/** Bytes that are searched at once. */
const chunkSize = 1 << 20;

/** Offset of the next header for addresses from `least` on; the end of the medium where there is none. */
async function nextHeader(
  medium: Unwrapped,
  from: number,
  least: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const breathe = breather(signal);
  for (let start = from; start < medium.size; start += chunkSize) {
    await breathe();
    const { bytes } = await readWithLosses(medium, { start, end: start + chunkSize + headerSize });
    for (let at = 0; at < chunkSize && at + headerSize <= bytes.length; at++) {
      const letter = bytes[at];
      if (letter !== 0x45 && letter !== 0x41) continue; // E of EMiL, A of AVML
      const range = readRangeHeader(bytes, at);
      if (range !== null && range.start >= least) return start + at;
    }
  }
  return medium.size;
}
