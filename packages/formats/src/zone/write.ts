import type { Endian } from '../bytes/struct.js';
import type { DumpReason, Timestamp } from '../record.js';
import { encodeKmsgHeader } from './kmsg-header.js';
import { type Abi, signatureOf, type ZoneType, zoneHeader } from './layout.js';
import type { Zone } from './zones.js';

/** One record to be written. */
export interface ZoneRecord {
  readonly type: ZoneType;
  /** Slot of a dump, CPU of a trace. Default: 0. */
  readonly index?: number;
  /** As it stands on the medium: text, trace records, or the compressed stream of a dump. */
  readonly payload: Uint8Array;
  /** Of a dump. Default: 0. */
  readonly time?: Timestamp;
  /** The payload of a dump is compressed. */
  readonly compressed?: boolean;
  /** Of a dump. Default: Oops. */
  readonly reason?: DumpReason;
  /** Of a dump: oopses or panics so far. Default: 1. */
  readonly counter?: number;
  /** Its file was removed: the length is 0, the bytes are there. */
  readonly isErased?: boolean;
}

/** A device to be written. */
export interface ZoneMedium {
  /** From `zonesOf`. */
  readonly zones: readonly Zone[];
  readonly records: readonly ZoneRecord[];
  /** Of the device in bytes. Default: to the end of the last zone. */
  readonly size?: number;
  /** What was never written: 0x00, or 0xff in flash. Default: 0. */
  readonly fill?: number;
  readonly endian?: Endian;
  readonly abi?: Abi;
}

/**
 * The device as the kernel leaves it: zones with records only. Records of one ring follow each other, what is longer
 * keeps its end; a dump is written over the one that was there, with zeros to the end of its zone.
 * @throws RangeError when a record has no zone, or a dump is longer than its zone
 */
export function encodeZones(medium: ZoneMedium): Uint8Array<ArrayBuffer> {
  const { zones, records, fill = 0, endian = 'le', abi = '64-bit' } = medium;
  const end = Math.max(0, ...zones.map((zone) => zone.start + zone.size));
  const device = new Uint8Array(medium.size ?? end).fill(fill);
  const unwritten = new Set(records);
  for (const zone of zones) {
    const own = records.filter((record) => record.type === zone.type && (record.index ?? 0) === zone.index);
    for (const record of own) unwritten.delete(record);
    const last = own.at(-1);
    if (last === undefined) continue;
    const bytes = zone.type === 'dmesg' ? encodeDump(last, zone, endian, abi) : encodeRing(own, zone, endian);
    device.set(bytes, zone.start);
  }
  for (const { type, index = 0 } of unwritten) throw new RangeError(`there is no zone ${type} ${index}`);
  return device;
}

function encodeDump(record: ZoneRecord, zone: Zone, endian: Endian, abi: Abi): Uint8Array {
  const { payload, time = { seconds: 0n, nanoseconds: 0 }, compressed = false, reason = 'Oops', counter = 1 } = record;
  const header = encodeKmsgHeader({ abi, time, compressed, counter, reason }, endian);
  const length = header.length + payload.length;
  if (zoneHeader.size + length > zone.size) throw new RangeError(`${payload.length} bytes for zone ${zone.index}`);
  const bytes = new Uint8Array(zone.size);
  const datalen = record.isErased ? 0 : length;
  bytes.set(zoneHeader.encode({ sig: signatureOf('dmesg'), datalen, start: 0 }, endian));
  bytes.set(header, zoneHeader.size);
  bytes.set(payload, zoneHeader.size + header.length);
  return bytes;
}

/** Header and data up to the last byte that was written: a ring is written piece by piece. */
function encodeRing(records: readonly ZoneRecord[], zone: Zone, endian: Endian): Uint8Array {
  const capacity = zone.size - zoneHeader.size;
  const total = records.reduce((sum, { payload }) => sum + payload.length, 0);
  const log = new Uint8Array(total);
  let at = 0;
  for (const { payload } of records) {
    log.set(payload, at);
    at += payload.length;
  }
  const kept = log.subarray(Math.max(0, total - capacity));
  // A write that ends with the zone leaves `start` there, not at 0.
  const start = total % capacity === 0 && total > 0 ? capacity : total % capacity;
  const bytes = new Uint8Array(zoneHeader.size + kept.length);
  const oldest = total > capacity ? start % capacity : 0;
  bytes.set(kept.subarray(0, kept.length - oldest), zoneHeader.size + oldest);
  bytes.set(kept.subarray(kept.length - oldest), zoneHeader.size);
  const isErased = records.at(-1)?.isErased === true;
  const figures = isErased ? { datalen: 0, start: 0 } : { datalen: kept.length, start };
  bytes.set(zoneHeader.encode({ sig: signatureOf(zone.type), ...figures }, endian));
  return bytes;
}
