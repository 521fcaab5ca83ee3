import type { Endian } from '../bytes/struct.js';
import type { KernelVersion } from '../kernel-version.js';
import { agreement, bestAgreement, type Candidate, candidateAt } from './candidates.js';
import { type BlockCount, type Codecs, eccGeometry } from './ecc-blocks.js';
import type { Effort } from './effort.js';
import { cuts, frames, type Hypothesis, isGiven, type Remains, remainsAt, type Scene } from './hypotheses.js';
import { type EccEvidence, findBlockCount, findEcc, hasParity } from './infer-ecc.js';
import { zoneHeader, zoneSignature } from './layout.js';
import type { RamoopsParameters, RamoopsSizes } from './parameters.js';
import { arrangementOf, arrangements, floorPowerOfTwo, type ZoneType } from './zones.js';

/** A region cut into zones, as the bytes and the caller speak for it. */
export interface Layout extends Hypothesis {
  readonly endian: Endian;
  readonly blockCount: BlockCount;
  /** Sizes that explain the bytes as well, with zones in other places. */
  readonly rival?: RamoopsSizes;
}

/**
 * Finds the regions of an area: every way to cut it that the bytes or the caller suggest is scored against the
 * signatures found, the best are tested against the parity of their headers, the best of those is taken; then again
 * behind it.
 * @param hits offsets of signatures from the start of the area, ascending
 */
export function inferLayouts(
  bytes: Uint8Array,
  hits: readonly number[],
  given: RamoopsParameters,
  asKernel: KernelVersion | undefined,
  codecs: Codecs,
  effort: Effort,
): Layout[] {
  const groups = groupsOf(candidatesAt(bytes, hits), bytes.length);
  // Without a signature only the caller can say that there is a region at all.
  if (groups.length === 0 && isGiven(given)) groups.push([]);
  return groups.flatMap((group) => {
    const found: Layout[] = [];
    let rest = group;
    for (
      let from = groups.length === 1 ? 0 : (group[0]?.at ?? 0), first = true;
      first || rest.length > 0;
      first = false
    ) {
      if (effort.isSpent()) break;
      const layout = bestLayout(bytes, from, rest, given, asKernel, codecs, effort);
      if (layout !== null) found.push(layout);
      const next = layout === null ? (rest[0]?.at ?? 0) + 1 : layout.base + layout.sizes.memSize;
      rest = rest.filter((candidate) => candidate.at >= next);
      from = next;
    }
    return found;
  });
}

/**
 * Candidates that may belong to one region. In a small medium that is all of them; in a large one chance makes many,
 * so those of one byte order that are near to each other, with a plain signature and a sane header among them.
 */
function groupsOf(candidates: readonly Candidate[], size: number): Candidate[][] {
  if (size <= smallMedium) return candidates.length === 0 ? [] : [[...candidates]];
  const groups: Candidate[][] = [];
  for (const endian of ['le', 'be'] as const) {
    let end = Number.NEGATIVE_INFINITY;
    for (const candidate of candidates.filter((one) => one.endian === endian)) {
      if (candidate.at - end > farApart) groups.push([]);
      groups.at(-1)?.push(candidate);
      end = candidate.at;
    }
  }
  const isSound = ({ kind, version }: Candidate) => kind !== 'insane' && version === null;
  return groups.filter((group) => group.some(isSound)).sort((a, b) => (a[0]?.at ?? 0) - (b[0]?.at ?? 0));
}

const smallMedium = 1 << 20;
/** Larger zones than this are rare, and false signatures this near to a region as well. */
const farApart = 2 << 20;

/** The candidates at the hits and at repeated ftrace signatures. */
function candidatesAt(bytes: Uint8Array, hits: readonly number[]): Candidate[] {
  const places = [...new Set([...hits, ...repeatedFtrace(bytes, hits)])].sort((a, b) => a - b);
  // A zone may reach behind the end of a medium that was cut short: up to twice as far.
  return places.map((at) => candidateAt(bytes, at, 2 * bytes.length - at)).filter((found) => found !== null);
}

/**
 * An ftrace signature is weak: the probe takes it with a sane header only. Once one is known, the same four bytes
 * count without.
 */
function repeatedFtrace(bytes: Uint8Array, hits: readonly number[]): number[] {
  const traced = hits.slice(0, 256).filter((at) => (candidateAt(bytes, at, bytes.length)?.version ?? null) !== null);
  const signatures = new Map(traced.map((at) => [bytes.subarray(at, at + 4).join(), bytes.subarray(at, at + 4)]));
  const found: number[] = [];
  for (const signature of [...signatures.values()].slice(0, 4)) {
    const [first = 0, second, third, fourth] = signature;
    for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
      if (bytes[at + 1] === second && bytes[at + 2] === third && bytes[at + 3] === fourth) found.push(at);
    }
  }
  return found;
}

function bestLayout(
  bytes: Uint8Array,
  from: number,
  candidates: readonly Candidate[],
  given: RamoopsParameters,
  asKernel: KernelVersion | undefined,
  codecs: Codecs,
  effort: Effort,
): Layout | null {
  const endian = majorityEndian(candidates);
  const alike = candidates.filter((candidate) => candidate.endian === endian);
  const scene: Scene = {
    bytes,
    endian,
    given,
    candidates: alike,
    arrangements: isGiven(given) && asKernel !== undefined ? [arrangementOf(asKernel)] : arrangements,
    signatures: new Set([zoneSignature, ...alike.slice(0, 1024).map(({ header }) => header.sig)]),
    effort,
    eccSize: given.eccSize ?? findEcc(gapsBetween(bytes, alike), undefined, codecs, endian).eccSize,
  };
  const best = bestHypotheses(scene, from);
  const ranked = best
    .map(({ hypothesis, score }) => {
      const evidence = findEcc(zonesOf(bytes, hypothesis), given.eccSize, codecs, endian);
      return { hypothesis, evidence, score: score + 5 * evidence.proofs };
    })
    .sort((a, b) => b.score - a.score);
  const [winner, rival] = ranked;
  if (winner === undefined || !(isGiven(given) || isBelievable(winner.hypothesis, winner.evidence, alike))) return null;
  const { hypothesis } = winner;
  const { eccSize, proofs } = winner.evidence;
  const codec = proofs > 0 ? codecs(eccSize) : null;
  const blockCount = codec === null ? 'shared' : findBlockCount(zonesOf(bytes, hypothesis), codec, endian);
  const layout = { ...hypothesis, endian, blockCount, sizes: { ...hypothesis.sizes, eccSize } };
  const isTie = rival !== undefined && winner.score - rival.score < 0.5 && !isAlike(hypothesis, rival.hypothesis);
  return isTie ? { ...layout, rival: rival.hypothesis.sizes } : layout;
}

/**
 * Chance makes a signature with a sane header in any large medium. A region has a dump or a console, or headers proven
 * by their parity, or several plain signatures in their places; or it is the medium itself, with nothing but text.
 */
function isBelievable(hypothesis: Hypothesis, evidence: EccEvidence, candidates: readonly Candidate[]): boolean {
  const starts = new Set(hypothesis.zones.map(({ start }) => hypothesis.base + start));
  const inPlace = candidates.filter(({ at, version, kind }) => starts.has(at) && version === null && kind !== 'insane');
  const telling = inPlace.filter(({ kind }) => kind === 'dump' || kind === 'console');
  const isText = hypothesis.base === 0 && inPlace.some(({ kind }) => kind === 'text');
  return telling.length > 0 || evidence.proofs > 0 || inPlace.length > 2 || isText;
}

/** The same zones in the same places: what differs is how far the last one reaches. */
function isAlike(a: Hypothesis, b: Hypothesis): boolean {
  const places = ({ base, zones }: Hypothesis) => zones.map(({ type, start }) => `${type} ${base + start}`).join();
  return places(a) === places(b);
}

/** From each candidate to the next, and from the last to the end: the zones of most media, without knowing the layout. */
function gapsBetween(bytes: Uint8Array, candidates: readonly Candidate[]): Uint8Array[] {
  const few = candidates.slice(0, 33);
  return few.map(({ at }, i) => bytes.subarray(at, few[i + 1]?.at ?? bytes.length));
}

/** The bytes of each zone that is there as a whole. */
function zonesOf(bytes: Uint8Array, { base, zones }: Hypothesis): Uint8Array[] {
  const all = zones.map(({ start, size }) => bytes.subarray(base + start, base + start + size));
  return all.filter((zone, i) => zone.length === zones[i]?.size);
}

interface Scored {
  readonly hypothesis: Hypothesis;
  readonly score: number;
}

/** Enough of the best, in the order of their score, that parity can tell likely ones apart. */
function bestHypotheses(scene: Scene, from: number): Scored[] {
  const places = placesOf(scene.candidates);
  scene.effort.spend(scene.candidates.length);
  const best: Scored[] = [];
  for (const lost of [false, true]) {
    for (const frame of frames(scene, from)) {
      for (const hypothesis of cuts(scene, frame, lost)) {
        scene.effort.spend(hypothesis.zones.length + 8);
        const scored = { hypothesis, score: scoreOf(hypothesis, scene, places) };
        // A copy of the region alone with everything in its place: nothing can be better.
        if (scored.score >= places.ideal + wholeBonus && isPerfect(hypothesis, scene, places)) return [scored];
        const at = best.findIndex((other) => scored.score > other.score);
        best.splice(at < 0 ? best.length : at, 0, scored);
        if (best.length > finalists) best.pop();
      }
    }
    const first = best[0]?.hypothesis;
    if (first !== undefined && isPerfect(first, scene, places)) return best;
  }
  return best;
}

function isWhole({ base, sizes }: Hypothesis, scene: Scene): boolean {
  return base === 0 && sizes.memSize === scene.bytes.length;
}

const finalists = 12;

/** Most media are a copy of the region alone. */
const wholeBonus = 4;

/** A zone at every signature, and at every zone a signature whose log fits. */
function isPerfect({ base, zones }: Hypothesis, scene: Scene, places: Places): boolean {
  if (zones.length !== scene.candidates.length) return false;
  return zones.every(({ start, size }) => {
    const fits = (places.at.get(base + start)?.header.size ?? size) <= size - zoneHeader.size;
    return (
      fits && (scene.eccSize === 0 || hasParity(scene.bytes.subarray(base + start, base + start + size), scene.eccSize))
    );
  });
}

/** Candidates by offset, and what those up to each cost when no zone begins there. */
interface Places {
  readonly at: ReadonlyMap<number, Candidate>;
  readonly offsets: readonly number[];
  readonly costs: readonly number[];
  /** The sum of all agreements in a layout that explains everything. */
  readonly ideal: number;
}

function placesOf(candidates: readonly Candidate[]): Places {
  const costs = [0];
  for (const candidate of candidates) costs.push((costs.at(-1) ?? 0) + unexplained(candidate));
  return {
    at: new Map(candidates.map((candidate) => [candidate.at, candidate])),
    offsets: candidates.map(({ at }) => at),
    costs,
    ideal: candidates.reduce((sum, candidate) => sum + bestAgreement(candidate), 0),
  };
}

function scoreOf(hypothesis: Hypothesis, scene: Scene, places: Places): number {
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
    const { isSigned, content } = remainsAt(scene, base + zone.start);
    const says = contentSays[content][zone.type] + (isSigned ? 5 : 0);
    if (zone.type === 'dmesg' && says < 0) missing -= says;
    else sum += says;
  }
  if (sizes.consoleSize === 0) sum -= 1;
  // A medium that was never filled has many dump zones without a signature: that says little.
  sum -= Math.min(missing, 6);
  sum -= costBefore(places, base + sizes.memSize) - costBefore(places, base);
  if (isWhole(hypothesis, scene)) sum += wholeBonus;
  return sum + roundness(sizes.memSize);
}

/** What the beginning of the data of a zone without a signature says for each type. */
const contentSays = {
  dump: { dmesg: 4, console: -6, pmsg: -6, ftrace: -6 },
  text: { dmesg: -4, console: 0, pmsg: 0, ftrace: -5 },
  garbage: { dmesg: -1.5, console: -2, pmsg: -2, ftrace: -2 },
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

function majorityEndian(candidates: readonly Candidate[]): Endian {
  return candidates.filter(({ endian }) => endian === 'be').length * 2 > candidates.length ? 'be' : 'le';
}
