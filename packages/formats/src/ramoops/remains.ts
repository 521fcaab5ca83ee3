import { hasDumpLine } from './dmesg-header.js';
import type { Scene } from './hypotheses.js';
import { nearSignature, zoneHeader } from './layout.js';

/** What is left of a zone where no candidate is. */
export interface Remains {
  /** The signature is nearly right. */
  readonly isSigned: boolean;
  /** What the data begins with; `beyond` the end of the medium nothing can. */
  readonly content: 'dump' | 'text' | 'garbage' | 'blank' | 'beyond';
}

export function remainsAt(scene: Scene, at: number): Remains {
  if (at + zoneHeader.size >= scene.bytes.length) return { isSigned: false, content: 'beyond' };
  const isSigned = nearSignature(scene.bytes, at, scene.endian, scene.signatures);
  const data = scene.bytes.subarray(at + zoneHeader.size, at + zoneHeader.size + 64);
  const dataAt = at + zoneHeader.size;
  if (hasDumpLine(scene.bytes, at, dataAt, dataAt + 64)) return { isSigned, content: 'dump' };
  const printable = data.reduce((sum, byte) => sum + (byte === 0x0a || (byte >= 0x20 && byte < 0x7f) ? 1 : 0), 0);
  if (data.every((byte) => byte === data[0])) return { isSigned, content: 'blank' };
  return { isSigned, content: printable >= 60 ? 'text' : 'garbage' };
}
