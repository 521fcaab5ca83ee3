import { sourceFrom } from './read-at.js';
import type { RandomAccessSource } from './source.js';

/**
 * A Blob or File, as browsers give it for a dropped file. Pieces are read when they are asked for. A File that changed
 * since it was chosen refuses to be read: then all of it comes back `filled`, and reported.
 */
export function fromBlob(blob: Blob): RandomAccessSource {
  return sourceFrom(
    async (target, position) => {
      const piece = await blob.slice(position, position + target.length).arrayBuffer();
      target.set(new Uint8Array(piece));
      return piece.byteLength;
    },
    blob.size,
    // Browsers do not say which sector failed, and each failing read is slow.
    { sector: 64 << 10 },
  );
}
