import type { Fuel } from '../bytes/need.js';
import type { Endian } from '../bytes/struct.js';
import type { KernelVersion } from '../kernel-version.js';
import { agreement, type Candidate, candidateAt } from './candidates.js';
import type { BlockCount, Codecs } from './ecc-blocks.js';
import { cuts, frames, type Hypothesis, isGiven, mayBeginAt, type Scene } from './hypotheses.js';
import { type EccEvidence, findBlockCount, findEcc } from './infer-ecc.js';
import { zoneHeader, zoneSignature } from './layout.js';
import type { RamoopsParameters } from './parameters.js';
import { arrangementOf, arrangements, floorPowerOfTwo } from './zones.js';

/** A region cut into zones, as the bytes and the caller speak for it. */
export interface Layout extends Hypothesis {
  readonly endian: Endian;
  readonly blockCount: BlockCount;
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
  fuel: Fuel,
): Layout[] {
  let rest = hits.map((at) => candidateAt(bytes, at, roomAt(bytes, at))).filter((found) => found !== null);
  const found: Layout[] = [];
  // Without a signature only the caller can say that there is a region at all.
  for (let from = 0; rest.length > 0 || (from === 0 && isGiven(given)); ) {
    const layout = bestLayout(bytes, from, rest, given, asKernel, codecs, fuel);
    if (layout !== null) found.push(layout);
    const next = layout === null ? (rest[0]?.at ?? 0) + 1 : layout.base + layout.sizes.memSize;
    rest = rest.filter((candidate) => candidate.at >= next);
    from = next;
  }
  return found;
}

/** A zone may reach behind the end of a medium that was cut short: up to twice as far. */
function roomAt(bytes: Uint8Array, at: number): number {
  return 2 * bytes.length - at;
}

function bestLayout(
  bytes: Uint8Array,
  from: number,
  candidates: readonly Candidate[],
  given: RamoopsParameters,
  asKernel: KernelVersion | undefined,
  codecs: Codecs,
  fuel: Fuel,
): Layout | null {
  const endian = majorityEndian(candidates);
  const alike = candidates.filter((candidate) => candidate.endian === endian);
  const scene: Scene = {
    bytes,
    endian,
    given,
    candidates: alike,
    arrangements: isGiven(given) && asKernel !== undefined ? [arrangementOf(asKernel)] : arrangements,
    signatures: new Set([zoneSignature, ...alike.map(({ header }) => header.sig)]),
  };
  const best = bestHypotheses(scene, from, fuel);
  let winner: { hypothesis: Hypothesis; evidence: EccEvidence; score: number } | null = null;
  for (const { hypothesis, score: before } of best) {
    const evidence = findEcc(zonesOf(bytes, hypothesis), given.eccSize, codecs, endian);
    const score = before + 5 * evidence.proofs;
    if (winner === null || score > winner.score) winner = { hypothesis, evidence, score };
  }
  if (winner === null || (winner.score <= 0 && !isGiven(given))) return null;
  const { hypothesis } = winner;
  const { eccSize, proofs } = winner.evidence;
  const codec = proofs > 0 ? codecs(eccSize) : null;
  const blockCount = codec === null ? 'shared' : findBlockCount(zonesOf(bytes, hypothesis), codec, endian);
  return { ...hypothesis, endian, blockCount, sizes: { ...hypothesis.sizes, eccSize } };
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
function bestHypotheses(scene: Scene, from: number, fuel: Fuel): Scored[] {
  const places = new Map(scene.candidates.map((candidate) => [candidate.at, candidate]));
  const best: Scored[] = [];
  for (const lost of [false, true]) {
    for (const frame of frames(scene, from)) {
      for (const hypothesis of cuts(scene, frame, lost)) {
        fuel.spend(hypothesis.zones.length);
        const scored = { hypothesis, score: scoreOf(hypothesis, scene, places) };
        const at = best.findIndex((other) => scored.score > other.score);
        best.splice(at < 0 ? best.length : at, 0, scored);
        if (best.length > finalists) best.pop();
      }
      // A copy of the region alone without a gap: nothing can be better.
      const first = best[0]?.hypothesis;
      if (first !== undefined && isWhole(first, scene) && isPerfect(first, scene, places)) return best;
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

/** A zone at every signature, and at every zone a signature whose log fits. */
function isPerfect({ base, zones }: Hypothesis, scene: Scene, places: ReadonlyMap<number, Candidate>): boolean {
  if (zones.length !== scene.candidates.length) return false;
  return zones.every(({ start, size }) => (places.get(base + start)?.header.size ?? size) <= size - zoneHeader.size);
}

function scoreOf(hypothesis: Hypothesis, scene: Scene, places: ReadonlyMap<number, Candidate>): number {
  const { base, zones, sizes } = hypothesis;
  const { candidates } = scene;
  let sum = 0;
  let missing = 0;
  let explained = 0;
  for (const zone of zones) {
    const candidate = places.get(base + zone.start);
    if (candidate !== undefined) {
      sum += agreement(zone, candidate) + unexplained(candidate);
      explained += 1;
    } else if (mayBeginAt(scene, base + zone.start)) sum += 4;
    else if (zone.type === 'dmesg') missing += 1.5;
    else sum -= 3;
  }
  // A medium that was never filled has many dump zones without a signature: that says little.
  sum -= Math.min(missing, 6);
  if (explained < candidates.length) {
    for (const candidate of candidates) {
      if (candidate.at >= base && candidate.at < base + sizes.memSize) sum -= unexplained(candidate);
    }
  } else sum -= candidates.reduce((all, candidate) => all + unexplained(candidate), 0);
  // Most media are a copy of the region alone.
  if (isWhole(hypothesis, scene)) sum += 4;
  return sum + roundness(sizes.memSize);
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
