import type { Endian } from '../bytes/struct.js';
import type { Device } from './devices.js';
import { decodeKmsgHeader } from './kmsg-header.js';
import { zoneHeader } from './layout.js';
import type { ZoneParameters } from './parameters.js';
import { headerAt, type PlacedHeader, type PlacedZone, page } from './places.js';

const usualKmsgSize = 64 << 10;

/**
 * How large the zone of a dump is: the distance of neighbours. On erased flash the zeros behind a dump tell it too, also
 * where every neighbour is missing; behind a dump that was cut short they are fewer. Null when nothing tells.
 */
export function slotSize(dumps: readonly PlacedHeader[], device: Device, bytes: Uint8Array): number | null {
  const stride = strideOf(dumpPlaces(dumps, device, bytes));
  const filled = Math.max(0, ...sizesByFill(dumps, device, bytes));
  if (filled === 0) return stride;
  return stride === null || stride % filled === 0 ? filled : stride;
}

/** Where dumps stand, those too that lost one of their two headers, a whole number of pages behind the first. */
function dumpPlaces(dumps: readonly PlacedHeader[], { endian, limit }: Device, bytes: Uint8Array): number[] {
  const places = new Set(dumps.map(({ at }) => at));
  for (let at = dumps[0]?.at ?? limit; at < limit; at += page) if (isDump(bytes, at, endian)) places.add(at);
  return [...places].sort((a, b) => a - b);
}

function isDump(bytes: Uint8Array, at: number, endian: Endian): boolean {
  return headerAt(bytes, at)?.type === 'dmesg' || decodeKmsgHeader(bytes, at + zoneHeader.size, endian) !== null;
}

/** The distance that most neighbours have, the smallest of equals; null when no two dumps stand whole pages apart. */
function strideOf(places: readonly number[]): number | null {
  const counts = new Map<number, number>();
  for (const [i, at] of places.entries()) {
    const distance = at - (places[i - 1] ?? at);
    if (distance > 0 && distance % page === 0) counts.set(distance, (counts.get(distance) ?? 0) + 1);
  }
  let best: number | null = null;
  for (const [distance, count] of counts) {
    const most = best === null ? 0 : (counts.get(best) ?? 0);
    if (count > most || (count === most && distance < (best ?? 0))) best = distance;
  }
  return best;
}

/** A dump is written with zeros to the end of its zone: where erased flash follows, that shows. */
function sizesByFill(dumps: readonly PlacedHeader[], { limit }: Device, bytes: Uint8Array): number[] {
  return dumps.flatMap((dump, i) => {
    const next = dumps[i + 1]?.at ?? limit;
    let end = Math.min(next, dump.at + zoneHeader.size + dump.datalen);
    while (end < next && bytes[end] === 0) end += 1;
    const size = end - dump.at;
    return size % page === 0 && size > 0 && isErased(bytes, end, limit) ? size : [];
  });
}

/** 256 bytes of erased flash, or as many as there are. */
function isErased(bytes: Uint8Array, start: number, limit: number): boolean {
  const next = bytes.subarray(start, Math.min(limit, start + 256));
  return next.length > 0 && next.every((byte) => byte === 0xff);
}

/** Where slot 0 is. */
export function firstSlot(
  device: Device,
  dump: PlacedHeader,
  size: number | null,
  bytes: Uint8Array,
  given: ZoneParameters,
): number {
  if (size === null) return dump.at;
  const { pmsgSize, consoleSize, ftraceSize } = given;
  const [head] = device.headers as [PlacedHeader];
  const base = device.start ?? (head.type === 'pmsg' ? head.at : null);
  if (base !== null && pmsgSize !== undefined && consoleSize !== undefined && ftraceSize !== undefined) {
    // The shares of the CPUs may not come out even.
    const slot = Math.round((dump.at - base - pmsgSize - consoleSize - ftraceSize) / size);
    return dump.at - Math.max(0, slot) * size;
  }
  // On MTD dumps are all there is, slot 0 is at offset 0, and what was erased leaves no header. On a block device
  // slot 0 is the first that is written, and keeps its header.
  const start = device.start ?? dump.at;
  const isFlash =
    head.type === 'dmesg' && (dump.at - start) % size === 0 && isMostlyErased(bytes, start, dump.at, size);
  return isFlash ? start : dump.at;
}

/** Slots before the first dump: erased, but for bad blocks. */
function isMostlyErased(bytes: Uint8Array, start: number, end: number, size: number): boolean {
  let erased = 0;
  for (let at = start; at < end; at += size) erased += isErased(bytes, at, end) ? size : 0;
  return 2 * erased > end - start;
}

/** Every slot in which anything of a dump stands, and dumps that stand in none. */
export function placeDumps(
  dumps: readonly PlacedHeader[],
  device: Device,
  bytes: Uint8Array,
  first: number,
  size: number | null,
): PlacedZone[] {
  const { limit, endian } = device;
  if (size === null) return dumps.map((dump, index) => placeAlone(dump, index, dumps[index + 1]?.at ?? limit, bytes));
  const slots: PlacedZone[] = [];
  for (let start = first, index = 0; start < limit; start += size, index++) {
    if (!isDump(bytes, start, endian)) continue;
    const end = Math.min(limit, start + size);
    slots.push({ type: 'dmesg', index, start, end, isBounded: true, isStray: false });
  }
  const strays = dumps.flatMap((dump, i): PlacedZone[] => {
    if ((dump.at - first) % size === 0) return [];
    return [{ ...placeAlone(dump, 0, dumps[i + 1]?.at ?? limit, bytes), isStray: true }];
  });
  return [...slots, ...strays];
}

/** A dump whose zone nobody knows the size of: what follows as zeros is counted to it up to the usual size. */
function placeAlone(dump: PlacedHeader, index: number, limit: number, bytes: Uint8Array): PlacedZone {
  const { at, datalen } = dump;
  const usual = Math.min(limit, at + Math.max(usualKmsgSize, Math.ceil((datalen + zoneHeader.size) / page) * page));
  const valid = Math.min(limit, at + zoneHeader.size + datalen);
  const isBounded = datalen === 0 || bytes.subarray(valid, usual).every((byte) => byte === 0);
  return { type: 'dmesg', index, start: at, end: isBounded ? usual : valid, isBounded, isStray: false };
}
