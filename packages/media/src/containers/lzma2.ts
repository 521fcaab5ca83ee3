import { decodeLzma, lzmaState } from './lzma.js';

// Source of all facts: the description of LZMA2 in the documents of XZ Utils and XZ Embedded (public domain).

/** Decodes the chunks of one LZMA2 stream, one call for each. */
export interface Lzma2 {
  /**
   * @param chunk header and bytes of a chunk, as long as `chunkLength` says; the last of a stream that is cut may be
   * shorter, and gives what it can
   * @returns its text, a view that holds up to the next call; and why it broke off, if it did
   */
  decode(chunk: Uint8Array): { readonly text: Uint8Array; readonly reason?: string };
}

/** Bytes of a chunk with its header, by its first bytes; 1 for the mark of the end. Null where that is no chunk. */
export function chunkLength(head: Uint8Array): number | null {
  const [control = 0] = head;
  if (control === 0) return 1;
  if (control >= 0x80) return (control >= 0xc0 ? 6 : 5) + 1 + (head[3] as number) * 256 + (head[4] as number);
  return control <= 2 ? 3 + 1 + (head[1] as number) * 256 + (head[2] as number) : null;
}

/** Bytes of the longest header of a chunk. */
export const chunkHeadSize = 6;

/** Bytes of text that a dictionary may reach back, whatever a stream claims: xz -9 asks for 64 MiB. */
const largestDictionary = 256 << 20;

const largestText = 1 << 21;

export function lzma2(claimedDictionary: number): Lzma2 {
  const dictionary = Math.min(claimedDictionary, largestDictionary);
  const mostBuffered = dictionary + Math.max(dictionary, largestText);
  /** The text so far, of which old parts go when it is full. */
  let buffer = new Uint8Array(64 << 10);
  let position = 0;
  /** Text that matches may reach. */
  let reach = 0;
  let needsDictionary = true;
  let needsProperties = true;
  let state = lzmaState(0, 0, 0);

  function makeRoom(count: number): void {
    if (position + count <= buffer.length) return;
    if (position + count <= mostBuffered) {
      const grown = new Uint8Array(Math.min(mostBuffered, Math.max(2 * buffer.length, position + count)));
      grown.set(buffer.subarray(0, position));
      buffer = grown;
      return;
    }
    const kept = Math.min(position, dictionary);
    buffer.copyWithin(0, position - kept, position);
    position = kept;
    if (position + count > buffer.length) makeRoom(count);
  }

  const stopped = (reason: string) => ({ text: buffer.subarray(0, 0), reason });

  return {
    decode(chunk) {
      const [control = 0] = chunk;
      if (control >= 0xe0 || control === 1) {
        reach = 0;
        needsDictionary = false;
      } else if (needsDictionary) return stopped('no dictionary to begin with');
      if (control < 0x80) {
        const text = chunk.subarray(3);
        makeRoom(text.length);
        buffer.set(text, position);
        position += text.length;
        reach += text.length;
        return { text: buffer.subarray(position - text.length, position) };
      }
      const length = ((control & 0x1f) << 16) + (chunk[1] as number) * 256 + (chunk[2] as number) + 1;
      const start = control >= 0xc0 ? 6 : 5;
      if (control >= 0xc0) {
        const properties = chunk[5] as number;
        const [lc, lp, pb] = [properties % 9, Math.floor(properties / 9) % 5, Math.floor(properties / 45)];
        if (properties >= 225 || lc + lp > 4) return stopped('properties that make no sense');
        state = lzmaState(lc, lp, pb);
        needsProperties = false;
      } else if (needsProperties) return stopped('no properties to begin with');
      else if (control >= 0xa0) state = lzmaState(state.lc, state.lp, state.pb);
      makeRoom(length);
      const from = position;
      const done = decodeLzma(state, chunk, start, { buffer, position, reach, dictionary }, length);
      position += done.count;
      reach += done.count;
      const text = buffer.subarray(from, position);
      return done.reason === undefined ? { text } : { text, reason: done.reason };
    },
  };
}
