import type { ByteRange } from '../../../src/bytes/range.js';

/**
 * The search that other readers of pmsg do: where the header is possible the frame is taken with the length it says, else
 * on to the next `l`. A frame that runs over the end is the last.
 */
export function naiveFrames(bytes: Uint8Array): ByteRange[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: ByteRange[] = [];
  for (let at = bytes.indexOf(0x6c); at >= 0 && at + 19 <= bytes.length; ) {
    const length = view.getUint16(at + 1, true);
    const id = bytes[at + 7] as number;
    const priority = bytes[at + 18] as number;
    const isPossible =
      length > 19 &&
      length <= 19 + 4068 &&
      id < 8 &&
      view.getUint32(at + 14, true) < 1e9 &&
      (id === 2 || id === 5 || id === 6 || (priority >= 2 && priority < 8));
    if (isPossible && at + length > bytes.length) break;
    if (isPossible) found.push({ start: at, end: at + length });
    at = bytes.indexOf(0x6c, isPossible ? at + length : at + 1);
  }
  return found;
}
