import { type ByteRange, gaps, type Span, type TracedBytes } from '@pstore-decode/formats/bytes';
import { rangeSet } from './range-set.js';
import { checkRange, type RandomAccessSource } from './source.js';

/**
 * The primitive under a source: reads up to `target.length` bytes at `position` of the medium into `target` and gives
 * how many came, 0 at the end of the medium only. Rejects with the error of the system (its `code` says which).
 */
export type ReadAt = (target: Uint8Array, position: number) => Promise<number>;

export interface ReadAtOptions {
  /** The smallest piece that is given up, in bytes; pieces are aligned to it. */
  readonly sector?: number;
  /** The largest piece that is asked for at once, in bytes: a multiple of `sector`. */
  readonly chunk?: number;
  /** Says what an error code means on this medium, for the detail of a finding. */
  readonly explain?: (code: string) => string;
}

/** A failing sector is tried this many times more: drives do recover. */
const retries = 2;
/**
 * After this many pieces given up the smallest one doubles, and again: a dead disk must come to an end. With chunks of
 * 8 MiB that makes at most 57344 pieces, and then one for each chunk.
 */
const patience = 4096;

/**
 * A source over `readAt`. Short reads go on where they ended. A piece that fails is halved down to one sector, which is
 * tried again and then filled: so only bad sectors are lost, one finding for each contiguous range. What was found bad
 * is remembered and not asked for again. Where the medium itself is gone, the rest is filled at once.
 * An error that says nothing about the medium (a closed file, our own bug) is thrown as it came.
 */
export function sourceFrom(readAt: ReadAt, size: number, options: ReadAtOptions = {}): RandomAccessSource {
  const { sector = 512, chunk = 8 << 20, explain = (code) => code } = options;
  const bad = rangeSet();
  const reasons = new Set<string>();
  let givenUp = 0;

  /** Reads `pieces`, ascending, into `bytes`, which stand at `origin`. Gives where the medium ended, if it did. */
  async function readPieces(pieces: readonly ByteRange[], bytes: Uint8Array, origin: number): Promise<number | null> {
    const open = pieces.flatMap((piece) => inChunks(piece, chunk)).reverse();
    let tries = 0;
    for (let piece = open.pop(); piece !== undefined; piece = open.pop()) {
      const { start, end } = piece;
      const outcome = await attempt(bytes.subarray(start - origin, end - origin), start);
      if (typeof outcome === 'number') {
        if (outcome === 0) return start;
        tries = 0;
        if (outcome < end - start) open.push({ start: start + outcome, end });
        continue;
      }
      reasons.add(explain(outcome.code));
      const smallest = Math.min(chunk, sector * 2 ** Math.floor(givenUp / patience));
      if (outcome.answer === 'gone') {
        bad.add({ start, end: size });
        return null;
      }
      const middle = boundaryBetween(start, end, smallest);
      if (middle !== null) {
        open.push({ start: middle, end }, { start, end: middle });
      } else if (outcome.answer === 'again' && tries < retries) {
        tries += 1;
        open.push(piece);
      } else {
        tries = 0;
        givenUp += 1;
        bad.add(piece);
      }
    }
    return null;
  }

  async function attempt(target: Uint8Array, position: number): Promise<number | Fault> {
    let count: number;
    try {
      count = await readAt(target, position);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === null) throw error;
      return fault;
    }
    if (!(count >= 0 && count <= target.length)) throw new RangeError(`${count} of ${target.length} bytes read`);
    return count;
  }

  return {
    size,
    async read(range, report) {
      checkRange(range, size);
      const bytes = new Uint8Array(range.end - range.start);
      const endsAt = (await readPieces(gaps(range, bad.within(range)), bytes, range.start)) ?? range.end;
      const holes = bad.within({ start: range.start, end: endsAt });
      for (const at of holes) report({ code: 'medium.unreadable', at, detail: [...reasons].join(', ') });
      if (endsAt < range.end) {
        const rest = { start: endsAt, end: range.end };
        report({ code: 'medium.short', at: rest, detail: `${size} bytes said, ${endsAt} found` });
        holes.push(rest);
      }
      return withHoles(bytes, range, holes);
    },
  };
}

interface Fault {
  readonly code: string;
  /** `again`: may pass. `no`: will not. `gone`: nor will any other read of this medium. */
  readonly answer: 'again' | 'no' | 'gone';
}

/** Errors of read(2) that speak of the medium, by their names or, where Node has none, their Linux numbers. */
const answers = new Map<string | number, Fault['answer']>([
  ['EIO', 'again'],
  ['EREMOTEIO', 'again'],
  ['EILSEQ', 'again'],
  ['ENODATA', 'again'],
  ['ETIMEDOUT', 'again'],
  ['EAGAIN', 'again'],
  ['EINTR', 'again'],
  ['NotReadableError', 'again'], // a Blob over a file
  [-61, 'again'], // ENODATA: the block layer's name for a sector that the drive gave up
  [-74, 'again'], // EBADMSG: mtd, more wrong bits than its ECC corrects
  [-84, 'again'], // EILSEQ: the block layer's name for failed protection information
  [-121, 'again'], // EREMOTEIO
  ['EPERM', 'no'], // /dev/mem, pages that CONFIG_STRICT_DEVMEM refuses
  ['EACCES', 'no'],
  ['EFAULT', 'no'], // /dev/mem, addresses without memory
  ['ENXIO', 'gone'],
  ['ENODEV', 'gone'],
  ['ESTALE', 'gone'],
  [-116, 'gone'], // ESTALE
  [-123, 'gone'], // ENOMEDIUM
]);

function faultOf(error: unknown): Fault | null {
  if (!(error instanceof Error)) return null;
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  const name = typeof code === 'string' ? code : error.name;
  const answer = answers.get(name) ?? (typeof errno === 'number' ? answers.get(errno) : undefined);
  return answer === undefined ? null : { code: name, answer };
}

function inChunks(piece: ByteRange, chunk: number): ByteRange[] {
  const parts: ByteRange[] = [];
  for (let start = piece.start; start < piece.end; ) {
    const end = Math.min(piece.end, (Math.floor(start / chunk) + 1) * chunk);
    parts.push({ start, end });
    start = end;
  }
  return parts;
}

/** A multiple of `step` between `start` and `end`, at or below the middle where one is; null when there is none. */
function boundaryBetween(start: number, end: number, step: number): number | null {
  const middle = Math.floor((start + end) / 2 / step) * step;
  const boundary = middle > start ? middle : (Math.floor(start / step) + 1) * step;
  return boundary < end ? boundary : null;
}

function withHoles(bytes: Uint8Array, range: ByteRange, holes: readonly ByteRange[]): TracedBytes {
  const spans: Span[] = [];
  let at = range.start;
  for (const hole of holes) {
    if (at < hole.start) spans.push(spanOf({ start: at, end: hole.start }, 'copied'));
    spans.push(spanOf(hole, 'filled'));
    bytes.fill(0, hole.start - range.start, hole.end - range.start); // a read that failed may have left something
    at = hole.end;
  }
  if (at < range.end) spans.push(spanOf({ start: at, end: range.end }, 'copied'));
  return { bytes, spans };
}

function spanOf(from: ByteRange, how: Span['how']): Span {
  return { length: from.end - from.start, from, how };
}
