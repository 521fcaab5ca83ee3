import type { Device } from './devices.js';
import { type Abi, type ZoneType, zoneHeader } from './layout.js';
import type { ZoneParameters } from './parameters.js';
import { type PlacedHeader, type PlacedZone, page } from './places.js';
import { firstSlot, placeDumps, slotSize } from './slots.js';

/** The zones of a device, and what was found of its parameters and its writer. */
export interface Layout {
  readonly zones: readonly PlacedZone[];
  /** As given, or as found. */
  readonly sizes: ZoneParameters;
  /** ABI of most dumps; null when there is none. */
  readonly abi: Abi | null;
}

/** Where the zones of a device stand. The headers tell it; sizes that are given are taken as they are. */
export function layoutOf(device: Device, bytes: Uint8Array, given: ZoneParameters): Layout {
  const dumps = device.headers.filter(({ type }) => type === 'dmesg');
  const rings = device.headers.filter(({ type }) => type !== 'dmesg');
  const size = given.kmsgSize || slotSize(dumps, device, bytes);
  const first = dumps[0] === undefined ? null : firstSlot(device, dumps[0], size, bytes, given);
  const placedRings = placeRings(rings, device, bytes, given, first ?? device.limit);
  const slots = first === null ? [] : placeDumps(dumps, device, bytes, first, size);
  return {
    zones: [...placedRings, ...slots],
    sizes: { ...sizesOf(placedRings, first), ...(size === null ? {} : { kmsgSize: size }), ...given },
    abi: abiOf(dumps),
  };
}

function abiOf(dumps: readonly PlacedHeader[]): Abi | null {
  const abis = dumps.flatMap(({ kmsg }) => kmsg?.abi ?? []);
  const i386 = abis.filter((abi) => abi === 'i386').length;
  return 2 * i386 > abis.length ? 'i386' : (abis.find((abi) => abi !== 'i386') ?? null);
}

function placeRings(
  rings: readonly PlacedHeader[],
  device: Device,
  bytes: Uint8Array,
  given: ZoneParameters,
  behind: number,
): PlacedZone[] {
  const indexes: Partial<Record<ZoneType, number>> = {};
  const known = { pmsg: given.pmsgSize, console: given.consoleSize } as Partial<Record<ZoneType, number>>;
  return rings.map((ring, i) => {
    const { at, type } = ring;
    const index = indexes[type] ?? 0;
    indexes[type] = index + 1;
    const next = Math.min(rings[i + 1]?.at ?? behind, device.limit);
    const end = Math.min(next, known[type] ? at + known[type] : (ringEnd(ring, bytes, next) ?? next));
    const isBounded = end < device.limit || known[type] !== undefined || device.limit === bytes.length;
    const valid = Math.min(next, at + zoneHeader.size + Math.max(ring.datalen, ring.start));
    return { type, index, start: at, end: isBounded ? end : valid, isBounded, isStray: false };
  });
}

/** A ring that has wrapped is full to its end, and one that was written whole has 0xff up to there. */
function ringEnd({ at, datalen, start }: PlacedHeader, bytes: Uint8Array, limit: number): number | null {
  const valid = at + zoneHeader.size + datalen;
  if (start < datalen && valid <= limit) return valid;
  let end = valid;
  while (end < limit && bytes[end] === 0xff) end += 1;
  return end > valid && end < limit && (end - at) % page === 0 ? end : null;
}

function sizesOf(rings: readonly PlacedZone[], firstDump: number | null): ZoneParameters {
  const sizeOf = (type: ZoneType) => {
    const ring = rings.find((one) => one.type === type && one.isBounded);
    return ring === undefined ? null : ring.end - ring.start;
  };
  const trace = rings.find(({ type }) => type === 'ftrace');
  const last = rings.findLast(({ type }) => type === 'ftrace');
  const pmsgSize = sizeOf('pmsg');
  const consoleSize = sizeOf('console');
  return {
    ...(pmsgSize === null ? {} : { pmsgSize }),
    ...(consoleSize === null ? {} : { consoleSize }),
    ...(trace === undefined || last === undefined ? {} : { ftraceSize: (firstDump ?? last.end) - trace.start }),
  };
}
