import type { ByteReader } from './byte-reader.js';
import { crcTable } from './crc32c.js';
import { isPadding } from './gzip.js';
import { chunkHeadSize, chunkLength, lzma2 } from './lzma2.js';
import { foreignBytes, type StreamFormat } from './unpack.js';

// Source of all facts: "The .xz File Format", version 1.2.1.

/** xz files: streams one behind the other, zeros behind the last. Filters but LZMA2 are not undone; SHA-256 is not checked. */
export const xz: StreamFormat = {
  name: 'xz',
  recognizes: (head) => [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00].every((byte, i) => head[i] === byte),
  unpack: readStreams,
};

const cut = 'the stream is cut';

/** Bytes of the check behind each block, by its number in the flags of the stream. */
const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

type Text = AsyncGenerator<Uint8Array, string | null, void>;

async function* readStreams(input: ByteReader): Text {
  for (let isFirst = true; ; isFirst = false) {
    const head = (await input.peek(12)).slice();
    if (head.length === 0) return null;
    if (!isFirst && !xz.recognizes(head)) return (await isPadding(input)) ? null : foreignBytes;
    if (head.length < 12) return cut;
    if (crc32(head.subarray(6, 8)) !== uint32(head, 8)) return 'the header of a stream does not fit its CRC-32';
    const check = (head[7] as number) & 15;
    input.skip(12);
    const reason = yield* readBlocks(input, check);
    if (reason !== null) return reason;
  }
}

/** The blocks of a stream, and what stands behind them. */
async function* readBlocks(input: ByteReader, check: number): Text {
  let blocks = 0;
  for (;;) {
    const [first] = await input.peek(1);
    if (first === undefined) return cut;
    if (first === 0) return skipIndex(input, blocks);
    const size = 4 * (first + 1);
    const header = (await input.peek(size)).slice();
    if (header.length < size) return cut;
    if (crc32(header.subarray(0, size - 4)) !== uint32(header, size - 4)) return 'the header of a block is damaged';
    const dictionary = dictionaryOf(header.subarray(0, size - 4));
    if (dictionary === null) return 'a filter that is not known';
    input.skip(size);
    const reason = yield* readBlock(input, dictionary, check);
    if (reason !== null) return reason;
    blocks += 1;
  }
}

async function* readBlock(input: ByteReader, dictionary: number, check: number): Text {
  const decoder = lzma2(dictionary);
  const sum = check === 1 ? crc32Sum() : check === 4 ? crc64Sum() : null;
  let stored = 0;
  for (;;) {
    const length = chunkLength(await input.peek(chunkHeadSize));
    if (length === null) return 'a chunk of no known kind';
    const chunk = await input.peek(length);
    if (chunk.length < Math.min(length, chunkHeadSize)) return cut;
    stored += length;
    if (length === 1) {
      input.skip(1);
      break;
    }
    const isCut = chunk.length < length;
    const { text, reason } = decoder.decode(chunk);
    sum?.add(text);
    if (text.length > 0) yield text;
    if (isCut || reason !== undefined) return reason ?? cut;
    input.skip(length);
  }
  const padding = -stored & 3;
  const size = checkSizes[check] as number;
  const tail = (await input.peek(padding + size)).slice();
  if (tail.length < padding + size) return cut;
  input.skip(padding + size);
  return sum === null || sum.fits(tail.subarray(padding)) ? null : `a block does not fit its ${sum.name}`;
}

/** Goes behind the index and the footer of a stream: all that they say is known already. */
async function skipIndex(input: ByteReader, blocks: number): Promise<string | null> {
  let size = 1;
  input.skip(1);
  const count = await takeNumber(input);
  if (count === null || count.value !== blocks) return 'the index is damaged';
  size += count.size;
  for (let i = 0; i < 2 * blocks; i++) {
    const number = await takeNumber(input);
    if (number === null) return 'the index is damaged';
    size += number.size;
  }
  const rest = (-size & 3) + 4 + 12;
  const tail = (await input.peek(rest)).slice();
  if (tail.length < rest) return cut;
  if (tail[rest - 2] !== 0x59 || tail[rest - 1] !== 0x5a) return 'the footer of a stream is damaged';
  input.skip(rest);
  return null;
}

async function takeNumber(input: ByteReader): Promise<{ readonly value: number; readonly size: number } | null> {
  const number = numberAt(await input.peek(9), 0);
  if (number !== null) input.skip(number.size);
  return number;
}

/** Seven bits in each byte, the lowest first; null where it does not end. */
function numberAt(bytes: Uint8Array, at: number): { readonly value: number; readonly size: number } | null {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, size: i + 1 };
  }
  return null;
}

/** Bytes of the dictionary that a block wants; null where it has filters but LZMA2. */
function dictionaryOf(header: Uint8Array): number | null {
  const flags = header[1] as number;
  let at = 2;
  for (const bit of [0x40, 0x80]) if ((flags & bit) !== 0) at += numberAt(header, at)?.size ?? header.length;
  const [id, size, bits = 41] = header.subarray(at);
  if ((flags & 0x3f) !== 0 || id !== 0x21 || size !== 1 || bits > 40) return null;
  return bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
}

interface Sum {
  readonly name: string;
  add(text: Uint8Array): void;
  fits(stored: Uint8Array): boolean;
}

const table32 = crcTable(0xedb8_8320);

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (let i = 0; i < bytes.length; i++) crc = (table32[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function crc32Sum(): Sum {
  let crc = 0xffff_ffff;
  return {
    name: 'CRC-32',
    add(text) {
      for (let i = 0; i < text.length; i++) crc = (table32[(crc ^ (text[i] as number)) & 0xff] as number) ^ (crc >>> 8);
    },
    fits: (stored) => uint32(stored, 0) === ~crc >>> 0,
  };
}

/** ECMA-182, reflected, in two halves: bigints would take a hundred times as long. */
const { low: tableLow, high: tableHigh } = crc64Tables();

function crc64Tables() {
  const low = new Uint32Array(256);
  const high = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >> 1n) ^ (remainder & 1n ? 0xc96c_5795_d787_0f42n : 0n);
    low[byte] = Number(remainder & 0xffff_ffffn);
    high[byte] = Number(remainder >> 32n);
  }
  return { low, high };
}

function crc64Sum(): Sum {
  let low = 0xffff_ffff;
  let high = 0xffff_ffff;
  return {
    name: 'CRC-64',
    add(text) {
      for (let i = 0; i < text.length; i++) {
        const index = (low ^ (text[i] as number)) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (tableLow[index] as number);
        high = (high >>> 8) ^ (tableHigh[index] as number);
      }
    },
    fits: (stored) => uint32(stored, 0) === ~low >>> 0 && uint32(stored, 4) === ~high >>> 0,
  };
}

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
}
