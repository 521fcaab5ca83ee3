import { readFileSync } from 'node:fs';
import { deflate } from '../../src/compress/index.js';

const vectors = new URL('../../../../test-vectors/ramoops/', import.meta.url);

/**
 * A stream that a kernel made, and its text: the zlibs of Node and of pako choose their symbols otherwise. Captured with
 * windows of 2^15 bytes (7.2) and 2^11 (6.1).
 * @param at where its bytes begin in the medium
 */
export function kernelStream(medium: string, at = 36): { readonly stream: Uint8Array; readonly text: Uint8Array } {
  const rest = new Uint8Array(readFileSync(new URL(medium, vectors))).subarray(at, at + (1 << 14));
  const { bytes, used } = deflate.decompress(rest, { maxOutput: 1 << 16 });
  return { stream: rest.slice(0, used), text: bytes };
}

/** A stream in the middle of a zone: garbage stands behind it. */
export function inZone(stream: Uint8Array): Uint8Array {
  const zone = Uint8Array.from({ length: stream.length + 500 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
  zone.set(stream);
  return zone;
}
