import { agreement, bestAgreement, type Candidate } from './candidates.js';
import { eccGeometry } from './ecc-blocks.js';
import { type Hypothesis, inPages, type Scene } from './hypotheses.js';
import { hasParity } from './infer-ecc.js';
import { largestZone, zoneHeader } from './layout.js';
import type { Remains } from './remains.js';
import { floorPowerOfTwo, type ZoneType } from './zones.js';

/** Most media are a copy of the region alone. */
const wholeBonus = 4;

/**
 * A zone at every signature, at every zone a signature whose log fits, and every dump in such a log. In an excerpt other
 * regions may follow: there what stands in this one counts.
 */
export function isPerfect({ base, zones, sizes }: Hypothesis, scene: Scene, places: Places): boolean {
  const isOwn = ({ at }: { readonly at: number }) => !scene.isExcerpt || (at >= base && at < base + sizes.memSize);
  if (zones.length !== scene.candidates.filter(isOwn).length) return false;
  const isLogged = (at: number) =>
    zones.some(({ start }) => {
      const log = places.at.get(base + start)?.header.size ?? 0;
      return at >= base + start && at < base + start + Math.max(1, log);
    });
  if (
    !scene.dumpLines
      .filter(isOwn)
      .slice(0, fewLines)
      .every(({ at }) => isLogged(at))
  )
    return false;
  return zones.every(({ start, size }) => {
    const fits = (places.at.get(base + start)?.header.size ?? size) <= size - zoneHeader.size;
    return (
      fits && (scene.eccSize === 0 || hasParity(scene.bytes.subarray(base + start, base + start + size), scene.eccSize))
    );
  });
}

/** Dump lines that are looked at. */
const fewLines = 64;

/** Candidates by offset, and what those up to each cost when no zone begins there. */
export interface Places {
  readonly at: ReadonlyMap<number, Candidate>;
  readonly offsets: readonly number[];
  readonly costs: readonly number[];
  /** The score that a copy of the region alone has at least, with everything in its place; no other can have more. */
  readonly ideal: number;
}

/** Prepares candidates, ascending, for `scoreOf`. */
export function placesOf(candidates: readonly Candidate[]): Places {
  const costs = [0];
  for (const candidate of candidates) costs.push((costs.at(-1) ?? 0) + unexplained(candidate));
  return {
    at: new Map(candidates.map((candidate) => [candidate.at, candidate])),
    offsets: candidates.map(({ at }) => at),
    costs,
    ideal: candidates.reduce((sum, candidate) => sum + bestAgreement(candidate), wholeBonus),
  };
}

/** How well a hypothesis explains the signatures, and what is missing of it; to be compared, it has no unit. */
export function scoreOf(hypothesis: Hypothesis, scene: Scene, places: Places): number {
  const { base, zones, sizes } = hypothesis;
  let sum = 0;
  let missing = 0;
  for (const zone of zones) {
    const candidate = places.at.get(base + zone.start);
    if (candidate !== undefined) {
      const capacity = eccGeometry(zone.size, scene.eccSize, 'shared')?.capacity ?? 0;
      sum += agreement(zone, candidate, capacity) + unexplained(candidate);
      continue;
    }
    const { isSigned, content } = scene.remains(base + zone.start);
    const says = contentSays[content][zone.type] + (isSigned ? 5 : 0);
    if (zone.type === 'dmesg' && says < 0) missing -= says;
    else sum += says;
  }
  if (sizes.consoleSize === 0) sum -= 1;
  // A medium that was never filled has many dump zones without a signature: that says little.
  sum -= Math.min(missing, 6);
  sum -= costBefore(places, base + sizes.memSize) - costBefore(places, base);
  if (isWhole(hypothesis, scene)) sum += wholeBonus;
  // Of a zone that stands alone in the middle of something there is no more than its log says.
  return (
    sum + (scene.isExcerpt && zones.length === 1 ? -sizes.memSize / largestZone : roundness(inPages(sizes.memSize)))
  );
}

/** What the beginning of the data of a zone without a signature says for each type. */
const contentSays = {
  dump: { dmesg: 4, console: -6, pmsg: -6, ftrace: -6 },
  text: { dmesg: -4, console: 0, pmsg: 0, ftrace: -5 },
  garbage: { dmesg: -1.5, console: -2, pmsg: -2, ftrace: -2 },
  beyond: { dmesg: -0.5, console: -0.5, pmsg: -0.5, ftrace: -0.5 },
  blank: { dmesg: -3, console: -4, pmsg: -4, ftrace: -4 },
} as const satisfies Record<Remains['content'], Record<ZoneType, number>>;

function costBefore({ offsets, costs }: Places, end: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < end) low = middle + 1;
    else high = middle;
  }
  return costs[low] ?? 0;
}

/** What a signature inside the region costs that no zone begins with. */
function unexplained(candidate: Candidate): number {
  return candidate.kind === 'insane' ? 1 : 8;
}

/** 0 to 1: regions are round in practice. */
function roundness(memSize: number): number {
  let zeros = 0;
  while (zeros < 30 && memSize % 2 ** (zeros + 1) === 0) zeros += 1;
  return (zeros + (floorPowerOfTwo(memSize) === memSize ? 10 : 0)) / 40;
}

/** The medium is a copy of the region alone, whole or cut short. */
function isWhole({ base, sizes }: Hypothesis, scene: Scene): boolean {
  const { length } = scene.bytes;
  return !scene.isExcerpt && base === 0 && sizes.memSize === (isCut(scene) ? floorPowerOfTwo(length * 2 - 1) : length);
}

/** Regions are whole pages: a medium that is not was cut short. */
export function isCut(scene: Scene): boolean {
  return !scene.isExcerpt && scene.bytes.length % 4096 !== 0;
}
