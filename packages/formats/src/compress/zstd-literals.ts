import { largestBlock, littleEndian, readLiteralsHeader } from './zstd-frame.js';
import { decodeAlone, decodeFour, endOfTree } from './zstd-huffman.js';

/** What is wrong and where: `at` is an offset of the input. */
export interface Fault {
  readonly reason: string;
  readonly at: number;
}

/** The literals of a compressed block: bytes that its sequences put between what they repeat. */
export interface Literals {
  /** Those that could be decoded, in their order. */
  readonly bytes: Uint8Array;
  /** How many of them come before the first that could not; those behind have lost their place. */
  readonly placed: number;
  /** Whether all have their place. They may yet be unsound. */
  readonly whole: boolean;
  /** Offset behind their section, where the sequences begin; null when that is not known or not there. */
  readonly end: number | null;
  /** The Huffman tree as it is described, for the blocks that follow; null when there is none yet. */
  readonly tree: Uint8Array | null;
  /** What is wrong with them; null when nothing is. */
  readonly fault: Fault | null;
}

/** The bytes of a block that are there: offsets of the input. */
export interface BlockBytes {
  readonly input: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** What is to say when they do not suffice. */
  readonly short: Fault;
}

/** Fewer are never in four streams. */
const fewestInFour = 6;

const jumpTableSize = 6;

/**
 * The literals at the start of a compressed block (RFC 8878, section 3.1.1.3.1). `tree` is that of the block before.
 * Of streams that are cut those before are kept, and of streams that are broken what comes of them before they fail.
 */
export function readLiterals({ input, start, end, short }: BlockBytes, tree: Uint8Array | null): Literals {
  const header = readLiteralsHeader(input, start, end);
  if (header === null) return noLiterals(tree, short);
  const { type, count, streams } = header;
  if (count > largestBlock) return noLiterals(tree, { reason: 'more literals than a block can have', at: start });
  const at = start + header.size;
  const behind = at + header.stored;
  const there = Math.min(behind, end);
  const whole = there === behind;
  const rest = { whole, end: whole ? behind : null, tree, fault: whole ? null : short };
  if (type === 'raw') return { bytes: input.subarray(at, there), placed: there - at, ...rest };
  if (type === 'rle') {
    const bytes = new Uint8Array(whole ? count : 0).fill(input[at] ?? 0);
    return { bytes, placed: bytes.length, ...rest };
  }

  const unusable = (reason: string, where: number) => noLiterals(tree, whole ? { reason, at: where } : short);
  const streamsAt = type === 'huffman' ? endOfTree(input, at, there) : at;
  if (streamsAt === null) return unusable('no Huffman tree', at);
  const described = type === 'huffman' ? input.subarray(at, streamsAt) : tree;
  if (described === null) return unusable('the Huffman tree of a block that is missing', start);
  if (streams === 4 && count < fewestInFour) return unusable('too few literals for four streams', start);
  const places = placesOfStreams(input, streamsAt, behind, streams);
  if (places === null) return unusable('Huffman streams without room', streamsAt);
  const decoded = decodeStreams({ input, start: streamsAt, end: there, short }, described, places, count);
  return { ...decoded, end: rest.end, tree: described };
}

function noLiterals(tree: Uint8Array | null, fault: Fault): Literals {
  return { bytes: nothing, placed: 0, whole: false, end: null, tree, fault };
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Four streams at once; when that fails, and one stream, each alone: they do not need each other. */
function decodeStreams(
  { input, end, short }: BlockBytes,
  tree: Uint8Array,
  places: readonly Place[],
  count: number,
): Pick<Literals, 'bytes' | 'placed' | 'whole' | 'fault'> {
  const streams = places.filter((place) => place.end <= end).map((place) => input.subarray(place.start, place.end));
  const bytes = streams.length === 4 ? decodeFour(tree, streams, count) : null;
  if (bytes !== null) return { bytes, placed: count, whole: true, fault: null };

  const each = Math.ceil(count / places.length);
  const kept: Uint8Array[] = [];
  let placed = 0;
  let whole = true;
  let fault: Fault | null = null;
  for (const [i, { start }] of places.entries()) {
    const stream = streams[i];
    const own = Math.min(each, count - i * each);
    const { symbols, sound } =
      stream === undefined ? { symbols: nothing, sound: false } : decodeAlone(tree, stream, own);
    kept.push(symbols);
    if (whole) placed += symbols.length;
    whole &&= symbols.length === own;
    if (!sound) fault ??= stream === undefined ? short : { reason: 'a Huffman stream that does not end', at: start };
  }
  return { bytes: joined(kept), placed, whole, fault };
}

const nothing = new Uint8Array(0);

/** Where the streams lie: of four, the first three say how long they are. Null when no byte is left for the last. */
function placesOfStreams(input: Uint8Array, start: number, end: number, streams: 1 | 4): readonly Place[] | null {
  if (streams === 1) return [{ start, end }];
  const first = start + jumpTableSize;
  const second = first + littleEndian(input, start, 2);
  const third = second + littleEndian(input, start + 2, 2);
  const fourth = third + littleEndian(input, start + 4, 2);
  if (fourth >= end) return null;
  return [
    { start: first, end: second },
    { start: second, end: third },
    { start: third, end: fourth },
    { start: fourth, end },
  ];
}

function joined(streams: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(streams.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const stream of streams) {
    bytes.set(stream, at);
    at += stream.length;
  }
  return bytes;
}
