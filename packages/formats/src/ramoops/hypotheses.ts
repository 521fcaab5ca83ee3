import type { Endian } from '../bytes/struct.js';
import type { Candidate } from './candidates.js';
import type { Effort } from './effort.js';
import { zoneHeader } from './layout.js';
import { edges, marksOf, maxCandidates, maxMarks, smallestZone, strides } from './marks.js';
import type { RamoopsParameters, RamoopsSizes } from './parameters.js';
import type { Remains } from './remains.js';
import { type Arrangement, floorPowerOfTwo, ramoopsZones, sharesOf, type Zone } from './zones.js';

/** What hypotheses are made from and judged by. */
export interface Scene {
  readonly bytes: Uint8Array;
  /** The bytes are part of more, cut out around the candidates. */
  readonly isExcerpt: boolean;
  readonly endian: Endian;
  /** Ascending, all of one byte order. */
  readonly candidates: readonly Candidate[];
  readonly given: RamoopsParameters;
  readonly arrangements: readonly Arrangement[];
  /** Where zones would begin by the header lines of their dumps, ascending. */
  readonly dumpLines: readonly { readonly at: number }[];
  readonly remains: (at: number) => Remains;
  readonly effort: Effort;
  /** Parity bytes a block, as far as the zones between neighbouring signatures tell; else 0. */
  readonly eccSize: number;
}

/** One way to cut a region. */
export interface Hypothesis {
  /** Of the region, from the start of the area. */
  readonly base: number;
  readonly sizes: RamoopsSizes;
  readonly arrangement: Arrangement;
  readonly cpus: number;
  readonly zones: readonly Zone[];
}

/** Where regions may begin and how large they may be; `memSize` null where that follows from the zones. */
export interface Frame {
  readonly base: number;
  readonly memSize: number | null;
}

/** The medium as a copy of the region alone, perhaps cut short; then regions that begin at the first signature. */
export function frames(scene: Scene, from: number): Frame[] {
  const { bytes, candidates, given, isExcerpt } = scene;
  const rounded = floorPowerOfTwo(bytes.length * 2 - 1);
  const whole = given.memSize === undefined ? [...new Set([bytes.length, rounded])] : [given.memSize];
  const found: Frame[] = from === 0 && !isExcerpt ? whole.map((memSize) => ({ base: 0, memSize })) : [];
  // Memory holds the code of the driver too, and there the signature has anything behind it.
  const sound = isExcerpt ? candidates.slice(candidates.findIndex(({ kind }) => kind !== 'insane')) : candidates;
  const first = sound[0]?.at;
  if (first === undefined) return found;
  const bases = [first, ...strides(sound).flatMap((stride) => [...dumpsBefore(scene, first, stride, from)])];
  return [...found, ...bases.map((base) => ({ base, memSize: given.memSize ?? null }))];
}

/** The first zones may have lost their headers: where a region may begin that many dump zones earlier. */
function* dumpsBefore(scene: Scene, first: number, stride: number, from: number): Generator<number> {
  for (let base = first - stride; base >= from && isDumpAt(scene, base); base -= stride) yield base;
}

function isDumpAt(scene: Scene, at: number): boolean {
  const { isSigned, content } = scene.remains(at);
  return isSigned || content === 'dump';
}

/**
 * All ways to cut a region that signatures suggest: the console begins at one, each single zone ends at another, or at
 * the end.
 * @param lost a signature may be lost: zones may also begin where the dump zones, going on, would have the next one
 */
export function* cuts(scene: Scene, frame: Frame, lost: boolean): Generator<Hypothesis> {
  const { given, candidates } = scene;
  const end = frame.memSize === null ? Number.POSITIVE_INFINITY : frame.base + frame.memSize;
  const inside = edges(
    candidates.filter(({ at }) => at >= frame.base && at < end),
    maxCandidates,
  );
  const marks = marksOf(scene, inside, frame.base, frame.memSize === null ? scene.bytes.length : end, lost);
  // The likeliest first: where everything fits the search ends there.
  const consoles = inside.filter(({ kind }) => kind === 'console').map(({ at }) => at);
  const seen = new Set<string>();
  for (const first of ['pmsg', 'ftrace'] as const) {
    const arrangements = scene.arrangements.filter(({ afterConsole }) => afterConsole === first);
    for (const start of arrangements.length === 0 ? [] : [...consoles, ...marks, frame.base]) {
      for (const tail of tails(scene, frame, inside, marks, start, first)) {
        const total = tail.consoleSize + tail.pmsgSize + tail.ftraceSize;
        const dumpMem = frame.memSize === null ? start - frame.base : frame.memSize - total;
        for (const recordSize of recordSizes(scene, inside, dumpMem)) {
          const sizes = { memSize: dumpMem + total, recordSize, ...tail, eccSize: given.eccSize ?? 0 };
          yield* arranged(frame.base, sizes, arrangements, inside, seen);
        }
      }
      // With all sizes given the console has one place.
      if (isGiven(given) && frame.memSize !== null) break;
    }
  }
}

/** True when nothing but the kernel's way of cutting is open. */
export function isGiven(given: RamoopsParameters): boolean {
  return [given.recordSize, given.consoleSize, given.ftraceSize, given.pmsgSize].every((size) => size !== undefined);
}

function* arranged(
  base: number,
  sizes: RamoopsSizes,
  arrangements: readonly Arrangement[],
  inside: readonly Candidate[],
  seen: Set<string>,
): Generator<Hypothesis> {
  for (const arrangement of arrangements) {
    for (const cpus of arrangement.ftracePerCpu && sizes.ftraceSize > 0 ? cpuCounts(inside, sizes.ftraceSize) : [1]) {
      const shares = sharesOf(sizes, arrangement, cpus);
      if (shares === null || shares.dumps + shares.ftraces > maxZones) continue;
      const order = sizes.pmsgSize > 0 && sizes.ftraceSize > 0 ? arrangement.afterConsole : '';
      const key = `${sizes.memSize} ${sizes.consoleSize} ${sizes.pmsgSize} ${shares.dumps} ${shares.dumpZone} ${shares.ftraces} ${shares.ftraceZone} ${order}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const zones = ramoopsZones(sizes, arrangement, cpus);
      if (zones !== null && zones.length > 0) yield { base, sizes, arrangement, cpus, zones };
    }
  }
}

interface Tail {
  readonly consoleSize: number;
  readonly pmsgSize: number;
  readonly ftraceSize: number;
}

/** Sizes of what stands behind the dump zones, from `start` on. */
function* tails(
  scene: Scene,
  frame: Frame,
  inside: readonly Candidate[],
  marks: readonly number[],
  start: number,
  first: 'pmsg' | 'ftrace',
): Generator<Tail> {
  const { given } = scene;
  const end = frame.memSize === null ? null : frame.base + frame.memSize;
  const ends = end === null ? marks : [...marks, end];
  const traced = inside.some(({ version }) => version !== null);
  const sizesAt = (size: number | undefined, at: number) => {
    if (size !== undefined) return [floorPowerOfTwo(size)];
    if (!scene.effort.spend(ends.length)) return [];
    const bounded = boundedSizes(ends, at);
    return [
      ...bounded,
      ...openSizes(scene, inside, at, end),
      ...(bounded.size === 0 ? looseSizes(scene, inside, at) : []),
      0,
    ];
  };
  const ftraceAt = (at: number) => (traced || given.ftraceSize !== undefined ? sizesAt(given.ftraceSize, at) : [0]);
  const pmsgAt = (at: number) => sizesAt(given.pmsgSize, at);
  for (const consoleSize of sizesAt(given.consoleSize, start)) {
    const second = start + consoleSize;
    for (const a of first === 'pmsg' ? pmsgAt(second) : ftraceAt(second)) {
      for (const b of first === 'pmsg' ? ftraceAt(second + a) : pmsgAt(second + a)) {
        if (!scene.effort.spend(1)) return;
        const over = (end ?? 0) - (second + a + b);
        if (end !== null && !isGiven(given) && (over < 0 || over > maxRemainder)) continue;
        yield first === 'pmsg'
          ? { consoleSize, pmsgSize: a, ftraceSize: b }
          : { consoleSize, ftraceSize: a, pmsgSize: b };
      }
    }
  }
}

/** Powers of two that reach from `at` to a mark. */
function boundedSizes(ends: readonly number[], at: number): Set<number> {
  const sizes = new Set<number>();
  for (const mark of ends) {
    // Shares for each CPU and of dump zones leave a few bytes over.
    for (const distance of mark > at ? [mark - at, mark - at + maxRemainder] : []) {
      const size = floorPowerOfTwo(distance);
      if (Math.abs(mark - at - size) <= maxRemainder && size >= smallestZone) sizes.add(size);
    }
  }
  return sizes;
}

/**
 * Of what the last signatures begin (one zone, or the ftrace zones), which nothing bounds: powers of two that hold it.
 * Behind the end of a medium that was cut short all that fit.
 */
function openSizes(scene: Scene, inside: readonly Candidate[], at: number, end: number | null): number[] {
  const { length } = scene.bytes;
  const last = inside.at(-1);
  const first = inside.findIndex((one) => Math.abs(one.at - at) <= maxRemainder);
  const isOpen = first >= 0 && (inside[first] === last || inside.slice(first).every(({ version }) => version !== null));
  if (last === undefined || !(isOpen || at >= length)) return [];
  const least = isOpen ? last.at - at + zoneHeader.size + last.header.size : 0;
  const room = (end ?? Math.min(length, at + largestOpen)) - at;
  const sizes: number[] = [];
  for (let size = smallestZone; size <= room; size *= 2) {
    // A medium that was cut short holds less than the log says: the largest that fits.
    if (size >= least || size * 2 > room) sizes.push(size);
  }
  return sizes;
}

/** Of a zone in an excerpt that another region follows: powers of two that hold it and end before the next signature. */
function looseSizes({ isExcerpt }: Scene, inside: readonly Candidate[], at: number): number[] {
  const own = isExcerpt ? inside.findIndex((one) => one.at === at) : -1;
  const [first, next] = [inside[own], inside[own + 1]];
  if (first === undefined || next === undefined) return [];
  const sizes: number[] = [];
  for (let size = smallestZone; size <= Math.min(largestOpen, next.at - at); size *= 2)
    if (size >= zoneHeader.size + first.header.size) sizes.push(size);
  return sizes;
}

function recordSizes({ given, dumpLines }: Scene, inside: readonly Candidate[], dumpMem: number): number[] {
  if (given.recordSize !== undefined) return [floorPowerOfTwo(given.recordSize)];
  if (dumpMem < smallestZone) return [0];
  const distances = [...strides(inside), ...strides(dumpLines)].map(floorPowerOfTwo);
  return [...new Set([...distances, floorPowerOfTwo(dumpMem)])].filter((size) => size <= dumpMem);
}

function cpuCounts(inside: readonly Candidate[], ftraceSize: number): number[] {
  const traced = inside.filter(({ version }) => version !== null).slice(0, maxMarks);
  const counts = new Set(traced.length > 1 ? [traced.length] : [1, 2, 4, 8]);
  traced.slice(1).forEach(({ at }, i) => {
    const share = ftraceSize / (at - (traced[i]?.at ?? 0));
    for (const cpus of [Math.floor(share), Math.ceil(share)]) counts.add(cpus);
  });
  return [...counts].filter((cpus) => cpus >= 1 && ftraceSize / cpus >= 64).sort((a, b) => a - b);
}

/** Bytes that dividing a group of zones can leave over. */
const maxRemainder = 256;

/** Regions are whole pages: what division leaves over belongs to them. @param memSize sum of the zones */
export function inPages(memSize: number): number {
  const pages = Math.ceil(memSize / page) * page;
  return pages - memSize <= maxRemainder ? pages : memSize;
}

const page = 4096;

/** Of a zone with nothing behind it, when the size of the region is unknown. */
const largestOpen = 1 << 22;

/** More zones than any real region has; such a cut comes from a size that is far too small. */
const maxZones = 4096;
