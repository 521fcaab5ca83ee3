import { nxSignature, readNxGroups } from './842-nx.js';
import type { Compressor, Decompressed } from './compressor.js';
import { beyondCap, checkCap, inputEnds, outputFor } from './output.js';
import { beginsWord } from './word.js';

/**
 * 842: pstore's `842` of 4.18 to 6.5, in the software form and in the form with a header that the NX unit of POWER
 * makes. Written from facts of the format, never from the kernel's source.
 *
 * A stream ends with a template of its own and a CRC-32, and is padded to whole 8 bytes; what follows is not part of
 * it. A text whose CRC is wrong or cut off is given whole, but is not complete. Of other faults `at` is the offset of
 * the byte in which the template begins that cannot be followed, and of input that is cut, its end.
 *
 * The kernel does not hold short data to the size of its buffer (6.1); here everything is held to the cap.
 */
export const p842: Compressor = {
  name: '842',
  // Eight bytes as they are, and the first two like those of `Panic#1 Part1`. Or the header of the NX unit.
  traces: (stream) => {
    const first = stream[0] ?? 0;
    const second = stream[1] ?? 0;
    const letters = (first << 13) | (second << 5) | ((stream[2] ?? 0) >> 3);
    return beginsWord(letters >> 8, letters & 0xff) || (first << 8) + second === nxSignature;
  },
  decompress(input, { maxOutput }) {
    checkCap(maxOutput);
    return readNxGroups(input, maxOutput, readStream) ?? readStream(input, maxOutput);
  },
};

const crcIsCut = 'the CRC-32 is cut';
const crcIsWrong = 'the CRC-32 is wrong';
const noTemplate = 'no such template';
const nothingToRepeat = 'nothing to repeat';
const emptyShortData = 'short data of no bytes';
const behindText = 'an index points behind the text';

/**
 * What the templates 00 to 19 are made of: D are bytes as they are, I an index of earlier ones in units of as many
 * bytes. Each gives 8 bytes.
 */
const templates = [
  ['D8', 'D4 D2 I2', 'D4 I2 D2', 'D4 I2 I2', 'D4 I4', 'D2 I2 D4', 'D2 I2 D2 I2', 'D2 I2 I2 D2'],
  ['D2 I2 I2 I2', 'D2 I2 I4', 'I2 D2 D4', 'I2 D4 I2', 'I2 D2 I2 D2', 'I2 D2 I2 I2', 'I2 D2 I4', 'I2 I2 D4'],
  ['I2 I2 D2 I2', 'I2 I2 I2 D2', 'I2 I2 I2 I2', 'I2 I2 I4', 'I4 D4', 'I4 D2 I2', 'I4 I2 D2', 'I4 I2 I2'],
  ['I4 I4', 'I8'],
]
  .flat()
  .map((template) => template.split(' ').map((part) => ({ indexed: part[0] === 'I', size: Number(part[1]) })));

const repeat = 0x1b;
const zeros = 0x1c;
const shortData = 0x1d;
const theEnd = 0x1e;

/** A group: what every template gives but short data, and what all streams are padded to. */
const groupSize = 8;

/** Bits of an index to units of so many bytes. It reaches as far back as its values go: 512, 2048 and 2048 bytes. */
const indexBits = (size: number) => (size === 4 ? 9 : 8);

/** A stream in the software form, without any header. */
function readStream(input: Uint8Array, maxOutput: number): Decompressed {
  const output = outputFor(input.length, maxOutput);
  const bits = bitsOf(input);
  const group = new Uint8Array(groupSize);

  /** Appends the next `size` bytes of the stream, or those of them that are there. Gives the words of a fault. */
  function data(size: number): string | undefined {
    let count = 0;
    while (count < size) {
      const byte = bits.take(8);
      if (byte < 0) break;
      group[count++] = byte;
    }
    if (!output.literals(group, 0, count)) return beyondCap;
    return count < size ? inputEnds : undefined;
  }

  /** Appends `size` bytes by their index in a ring that holds the whole groups of the text. */
  function indexed(size: number): string | undefined {
    const index = bits.take(indexBits(size));
    if (index < 0) return inputEnds;
    const total = output.length() - (output.length() % groupSize);
    const ring = size << indexBits(size);
    let from = index * size;
    if (total > ring) {
      const behind = total % ring;
      from += total - behind;
      if (index * size >= behind) from -= ring;
    }
    if (from + size > total) return behindText;
    return output.match(output.length() - from, size) ? undefined : beyondCap;
  }

  function follow(template: number): string | undefined {
    const parts = templates[template];
    if (parts !== undefined) {
      for (const part of parts) {
        const fault = part.indexed ? indexed(part.size) : data(part.size);
        if (fault !== undefined) return fault;
      }
      return undefined;
    }
    if (template === zeros) return output.literals(group.fill(0), 0, groupSize) ? undefined : beyondCap;
    if (template !== repeat && template !== shortData) return noTemplate;
    const count = bits.take(template === repeat ? 6 : 3);
    if (count < 0) return inputEnds;
    if (template === shortData) return count === 0 ? emptyShortData : data(count);
    if (output.length() < groupSize) return nothingToRepeat;
    return output.match(groupSize, groupSize * (count + 1)) ? undefined : beyondCap;
  }

  for (;;) {
    const start = bits.at();
    const template = bits.take(5);
    if (template === theEnd) break;
    const fault = template < 0 ? inputEnds : follow(template);
    if (fault !== undefined) return output.stopped(fault, fault === inputEnds ? input.length : start);
  }

  const at = bits.at();
  const high = bits.take(16);
  const low = bits.take(16);
  const used = Math.min(input.length, Math.ceil(bits.end() / groupSize) * groupSize);
  const text = output.ended(used);
  if (high < 0 || low < 0) return { ...text, complete: false, used: input.length, reason: crcIsCut, at };
  if (high * 0x10000 + low !== crc32(text.bytes)) return { ...text, complete: false, reason: crcIsWrong, at };
  return text;
}

interface Bits {
  /** The next `count` bits, at most 16, first bit highest; less than 0 and nothing taken when they are not there. */
  take(count: number): number;
  /** Offset of the byte that holds the next bit. */
  at(): number;
  /** Offset of the first byte none of whose bits are taken. */
  end(): number;
}

function bitsOf(input: Uint8Array): Bits {
  let next = 0;
  /** The bits of the bytes before `next` that are not taken yet: `left` of them, below higher ones that are. */
  let held = 0;
  let left = 0;
  return {
    take(count) {
      while (left < count) {
        if (next === input.length) return -1;
        held = (held << 8) | (input[next++] as number);
        left += 8;
      }
      left -= count;
      return (held >>> left) & ((1 << count) - 1);
    },
    at: () => next - Math.ceil(left / 8),
    end: () => next - Math.floor(left / 8),
  };
}

/** Polynomial 0x04c11db7, highest bit first, from 0 and with nothing added at the end (crc32_be of the kernel). */
function crc32(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ byte] as number);
  return crc >>> 0;
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});
