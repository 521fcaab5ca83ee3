import type { Unpacked } from './pieces.js';

// Source of all facts: Snappy's format_description.txt.

/** The length that a raw Snappy stream says its text has, and the bytes that say it; null when they are no number of 32 bits. */
export function snappyLength(stream: Uint8Array): { readonly length: number; readonly size: number } | null {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = stream[i];
    if (byte === undefined) return null;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length < 2 ** 32 ? { length, size: i + 1 } : null;
  }
  return null;
}

/** Decodes a raw stream up to its first fault. Gives at most `most` bytes, in memory of its own. */
export function unpackSnappy(stream: Uint8Array, most: number): Unpacked {
  const head = snappyLength(stream);
  if (head === null) return { bytes: new Uint8Array(0), reason: 'no length' };
  if (head.length > most) return { bytes: new Uint8Array(0), reason: 'a length beyond the largest' };
  const output = new Uint8Array(head.length);
  let at = head.size;
  let length = 0;
  const stopped = (reason: string): Unpacked => ({ bytes: output.subarray(0, length), reason });
  while (at < stream.length) {
    const tag = stream[at] as number;
    const kind = tag & 3;
    let count: number;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      count = (extra === 0 ? tag >> 2 : littleEndian(stream, at + 1, extra)) + 1;
      at += 1 + extra;
      const there = Math.min(count, Math.max(0, stream.length - at), output.length - length);
      output.set(stream.subarray(at, at + there), length);
      length += there;
      if (there < count) return stopped('literals that are not there, or too many');
      at += count;
      continue;
    }
    const operand = [0, 1, 2, 4][kind] as number;
    if (at + 1 + operand > stream.length) return stopped('the stream is cut');
    const low = littleEndian(stream, at + 1, operand);
    const distance = kind === 1 ? ((tag >> 5) << 8) + low : low;
    count = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    at += 1 + operand;
    if (distance === 0 || distance > length) return stopped('a match begins before the text');
    if (count > output.length - length) return stopped('more text than its length');
    for (let i = 0; i < count; i++) output[length + i] = output[length - distance + i] as number;
    length += count;
  }
  return length === output.length ? { bytes: output } : stopped('the stream is cut');
}

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
