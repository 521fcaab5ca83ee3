import { inputEnds } from './output.js';
import { xxhash64Sum } from './xxhash64.js';
import { decodeBlock, freshMemory } from './zstd-block.js';
import {
  blockHeaderSize,
  checksumSize,
  largestBlock,
  littleEndian,
  readBlockHeader,
  readFrameHeader,
} from './zstd-frame.js';
import { windowOutput } from './zstd-window.js';

/** A zstd frame (RFC 8878) that is decoded block by block, in memory of its window and not of its text. */
export interface ZstdFrame {
  /** Bytes of the header; the first block follows. */
  readonly headerSize: number;
  /** Bytes of the checksum behind the last block. */
  readonly checksumSize: number;
  /** Decodes the block that `input` begins with, as long as `zstdBlockSize` says; one that is cut gives what it can. */
  decode(input: Uint8Array): ZstdBlock;
  /** What the text as a whole is wrong in, by what stands behind the last block; null when nothing is. */
  check(checksum: Uint8Array): string | null;
}

export interface ZstdBlock {
  /** A view that holds until the next block. */
  readonly text: Uint8Array;
  /** Whether another block follows; `broken`: nobody knows where it would begin. */
  readonly next: 'block' | 'end' | 'broken';
  /** The first thing wrong with it; absent when nothing is. */
  readonly reason?: string;
}

/** Bytes that are enough for the header of a frame, and of a block. */
export const zstdHeadSize = 18;

/** Bytes that matches may reach back: what `zstd` itself takes without being told to, and writes up to --ultra -22 --long. */
const largestWindow = 128 << 20;

/** The frame whose magic number `head` begins with, or why it cannot be decoded. Of `head` 18 bytes are enough. */
export function zstdFrame(head: Uint8Array): ZstdFrame | string {
  const header = readFrameHeader(head, 0);
  if (header === null) return inputEnds;
  if (header.dictionaryId !== 0) return 'the frame wants a dictionary';
  if (header.windowSize > largestWindow) return `a window of ${header.windowSize} bytes, more than ${largestWindow}`;
  const output = windowOutput(header.windowSize);
  const sum = header.checksum ? xxhash64Sum() : null;
  let memory = freshMemory;
  let size = 0;
  return {
    headerSize: header.size,
    checksumSize: header.checksum ? checksumSize : 0,
    decode(input) {
      output.begin();
      const block = decodeBlock(input, 0, memory, output);
      memory = block.memory;
      const text = output.text();
      sum?.add(text);
      size += text.length;
      const next = block.next === null ? 'broken' : block.next.last ? 'end' : 'block';
      return { text, next, ...(block.fault && { reason: block.fault.reason }) };
    },
    check(checksum) {
      if (header.contentSize !== null && header.contentSize !== BigInt(size)) return 'the content size is wrong';
      if (sum === null) return null;
      if (checksum.length < checksumSize) return 'the content checksum is cut';
      const isRight = BigInt(littleEndian(checksum, 0, checksumSize)) === BigInt.asUintN(32, sum.value());
      return isRight ? null : 'the content checksum is wrong';
    },
  };
}

/** Bytes of the block that `head` begins with, its header included; 3 where it is cut or no block. */
export function zstdBlockSize(head: Uint8Array): number {
  const header = readBlockHeader(head, 0);
  if (header === null || header.type === 'reserved' || header.size > largestBlock) return blockHeaderSize;
  return blockHeaderSize + (header.type === 'rle' ? 1 : header.size);
}
