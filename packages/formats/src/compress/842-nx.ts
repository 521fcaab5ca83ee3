import type { Decompressed } from './compressor.js';
import { inputEnds } from './output.js';

/**
 * The header that the driver of POWER's NX unit writes in front of 842 streams (drivers/crypto/nx/nx-842.h), numbers in
 * big-endian order: `f8 42`, the bytes at the end of the text that are none of it (16 bits), the number of groups (8
 * bits); for each group the padding before its stream (16 bits), the length of its stream and of its text (32 bits each).
 *
 * No stream in the software form begins with these bytes: the first five bits are no template.
 */
export const nxSignature = 0xf842;

const fixedSize = 5;
const groupSize = 10;
const mostGroups = 32;

const badGroupCount = 'the header has no groups or more than 32';
const wrongLength = 'a text of another length than its header says';

/** Reads one stream, with its CRC-32, from the start of `input`. */
type ReadStream = (input: Uint8Array, maxOutput: number) => Decompressed;

/**
 * The texts of all groups; null when `input` has no such header. A group whose text has its length is taken even when
 * its CRC-32 fails; of another the text up to its fault is the last that is given.
 */
export function readNxGroups(input: Uint8Array, maxOutput: number, readStream: ReadStream): Decompressed | null {
  const header = new DataView(input.buffer, input.byteOffset, input.length);
  if (input.length < 2 || header.getUint16(0) !== nxSignature) return null;
  if (input.length < fixedSize) return nothing(inputEnds, input.length);
  const ignored = header.getUint16(2);
  const count = header.getUint8(4);
  if (count === 0 || count > mostGroups) return nothing(badGroupCount, 4);
  let end = fixedSize + count * groupSize;
  if (input.length < end) return nothing(inputEnds, input.length);

  const texts: Uint8Array[] = [];
  let room = maxOutput;
  let fault: { readonly reason: string; readonly at: number } | undefined;
  for (let group = 0; group < count; group++) {
    const fields = fixedSize + group * groupSize;
    const start = Math.min(input.length, end + header.getUint16(fields));
    end = start + header.getUint32(fields + 2);
    const length = header.getUint32(fields + 6);
    const surplus = group === count - 1 ? ignored : 0;

    const { bytes, reason, at = 0 } = readStream(input.subarray(start, end), room + surplus);
    const whole = bytes.length === length && length >= surplus;
    texts.push(bytes.subarray(0, whole ? length - surplus : room));
    room -= Math.min(room, bytes.length);
    if (reason !== undefined) fault ??= { reason, at: start + at };
    else if (!whole) fault ??= { reason: wrongLength, at: fields + 6 };
    else if (end > input.length) fault ??= { reason: inputEnds, at: input.length };
    if (!whole) break;
  }
  const bytes = joined(texts);
  if (fault === undefined) return { bytes, complete: true, used: end };
  return { bytes, complete: false, used: Math.min(end, input.length), ...fault };
}

function nothing(reason: string, at: number): Decompressed {
  return { bytes: new Uint8Array(0), complete: false, used: at, reason, at };
}

function joined(texts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + text.length, 0));
  let at = 0;
  for (const text of texts) {
    bytes.set(text, at);
    at += text.length;
  }
  return bytes;
}
