/** What stands at the head of a frame of content (RFC 8878, section 3.1.1.1). Every size is a claim. */
export interface FrameHeader {
  /** Bytes of the magic number and the header; the first block follows. */
  readonly size: number;
  /** Bytes that the frame says its content has; null when it does not say. */
  readonly contentSize: bigint | null;
  /** Bytes that matches may reach back, and those of the content where it is a single segment. */
  readonly windowSize: number;
  /** 0 when the frame wants no dictionary. */
  readonly dictionaryId: number;
  /** Whether four bytes of XXH64 follow the last block. */
  readonly checksum: boolean;
  /** Whether the bit is set that must not be. */
  readonly reserved: boolean;
}

/** The three bytes before every block (RFC 8878, section 3.1.1.2). */
export interface BlockHeader {
  readonly last: boolean;
  readonly type: (typeof blockTypes)[number];
  /** Bytes of input, and for `rle` bytes of output. */
  readonly size: number;
}

/** The head of a compressed block: what its literals are (RFC 8878, section 3.1.1.3.1.1). */
export interface LiteralsHeader {
  readonly type: (typeof literalsTypes)[number];
  /** Bytes of this header. */
  readonly size: number;
  /** Literals that the section says it holds. */
  readonly count: number;
  /** Bytes of the section behind this header, with the Huffman tree. */
  readonly stored: number;
  /** Huffman streams. */
  readonly streams: 1 | 4;
}

/** Most bytes of a block, stored or decoded (RFC 8878, section 3.1.1.2.3). */
export const largestBlock = 128 << 10;

export const blockHeaderSize = 3;
export const checksumSize = 4;

const magic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const skippableHeaderSize = 8;
const blockTypes = ['raw', 'rle', 'compressed', 'reserved'] as const;
const literalsTypes = ['raw', 'rle', 'huffman', 'treeless'] as const;

/** Which kind of frame begins at `at`, by its magic number; null when none does. */
export function frameKind(input: Uint8Array, at: number): 'content' | 'skippable' | null {
  if (input.length - at < 4) return null;
  const found = littleEndian(input, at, 4);
  if (found === magic) return 'content';
  return found - (found & 0x0f) === skippableMagic ? 'skippable' : null;
}

/** Where the skippable frame at `at` says it ends (RFC 8878, section 3.1.2); null when the input ends before. */
export function endOfSkippable(input: Uint8Array, at: number): number | null {
  if (input.length - at < skippableHeaderSize) return null;
  const end = at + skippableHeaderSize + littleEndian(input, at + 4, 4);
  return end <= input.length ? end : null;
}

/** The header of the frame whose magic number is at `at`; null when the input ends in it. */
export function readFrameHeader(input: Uint8Array, at: number): FrameHeader | null {
  const descriptor = input[at + 4];
  if (descriptor === undefined) return null;
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionarySize = [0, 1, 2, 4][descriptor & 3] as number;
  const contentSizeSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  const dictionaryAt = at + 5 + (singleSegment ? 0 : 1);
  const contentSizeAt = dictionaryAt + dictionarySize;
  const end = contentSizeAt + contentSizeSize;
  if (end > input.length) return null;
  const claimed = contentSizeSize === 0 ? null : contentSize(input, contentSizeAt, contentSizeSize);
  return {
    size: end - at,
    contentSize: claimed,
    windowSize: singleSegment ? Number(claimed) : windowSize(input[at + 5] as number),
    dictionaryId: littleEndian(input, dictionaryAt, dictionarySize),
    checksum: (descriptor & 4) !== 0,
    reserved: (descriptor & 8) !== 0,
  };
}

/** The header of the block at `at`; null when the input ends in it. */
export function readBlockHeader(input: Uint8Array, at: number): BlockHeader | null {
  if (input.length - at < blockHeaderSize) return null;
  const header = littleEndian(input, at, blockHeaderSize);
  return { last: (header & 1) === 1, type: blockTypes[(header >> 1) & 3] as BlockHeader['type'], size: header >> 3 };
}

/** The header of the literals at `start`; null when `end` comes before its own. */
export function readLiteralsHeader(input: Uint8Array, start: number, end: number): LiteralsHeader | null {
  const first = input[start];
  if (first === undefined || start >= end) return null;
  const type = literalsTypes[first & 3] as LiteralsHeader['type'];
  const format = (first >> 2) & 3;
  if (type === 'raw' || type === 'rle') {
    const size = [1, 2, 1, 3][format] as number;
    if (end - start < size) return null;
    const count = littleEndian(input, start, size) >> (size === 1 ? 3 : 4);
    return { type, size, count, stored: type === 'raw' ? count : 1, streams: 1 };
  }
  const size = [3, 3, 4, 5][format] as number;
  const bits = [10, 10, 14, 18][format] as number;
  if (end - start < size) return null;
  // Up to 40 bits: divided, as shifts end at 32.
  const sizes = Math.floor(
    (littleEndian(input, start, 4) + 2 ** 32 * (size === 5 ? (input[start + 4] as number) : 0)) / 16,
  );
  return {
    type,
    size,
    count: sizes % 2 ** bits,
    stored: Math.floor(sizes / 2 ** bits) % 2 ** bits,
    streams: format === 0 ? 1 : 4,
  };
}

/** `size` bytes, at most four, as an unsigned number; bytes behind the input count as 0. */
export function littleEndian(input: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (input[at + i] ?? 0);
  return value;
}

/** RFC 8878, section 3.1.1.1.2. */
function windowSize(descriptor: number): number {
  return 2 ** (10 + (descriptor >> 3) - 3) * (8 + (descriptor & 7));
}

function contentSize(input: Uint8Array, at: number, size: number): bigint {
  if (size === 8) return (BigInt(littleEndian(input, at + 4, 4)) << 32n) | BigInt(littleEndian(input, at, 4));
  return BigInt(littleEndian(input, at, size) + (size === 2 ? 256 : 0));
}
