import type { Endian } from '../bytes/struct.js';
import type { ReedSolomon } from '../ecc/index.js';
import { type KernelVersion, newestKernel, versionCode } from '../kernel-version.js';
import type { Timestamp } from '../record.js';
import { formatDmesgHeader } from './dmesg-header.js';
import { type BlockCount, blockSize, type EccGeometry, eccGeometry, zoneCodecs } from './ecc-blocks.js';
import { zoneHeader, zoneSignature } from './layout.js';
import type { Zone, ZoneType } from './zones.js';

/** One record to be written. */
export interface RamoopsRecord {
  readonly type: ZoneType;
  /** Slot of a dump, CPU of an ftrace ring. Default: 0. */
  readonly index?: number;
  /** As it stands on the medium: text, trace records, or the compressed stream of a dump. */
  readonly payload: Uint8Array;
  /** Of a dump; absent: `====0.000000`. */
  readonly time?: Timestamp;
  /** The payload of a dump is compressed. */
  readonly compressed?: boolean;
}

/** A region to be written; what is absent has the defaults of the driver. */
export interface RamoopsMedium {
  /** From `ramoopsZones`. */
  readonly zones: readonly Zone[];
  readonly records: readonly RamoopsRecord[];
  /** Size of the region in bytes. Default: to the end of the last zone. */
  readonly memSize?: number;
  /** Parity bytes a block. Default: 0. */
  readonly eccSize?: number;
  readonly blockCount?: BlockCount;
  /** The writer: its version is in the signature of ftrace zones. */
  readonly kernel?: KernelVersion;
  readonly endian?: Endian;
}

/**
 * The region as the kernel leaves it: every zone with a header and parity, every record in its ring. Records of one
 * zone follow each other, as appended dumps do; what is longer than a ring keeps its end.
 * @throws RangeError when a record has no zone, or a zone no room for its parity
 */
export function encodeRamoops(medium: RamoopsMedium): Uint8Array<ArrayBuffer> {
  const { zones, records, eccSize = 0, blockCount = 'shared', kernel = newestKernel, endian = 'le' } = medium;
  const end = Math.max(0, ...zones.map((zone) => zone.start + zone.size));
  const region = new Uint8Array(medium.memSize ?? end);
  const codec = zoneCodecs()(eccSize);
  const unwritten = new Set(records);
  for (const zone of zones) {
    const geometry = eccGeometry(zone.size, eccSize, blockCount);
    if (geometry === null) throw new RangeError(`no room for parity in a zone of ${zone.size} bytes`);
    const own = records.filter((record) => record.type === zone.type && (record.index ?? 0) === zone.index);
    for (const record of own) unwritten.delete(record);
    const sig = zone.type === 'ftrace' ? (zoneSignature ^ versionCode(kernel)) >>> 0 : zoneSignature;
    region.set(encodeZone(sig, own.map(stored), geometry, codec, endian), zone.start);
  }
  for (const { type, index = 0 } of unwritten) throw new RangeError(`there is no zone ${type} ${index}`);
  return region;
}

function stored(record: RamoopsRecord): Uint8Array {
  if (record.type !== 'dmesg') return record.payload;
  const { seconds, nanoseconds } = record.time ?? { seconds: 0n, nanoseconds: 0 };
  const header = formatDmesgHeader(seconds, Math.floor(nanoseconds / 1000), record.compressed ?? false);
  return joined([new TextEncoder().encode(header), record.payload]);
}

function encodeZone(
  sig: number,
  writes: readonly Uint8Array[],
  geometry: EccGeometry,
  codec: ReedSolomon | null,
  endian: Endian,
): Uint8Array {
  const { capacity, headerParityAt, parityAt, eccSize } = geometry;
  const zone = new Uint8Array(codec === null ? zoneHeader.size + capacity : headerParityAt + eccSize);
  const data = zone.subarray(zoneHeader.size, zoneHeader.size + capacity);
  const log = joined(writes);
  const start = log.length % capacity;
  const size = Math.min(log.length, capacity);
  const kept = log.subarray(log.length - size);
  // A ring that is full has its oldest byte at `start`; one that is not begins at 0.
  const first = size === capacity ? start : 0;
  data.set(kept.subarray(0, capacity - first), first);
  data.set(kept.subarray(capacity - first));
  const header = zoneHeader.encode({ sig, start, size }, endian);
  zone.set(header);
  if (codec === null) return zone;
  for (let block = 0; block * blockSize < capacity; block++) {
    zone.set(codec.encode(data.subarray(block * blockSize, (block + 1) * blockSize)), parityAt + block * eccSize);
  }
  zone.set(codec.encode(header), headerParityAt);
  return zone;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
