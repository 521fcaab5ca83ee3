import type { Endian } from '../bytes/struct.js';
import { newestKernel } from '../kernel-version.js';
import type { Partition } from '../partition-table.js';
import { looksLikeText } from '../payload/dmesg.js';
import { guessFtraceLayout } from '../payload/ftrace-guess.js';
import { type ZoneType, zoneHeader } from './layout.js';
import { headerAt, type PlacedHeader, page } from './places.js';
import type { Pages } from './spare-areas.js';
import { largestDevice } from './zones.js';

/** Headers that belong to one device, and how far it can reach. Offsets count from the start of the area. */
export interface Device {
  /** Ascending, in the order of the zones: pmsg, console, ftrace, dmesg. */
  readonly headers: readonly PlacedHeader[];
  readonly endian: Endian;
  /** Where it begins, if that is known: with its partition, or with the medium. */
  readonly start: number | null;
  /** Nothing of it stands here or behind. */
  readonly limit: number;
  readonly partition: Partition | null;
}

const ranks: readonly ZoneType[] = ['pmsg', 'console', 'ftrace', 'dmesg'];

/**
 * The devices of an area, in the order in which they stand. A header that stands alone must have content that speaks
 * for it.
 * @param areaStart of the area on the medium
 * @param partitions of the medium
 */
export function devicesIn({ bytes, hits }: Pages, areaStart: number, partitions: readonly Partition[]): Device[] {
  const partitionAt = (at: number) =>
    partitions.find(({ range }) => range.start <= areaStart + at && areaStart + at < range.end) ?? null;
  const groups: PlacedHeader[][] = [];
  for (const header of headersAt(hits, bytes, areaStart)) {
    const group = groups.at(-1);
    if (group !== undefined && goesOn(group, header) && partitionAt(group[0]!.at) === partitionAt(header.at)) {
      group.push(header);
    } else groups.push([header]);
  }
  const sound = groups.filter((group) => isSound(group, bytes));
  return sound.map((group, i) => {
    const [first] = group as [PlacedHeader];
    const partition = partitionAt(first.at);
    const next = sound[i + 1]?.[0]?.at ?? bytes.length;
    const isWhole = areaStart === 0 && partitions.length === 0 && i === 0;
    const start = partition === null ? (isWhole ? 0 : null) : inArea(partition.range.start - areaStart);
    const last = partition === null ? next : partition.range.end - areaStart;
    const end = Math.min(next, last, (start ?? first.at) + largestDevice);
    return { headers: group, endian: first.endian, start, limit: Math.max(end, group.at(-1)!.at), partition };
  });
}

/** Null for a place before the area. */
function inArea(at: number): number | null {
  return at < 0 ? null : at;
}

/** Those that can be zones: what stands closer to the one before is inside its zone. */
function headersAt(hits: readonly number[], bytes: Uint8Array, areaStart: number): PlacedHeader[] {
  const headers: PlacedHeader[] = [];
  for (const hit of hits) {
    const header = headerAt(bytes, hit);
    const last = headers.at(-1);
    if (header === null || (last !== undefined && header.at - last.at < smallest[last.type])) continue;
    // A device begins with a sector, and these zones a whole number of pages behind.
    const isPlaced = header.type === 'dmesg' || header.type === 'ftrace' || (areaStart + header.at) % 512 === 0;
    if (isPlaced) headers.push(header);
  }
  return headers;
}

/** Bytes of a zone; the share of a CPU has no bound of its own. */
const smallest: Readonly<Record<ZoneType, number>> = { pmsg: page, console: page, ftrace: 64, dmesg: page };

function goesOn(group: readonly PlacedHeader[], next: PlacedHeader): boolean {
  const last = group.at(-1)!;
  const rank = ranks.indexOf(last.type);
  const isRing = next.type === 'pmsg' || next.type === 'console';
  return (
    next.endian === last.endian &&
    (isRing ? ranks.indexOf(next.type) > rank : ranks.indexOf(next.type) >= rank) &&
    next.at - group[0]!.at < largestDevice
  );
}

/** The header of a dump is proof. Others need two types, or content that looks like what they say. */
function isSound(group: readonly PlacedHeader[], bytes: Uint8Array): boolean {
  if (group.some(({ type }) => type === 'dmesg')) return true;
  const sane = group.filter(({ datalen, start }) => start <= datalen);
  const whole = sane.filter(({ at, datalen }) => at + zoneHeader.size + datalen <= bytes.length);
  if (new Set(whole.map(({ type }) => type)).size > 1) return true;
  return sane.some(({ at, type, endian, datalen }) => {
    const from = at + zoneHeader.size;
    const data = datalen === 0 ? erasedText(bytes, from) : bytes.subarray(from, from + datalen);
    // Of a medium that was cut there must be more to look at.
    if (data.length === 0 || data.length < Math.min(datalen, leastOfCut)) return false;
    if (type === 'ftrace') return guessFtraceLayout([data], endian, newestKernel).evident && data.length >= 48;
    return looksLikeText(data) || (type === 'pmsg' && isAndroidLog(data));
  });
}

/** In bytes, where a ring claims more than there is. */
const leastOfCut = 64;

/** What an erased ring begins with: at most so much as `looksLikeText` looks at. */
function erasedText(bytes: Uint8Array, from: number): Uint8Array {
  const data = bytes.subarray(from, from + 256);
  const end = data.findIndex((byte) => byte === 0 || byte === 0xff);
  return end < 0 ? data : data.subarray(0, end);
}

/** The first frame of Android's logger: its magic, and a length behind which the next stands or the log ends. */
function isAndroidLog(data: Uint8Array): boolean {
  const length = (data[1] ?? 0) | ((data[2] ?? 0) << 8);
  return data[0] === 0x6c && length > 18 && (length === data.length || data[length] === 0x6c);
}
