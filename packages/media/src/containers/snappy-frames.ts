import type { ByteRange } from '@pstore-decode/formats/bytes';
import { breather } from '../breathe.js';
import type { RandomAccessSource } from '../source.js';
import { crc32c } from './crc32c.js';
import type { Packed, Unpacked } from './pieces.js';
import { readWithLosses } from './read-with-losses.js';
import { snappyLength, unpackSnappy } from './snappy.js';

// Source of all facts: Snappy's framing_format.txt.

/** A chunk of data: its text belongs to `start` to `end`, counted from the text of the first. */
type Chunk = ByteRange & Packed;

export interface Frames {
  readonly chunks: readonly Chunk[];
  /** Offset in the medium where the stream ends or breaks off. */
  readonly end: number;
  /** Why it broke off before all text was there. */
  readonly reason?: string;
}

/** Bytes of the header of a chunk, its checksum, and the length of its text. */
const headSize = 13;
const largestText = 65536;

/**
 * Follows the chunks of a framed Snappy stream from `at` on until they hold `length` bytes of text, by their headers
 * alone. Nothing in the stream says where it ends.
 * @param most chunks that are given; with 0 it is only found where the stream ends
 */
export async function readFrames(
  medium: RandomAccessSource,
  at: number,
  length: number,
  most: number,
  signal?: AbortSignal,
): Promise<Frames> {
  const chunks: Chunk[] = [];
  const breathe = breather(signal);
  let next = at;
  for (let start = 0; start < length; ) {
    await breathe();
    const { bytes: head, lost } = await readWithLosses(medium, { start: next, end: next + headSize });
    const there = lost[0]?.start ?? head.length;
    if (there < 4) return { chunks, end: next, reason: 'the stream is cut' };
    const type = head[0] as number;
    const size = (head[1] as number) + (head[2] as number) * 256 + (head[3] as number) * 65536;
    const body = { start: next + 4, end: next + 4 + size };
    if (type <= 1) {
      const textSize = type === 1 ? size - 4 : there < headSize && body.end > next + there ? null : lengthIn(head);
      if (textSize === null || textSize < 0 || textSize > largestText) {
        return { chunks, end: next, reason: 'a chunk without a length that makes sense' };
      }
      const end = Math.min(length, start + textSize);
      const from = { start: body.start, end: Math.min(medium.size, body.end) };
      const chunk: Chunk = { start, end, kind: 'packed', from, unpack: type === 1 ? unpackStored : unpackChunk };
      if (most > 0 && chunks.length === most) return { chunks, end: next, reason: `more than ${most} chunks` };
      if (most > 0 && start < end) chunks.push(chunk);
      start = end;
    } else if (type < 0x80) {
      return { chunks, end: next, reason: `a chunk of type 0x${type.toString(16)}` };
    }
    next = body.end;
  }
  return { chunks, end: next };
}

function lengthIn(head: Uint8Array): number | null {
  return snappyLength(head.subarray(8))?.length ?? null;
}

function unpackChunk(body: Uint8Array): Unpacked {
  return checked(body, unpackSnappy(body.subarray(4), largestText));
}

function unpackStored(body: Uint8Array): Unpacked {
  return checked(body, { bytes: body.subarray(4) });
}

function checked(body: Uint8Array, unpacked: Unpacked): Unpacked {
  if (body.length < 4 || unpacked.reason !== undefined) return unpacked;
  const stored = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true);
  return stored === maskedCrc(unpacked.bytes) ? unpacked : { ...unpacked, wrongChecksum: 'the CRC-32C is wrong' };
}

/** As a chunk has it: rotated, and a constant added. */
export function maskedCrc(text: Uint8Array): number {
  const crc = crc32c(text);
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}
