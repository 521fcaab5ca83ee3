import type { ByteRange } from '../bytes/range.js';
import type { Endian } from '../bytes/struct.js';
import { concat, extent, slice, type TracedBytes } from '../bytes/traced.js';
import type { Finding } from '../finding.js';
import { zoneHeader } from './layout.js';
import { type PlacedZone, page } from './places.js';
import { withoutFill } from './remains.js';

/** A zone of console, pmsg or ftrace, read by the kernel's rules (psz_recover_zone, fs/pstore/zone.c). */
export interface RingReading {
  readonly zone: PlacedZone;
  /** The whole zone, on the root medium. */
  readonly stored: ByteRange;
  /** The ring, oldest byte first; null when the kernel takes the zone for empty or discards it. */
  readonly log: TracedBytes | null;
  /** What stands behind the valid bytes, in the order of the medium, and what it is; null when that is fill. */
  readonly rest: Rest | null;
  /** The kernel fails here: it recovers no ring behind this one either. */
  readonly endsRecovery: boolean;
  readonly findings: readonly Finding[];
}

export interface Rest {
  readonly content: TracedBytes;
  /** The same with the fill behind it, to the end of the zone. */
  readonly filled: TracedBytes;
  readonly state: 'erased' | 'stale' | 'hidden';
}

/** @param content exactly the bytes of the zone */
export function readRing(zone: PlacedZone, content: TracedBytes, endian: Endian): RingReading {
  const stored = extent(content) as ByteRange;
  const { datalen, start } = zoneHeader.decode(content.bytes, 0, endian);
  const data = slice(content, zoneHeader.size, content.bytes.length);
  const capacity = data.bytes.length;
  const isValid = datalen <= capacity && start <= datalen;
  const valid = isValid ? datalen : 0;
  const filled = slice(data, valid, capacity);
  const behind = withoutFill(filled);
  const state = valid > 0 ? 'stale' : isValid ? 'erased' : 'hidden';
  const detail = `${zone.type}: datalen ${datalen}, start ${start}, capacity ${capacity}`;
  return {
    zone,
    stored,
    log: valid === 0 ? null : concat(slice(data, start, datalen), slice(data, 0, start)),
    rest: behind.bytes.length === 0 ? null : { content: behind, filled, state },
    endsRecovery: start > datalen && start <= capacity && datalen > 0,
    findings: isValid ? [] : [{ code: 'zone.invalid', at: stored, detail }],
  };
}

/** A record may end in zeros that are no fill. */
const longestRecord = 24;

/**
 * True when no fill tells where a ring that was erased ends: it had wrapped, and where it begins is not known. Text
 * that ends with a page ends with its ring, also where the next zone was never written.
 */
export function isFull({ zone, rest }: RingReading): boolean {
  if (rest?.state !== 'erased') return false;
  const left = rest.filled.bytes.length - rest.content.bytes.length;
  if (zone.type === 'ftrace') return left < longestRecord;
  return left === 0 || (zoneHeader.size + rest.content.bytes.length) % page === 0;
}
