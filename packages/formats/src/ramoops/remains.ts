import type { Endian } from '../bytes/struct.js';
import { hasDumpLine } from './dmesg-header.js';
import { nearSignature, zoneHeader } from './layout.js';

/** What is left of a zone where no candidate is. */
export interface Remains {
  /** The signature is nearly right. */
  readonly isSigned: boolean;
  /** What the data begins with; `beyond` the end of the medium nothing can. */
  readonly content: 'dump' | 'text' | 'garbage' | 'blank' | 'beyond';
}

/**
 * What is left of a zone at each place, looked at once: many layouts have a zone there.
 * @param signatures that a zone of this medium may have
 */
export function remainsIn(bytes: Uint8Array, endian: Endian, signatures: ReadonlySet<number>): (at: number) => Remains {
  const seen = new Map<number, Remains>();
  return (at) => {
    const known = seen.get(at);
    if (known !== undefined) return known;
    const remains = remainsAt(bytes, at, endian, signatures);
    seen.set(at, remains);
    return remains;
  };
}

function remainsAt(bytes: Uint8Array, at: number, endian: Endian, signatures: ReadonlySet<number>): Remains {
  const dataAt = at + zoneHeader.size;
  if (dataAt >= bytes.length) return { isSigned: false, content: 'beyond' };
  const isSigned = nearSignature(bytes, at, endian, signatures);
  const data = bytes.subarray(dataAt, dataAt + 64);
  if (hasDumpLine(bytes, at, dataAt, dataAt + 64)) return { isSigned, content: 'dump' };
  const printable = data.reduce((sum, byte) => sum + (byte === 0x0a || (byte >= 0x20 && byte < 0x7f) ? 1 : 0), 0);
  if (data.every((byte) => byte === data[0])) return { isSigned, content: 'blank' };
  return { isSigned, content: printable >= 60 ? 'text' : 'garbage' };
}
