import type { Endian } from '../bytes/struct.js';
import { patch, type TracedBytes } from '../bytes/traced.js';
import type { ReedSolomon } from '../ecc/index.js';
import { type EccGeometry, withErasures } from './ecc-blocks.js';
import { nearSignature, type ZoneHeader, zoneHeader } from './layout.js';

/** The header of a zone that the kernel takes for empty or discards. */
export interface RecoveredHeader {
  readonly header: ZoneHeader;
  /** The zone with the header put right. */
  readonly zone: TracedBytes;
  /** `parity`: its parity alone gives it. `bytes`: it stands there, but for a few bits of the signature. */
  readonly from: 'parity' | 'bytes';
}

/**
 * The header that must have stood before a zone: by its parity, all 12 bytes taken for wrong, if that gives the
 * signature; else as it stands, with up to 6 bits of the signature wrong, if the rest is as a writer leaves it. Null
 * when neither holds.
 * @param signatures that the zone may have; those of one type of zone
 */
export function recoverHeader(
  content: TracedBytes,
  geometry: EccGeometry,
  codec: ReedSolomon | null,
  endian: Endian,
  signatures: readonly number[],
): RecoveredHeader | null {
  const stored = content.bytes.subarray(0, zoneHeader.size);
  if (codec !== null) {
    const parity = content.bytes.subarray(geometry.headerParityAt, geometry.headerParityAt + codec.parity);
    const result = withErasures(codec, stored, parity, () => [...stored.keys()]);
    const header = result.ok ? zoneHeader.decode(result.data, 0, endian) : null;
    if (result.ok && header !== null && signatures.includes(header.sig) && isInRange(header, geometry)) {
      return { header, zone: patch(content, 0, result.data), from: 'parity' };
    }
  }
  const sig = signatures.find((one) => nearSignature(stored, 0, endian, [one]));
  if (sig === undefined) return null;
  const header = { ...zoneHeader.decode(stored, 0, endian), sig };
  if (!isInRange(header, geometry) || !isConsistent(header, geometry)) return null;
  return { header, zone: patch(content, 0, zoneHeader.encode(header, endian)), from: 'bytes' };
}

function isInRange({ start, size }: ZoneHeader, { capacity }: EccGeometry): boolean {
  return size > 0 && size <= capacity && start <= size;
}

/** A log that did not wrap ends where the next byte goes; one that did is full. */
function isConsistent({ start, size }: ZoneHeader, { capacity }: EccGeometry): boolean {
  return start === size || size === capacity;
}
