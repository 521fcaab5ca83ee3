import type { ByteRange } from '../bytes/range.js';
import { blockSize, freeSignature, longestPartition, type PartitionHeader } from './layout.js';
import { byName, isSound, knownOf, partitionAt, sizeOf } from './partition.js';

/** A partition and where it stands; ranges are offsets in the bytes of the area. */
export interface Partition {
  readonly range: ByteRange;
  readonly header: PartitionHeader;
  /** The walk of a kernel from the first partition comes here. */
  readonly isReached: boolean;
  /** Bytes that its length claims and that are not there. */
  readonly excess: number;
}

/** One NVRAM: a chain of partitions, and what stands between them where it is broken. */
export interface Device {
  readonly range: ByteRange;
  readonly partitions: readonly Partition[];
  readonly damaged: readonly ByteRange[];
}

/** A medium that is no larger is the NVRAM alone. */
const largestDevice = 1 << 20;

/**
 * The chains in the bytes of an area, ascending and disjoint. A kernel steps from header to header by their lengths and
 * ends at a wrong checksum; behind that, partitions are found by their names.
 * @param hits offsets of partitions with a known name, ascending
 * @param isWhole the bytes are the whole medium
 */
export function devicesOf(bytes: Uint8Array, hits: readonly number[], isWhole: boolean): Device[] {
  const isAlone = isWhole && bytes.length <= largestDevice;
  const devices: Device[] = [];
  let next = 0;
  while (next < hits.length) {
    const free = devices.at(-1)?.range.end ?? 0;
    const hit = hits[next] as number;
    if (hit < free) {
      next += 1;
      continue;
    }
    const isFirst = isAlone && devices.length === 0;
    const device = deviceAt(bytes, firstBefore(bytes, hit, free), hits, next, isFirst);
    if (device.partitions.length > 0) devices.push(device);
    else next += 1;
  }
  return devices;
}

/** Where the chain that leads to `hit` begins. */
function firstBefore(bytes: Uint8Array, hit: number, free: number): number {
  let first = hit;
  for (let at = hit - blockSize; at >= free && first - at <= longestPartition; at -= blockSize) {
    const header = partitionAt(bytes, at);
    if (header !== null && at + sizeOf(header) === first && isSound(header)) first = at;
  }
  return first;
}

/**
 * @param next index of the first hit that may be of this chain
 * @param isAlone the chain has to begin at 0, and all bytes are of one device
 */
function deviceAt(bytes: Uint8Array, first: number, hits: readonly number[], next: number, isAlone: boolean): Device {
  const partitions: Partition[] = [];
  const damaged: ByteRange[] = [];
  const names = new Set<string>();
  let isReached = true;
  let at = first;
  if (isAlone && first > 0) {
    isReached = false;
    damaged.push({ start: 0, end: first });
  }
  let hit = next;
  while (at < bytes.length) {
    const header = partitionAt(bytes, at);
    if (header !== null && isSound(header)) {
      const known = knownOf(header)?.name;
      if (known !== undefined && header.signature !== freeSignature && names.has(known)) break;
      if (known !== undefined) names.add(known);
      const end = Math.min(bytes.length, at + sizeOf(header));
      partitions.push({ range: { start: at, end }, header, isReached, excess: at + sizeOf(header) - end });
      at = end;
      continue;
    }
    while ((hits[hit] ?? at) < at) hit += 1;
    const other = hits[hit];
    const isNear =
      other !== undefined && other > at && other - at <= longestPartition && (other - at) % blockSize === 0;
    const goesOn = isNear && !isRepeated(bytes, other, names);
    const end = goesOn ? other : isAlone ? bytes.length : at;
    if (end > at && (goesOn || !isBlank(bytes, at))) damaged.push({ start: at, end });
    if (!goesOn) break;
    isReached = false;
    at = other;
  }
  const start = isAlone ? 0 : first;
  const last = Math.max(at, damaged.at(-1)?.end ?? 0);
  return { range: { start, end: last }, partitions, damaged };
}

/** True when a partition of that name is in the chain already: it is another NVRAM. */
function isRepeated(bytes: Uint8Array, at: number, names: ReadonlySet<string>): boolean {
  const header = partitionAt(bytes, at);
  return (
    header !== null && byName(header.name).some(({ name, signature }) => signature !== freeSignature && names.has(name))
  );
}

/** Nothing but one value from `at` on: behind the last partition. */
function isBlank(bytes: Uint8Array, at: number): boolean {
  const filler = bytes[at];
  if (filler !== 0 && filler !== 0xff) return false;
  for (let i = at; i < bytes.length; i++) if (bytes[i] !== filler) return false;
  return true;
}
