import { concat, slice, type TracedBytes } from '../bytes/traced.js';

/**
 * The lines of a text that can be read, of bytes that nothing vouches for: a ring whose header is lost, what an older
 * log left behind, a log with holes. Garbage and blank stretches are left out, and where one was left out inside a line
 * a line feed (`filled`) ends it. Of random bytes this leaves one line in some 100 KiB.
 */
export function legibleText(area: TracedBytes): TracedBytes {
  const islands = islandsOf(area.bytes);
  const texts = piecesOf(area, islands);
  return concat(...islands.flatMap(({ isCut }, i) => [texts[i] as TracedBytes, ...(isCut ? [lineFeed] : [])]));
}

/** Of a text the lines that begin with the priority and time that the kernel prints: `<6>[    1.234567] …`. */
export function kernelLogLines(text: TracedBytes): TracedBytes {
  const lines: Piece[] = [];
  for (let start = 0; start < text.bytes.length; ) {
    const end = text.bytes.indexOf(feed, start) + 1 || text.bytes.length;
    const head = String.fromCharCode(...text.bytes.subarray(start, Math.min(end, start + 32)));
    if (/^<\d{1,3}>\[ *\d+\.\d{6}\]/.test(head)) lines.push({ start, end });
    start = end;
  }
  return concat(...piecesOf(text, lines));
}

/** How much of the bytes that are not blank is legible, 0 to 1. */
export function legibleShare(area: Uint8Array, text: Uint8Array): number {
  let blank = 0;
  for (const byte of area) if (byte === 0x00 || byte === 0xff) blank += 1;
  return area.length === blank ? 0 : Math.min(1, text.length / (area.length - blank));
}

interface Piece {
  readonly start: number;
  readonly end: number;
}

/** The pieces, which are ascending; one `slice` each would go over all spans again. */
function piecesOf({ bytes, spans }: TracedBytes, pieces: readonly Piece[]): TracedBytes[] {
  let first = 0;
  let at = 0;
  return pieces.map(({ start, end }) => {
    for (let span = spans[first]; span !== undefined && at + span.length <= start; span = spans[first]) {
      at += span.length;
      first += 1;
    }
    let last = first;
    let to = at;
    for (let span = spans[last]; span !== undefined && to < end; span = spans[last]) {
      to += span.length;
      last += 1;
    }
    const around = { bytes: bytes.subarray(at, to), spans: spans.slice(first, last) };
    return slice(around, start - at, end - at);
  });
}

/** A stretch of lines in which nothing is left out. */
interface Island extends Piece {
  /** Its last line goes on in what was left out. */
  readonly isCut: boolean;
}

const feed = 0x0a;
const lineFeed: TracedBytes = { bytes: Uint8Array.of(feed), spans: [{ length: 1, from: null, how: 'filled' }] };

/** Fewer readable bytes in a row than this can be chance. */
const shortestIsland = 16;

/** A line of garbage has more that is no text than one byte in this many. */
const bytesAFault = 10;

/** As many bytes in a row that are no text end a line: a hole. */
const hole = 4;

function islandsOf(bytes: Uint8Array): Island[] {
  const islands: Island[] = [];
  let start = -1;
  let end = 0;
  const close = () => {
    if (start >= 0 && end - start >= shortestIsland) islands.push({ start, end, isCut: bytes[end - 1] !== feed });
    start = -1;
  };
  for (const line of linesOf(bytes)) {
    const length = line.end - line.start;
    // A line with an open end is a fragment: it must be without fault, and long enough that chance does not make it.
    const isOpen = line.isOpen || (start < 0 && line.start > 0 && bytes[line.start - 1] !== feed);
    const isLegible = isOpen ? line.faults === 0 && length >= shortestIsland : line.faults * bytesAFault <= length;
    if (!isLegible || (start >= 0 && line.start !== end)) close();
    if (!isLegible) continue;
    if (start < 0) start = line.start;
    end = line.end;
  }
  close();
  return islands;
}

/** Up to and with its line feed. */
interface Line extends Piece {
  /** Bytes that are no text. */
  readonly faults: number;
  /** A hole or the end of the bytes ends it, no line feed. */
  readonly isOpen: boolean;
}

/** Lines, split also where holes are. */
function* linesOf(bytes: Uint8Array): Generator<Line> {
  let start = 0;
  let faults = 0;
  // Bytes in a row that are no text, up to here.
  let row = 0;
  for (let at = 0; at <= bytes.length; ) {
    const isEnd = at === bytes.length || bytes[at] === feed;
    const length = isEnd ? 1 : textLength(bytes, at);
    if (length > 0 && (row >= hole || isEnd)) {
      const isOpen = row >= hole || at === bytes.length;
      const end = row >= hole ? at - row : Math.min(at + 1, bytes.length);
      if (end > start) yield { start, end, faults: row >= hole ? faults - row : faults, isOpen };
      start = isEnd ? at + 1 : at;
      faults = 0;
    }
    if (length === 0) faults += 1;
    row = length === 0 ? row + 1 : 0;
    at += Math.max(1, length);
  }
}

/** Bytes of the character at `at`: printable ASCII, tab, carriage return, escape, or UTF-8; 0 when it is none. */
function textLength(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] as number;
  if ((byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0d || byte === 0x1b) return 1;
  const length =
    byte >= 0xc2 && byte < 0xe0 ? 2 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}
