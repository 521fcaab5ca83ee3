import type { Fuel } from '../bytes/need.js';
import type { Endian } from '../bytes/struct.js';
import type { KernelVersion } from '../kernel-version.js';
import { agreement, type Candidate, candidateAt } from './candidates.js';
import { type EccEvidence, findEcc } from './infer-ecc.js';
import { nearSignature, zoneSignature } from './layout.js';
import type { RamoopsParameters, RamoopsSizes } from './parameters.js';
import { type Arrangement, arrangementOf, arrangements, floorPowerOfTwo, ramoopsZones, type Zone } from './zones.js';

/** A region cut into zones, and what spoke for it. */
export interface Layout {
  /** Of the region, from the start of the area. */
  readonly base: number;
  readonly sizes: RamoopsSizes;
  readonly arrangement: Arrangement;
  /** Possible CPUs of the writer; 1 where no ftrace zone tells. */
  readonly cpus: number;
  readonly zones: readonly Zone[];
  readonly endian: Endian;
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
  fuel: Fuel,
): Layout[] {
  const candidates = hits.map((at) => candidateAt(bytes, at, roomAt(bytes, at))).filter((found) => found !== null);
  const found: Layout[] = [];
  let rest = candidates;
  for (let from = 0; from === 0 || rest.length > 0; ) {
    const layout = bestLayout(bytes, from, rest, given, asKernel, fuel);
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

/** A layout with its score; the parity of its headers is not looked at yet. */
interface Hypothesis extends Omit<Layout, 'endian'> {
  readonly score: number;
}

function bestLayout(
  bytes: Uint8Array,
  from: number,
  candidates: readonly Candidate[],
  given: RamoopsParameters,
  asKernel: KernelVersion | undefined,
  fuel: Fuel,
): Layout | null {
  const endian = majorityEndian(candidates);
  const alike = candidates.filter((candidate) => candidate.endian === endian);
  const scene: Scene = {
    bytes,
    endian,
    given,
    signatures: new Set([zoneSignature, ...alike.map(({ header }) => header.sig)]),
    arrangements: isComplete(given) && asKernel !== undefined ? [arrangementOf(asKernel)] : arrangements,
    candidates: alike,
  };
  const best: Hypothesis[] = [];
  for (const hypothesis of hypotheses(scene, from)) {
    fuel.spend(hypothesis.zones.length + candidates.length);
    keepBest(best, hypothesis);
  }
  let winner: { layout: Hypothesis; evidence: EccEvidence; score: number } | null = null;
  for (const layout of best) {
    const evidence = findEcc(bytes, layout, given.eccSize, endian);
    const score = layout.score + 5 * evidence.proofs;
    if (winner === null || score > winner.score) winner = { layout, evidence, score };
  }
  if (winner === null || (winner.score <= 0 && !isComplete(given))) return null;
  const { base, cpus, zones, sizes } = winner.layout;
  const { eccSize, arrangement } = winner.evidence;
  return { base, cpus, zones, endian, arrangement, sizes: { ...sizes, eccSize } };
}

/** What hypotheses are made from and scored against. */
interface Scene {
  readonly bytes: Uint8Array;
  readonly endian: Endian;
  readonly candidates: readonly Candidate[];
  readonly given: RamoopsParameters;
  readonly arrangements: readonly Arrangement[];
  /** Signatures that a zone of this medium may have. */
  readonly signatures: ReadonlySet<number>;
}

/** The best of all hypotheses, in the order of their score: enough of them that parity can tell likely ones apart. */
function keepBest(best: Hypothesis[], hypothesis: Hypothesis): void {
  const at = best.findIndex((other) => hypothesis.score > other.score);
  if (at >= 0) best.splice(at, 0, hypothesis);
  else if (best.length < 16) best.push(hypothesis);
  if (best.length > 16) best.pop();
}

function* hypotheses(scene: Scene, from: number): Generator<Hypothesis> {
  const { bytes, candidates, given } = scene;
  // A medium is often a copy of the region alone, and sometimes a copy that was cut short.
  const rounded = floorPowerOfTwo(bytes.length * 2 - 1);
  const sizes = given.memSize === undefined ? [bytes.length, rounded] : [given.memSize];
  if (from === 0) for (const memSize of new Set(sizes)) yield* cuts(scene, 0, memSize);
  const first = candidates[0]?.at;
  if (first === undefined) return;
  const strides = new Set(candidates.slice(1, 9).map((c, i) => c.at - (candidates[i]?.at ?? 0)));
  // The first zone may have lost its signature: a region may begin one dump zone earlier.
  const earlier = [...strides]
    .map((stride) => first - stride)
    .filter((base) => base >= from && isHeaderless(scene, base));
  for (const base of [first, ...earlier]) yield* cuts(scene, base, given.memSize ?? null);
}

function isHeaderless(scene: Scene, base: number): boolean {
  const data = scene.bytes.subarray(base + 12, base + 17);
  return (
    nearSignature(scene.bytes, base, scene.endian, scene.signatures) || /^====\d/.test(String.fromCharCode(...data))
  );
}

/** All ways to cut a region at `base`; its size is given, or follows from where the console begins. */
function* cuts(scene: Scene, base: number, memSize: number | null): Generator<Hypothesis> {
  const { given } = scene;
  const inside = scene.candidates.filter(({ at }) => at >= base && at < base + (memSize ?? Number.POSITIVE_INFINITY));
  const singles = singleSizes(inside, scene.bytes.length, memSize === null ? null : base + memSize);
  const traced = inside.filter((candidate) => candidate.version !== null);
  const seen = new Set<string>();
  for (const consoleSize of options(given.consoleSize, singles)) {
    for (const pmsgSize of options(given.pmsgSize, singles)) {
      for (const ftraceSize of options(
        given.ftraceSize,
        traced.length === 0 && given.ftraceSize === undefined ? [] : singles,
      )) {
        const tail = consoleSize + pmsgSize + ftraceSize;
        for (const mem of memSize === null ? memSizes(inside, base, tail) : [memSize]) {
          for (const recordSize of options(given.recordSize, recordSizes(inside, mem - tail))) {
            const sizes = { memSize: mem, recordSize, consoleSize, ftraceSize, pmsgSize, eccSize: given.eccSize ?? 0 };
            yield* arranged(scene, base, sizes, inside, traced, seen);
          }
        }
      }
    }
  }
}

function* arranged(
  scene: Scene,
  base: number,
  sizes: RamoopsSizes,
  inside: readonly Candidate[],
  traced: readonly Candidate[],
  seen: Set<string>,
): Generator<Hypothesis> {
  for (const arrangement of scene.arrangements) {
    for (const cpus of arrangement.ftracePerCpu && sizes.ftraceSize > 0 ? cpuCounts(traced, sizes.ftraceSize) : [1]) {
      const zones = ramoopsZones(sizes, arrangement, cpus);
      if (zones === null || zones.length > maxZones) continue;
      const key = zones.map((zone) => `${zone.type[0]}${zone.start}`).join() + sizes.memSize;
      if (seen.has(key)) continue;
      seen.add(key);
      yield { base, sizes, arrangement, cpus, zones, score: score(scene, base, sizes, zones, inside) };
    }
  }
}

function score(
  scene: Scene,
  base: number,
  sizes: RamoopsSizes,
  zones: readonly Zone[],
  inside: readonly Candidate[],
): number {
  const open = new Map(inside.map((candidate) => [candidate.at - base, candidate]));
  let sum = 0;
  let missing = 0;
  for (const zone of zones) {
    const candidate = open.get(zone.start);
    open.delete(zone.start);
    if (candidate !== undefined) sum += agreement(zone, candidate);
    else if (nearSignature(scene.bytes, base + zone.start, scene.endian, scene.signatures)) sum += 4;
    else if (zone.type === 'dmesg') missing += 1;
    else sum -= 2;
  }
  // A medium that was never filled has many dump zones without a signature: that says little.
  sum -= Math.min(missing, 6);
  for (const candidate of open.values()) sum -= candidate.kind === 'insane' ? 1 : 8;
  return sum + roundness(sizes.memSize);
}

/** 0 to 1: regions are round in practice. */
function roundness(memSize: number): number {
  let zeros = 0;
  while (zeros < 30 && memSize % 2 ** (zeros + 1) === 0) zeros += 1;
  return (zeros + (floorPowerOfTwo(memSize) === memSize ? 10 : 0)) / 40;
}

/** Sizes a single zone (console, pmsg, all ftrace zones) may have: powers of two that fit distances between signatures. */
function singleSizes(inside: readonly Candidate[], end: number, regionEnd: number | null): number[] {
  const marks = [...inside.map((candidate) => candidate.at), ...(regionEnd === null ? [] : [regionEnd])].slice(0, 256);
  const sizes = new Set<number>();
  marks.forEach((to, i) => {
    for (const from of marks.slice(0, i)) {
      // Shares of a zone for each CPU, and of dump zones, leave a few bytes over at the end.
      for (const distance of [to - from, to - from + maxRemainder]) {
        const size = floorPowerOfTwo(distance);
        if (Math.abs(to - from - size) <= maxRemainder) sizes.add(size);
      }
    }
  });
  const last = inside.at(-1);
  if (last !== undefined) {
    const room = (regionEnd ?? end) - last.at;
    if (regionEnd !== null) sizes.add(floorPowerOfTwo(room));
    for (
      let size = floorPowerOfTwo(last.header.size) || 512;
      regionEnd === null && size <= Math.min(room, 2 ** 22);
      size *= 2
    ) {
      sizes.add(size);
    }
  }
  return [...sizes].filter((size) => size >= 256);
}

/** Bytes that dividing a group of zones can leave over. */
const maxRemainder = 256;

function recordSizes(inside: readonly Candidate[], dumpMem: number): number[] {
  const sizes = new Set<number>();
  inside.forEach((candidate, i) => {
    const next = inside[i + 1];
    if (next !== undefined) sizes.add(floorPowerOfTwo(next.at - candidate.at));
  });
  sizes.add(floorPowerOfTwo(dumpMem));
  return [...sizes].filter((size) => size >= 256 && size <= dumpMem);
}

/** The console begins at a signature, or the region ends behind the last dump zone. */
function memSizes(inside: readonly Candidate[], base: number, tail: number): number[] {
  const sizes = inside.slice(0, 256).map((candidate) => candidate.at - base + tail);
  return [...new Set(sizes)].filter((size) => size > 0);
}

function cpuCounts(traced: readonly Candidate[], ftraceSize: number): number[] {
  const counts = new Set([1]);
  traced.slice(1).forEach((candidate, i) => {
    const distance = candidate.at - (traced[i]?.at ?? 0);
    for (const cpus of [Math.floor(ftraceSize / distance), Math.ceil(ftraceSize / distance)]) counts.add(cpus);
  });
  for (let cpus = 2; cpus <= 8; cpus++) counts.add(cpus);
  return [...counts].filter((cpus) => cpus >= 1 && ftraceSize / cpus >= 64);
}

/** What was given, alone; else nothing or one of the sizes that the bytes suggest. */
function options(given: number | undefined, suggested: readonly number[]): readonly number[] {
  return given === undefined ? [0, ...suggested] : [floorPowerOfTwo(given)];
}

function isComplete(given: RamoopsParameters): boolean {
  return [given.recordSize, given.consoleSize, given.ftraceSize, given.pmsgSize].every((size) => size !== undefined);
}

function majorityEndian(candidates: readonly Candidate[]): Endian {
  return candidates.filter(({ endian }) => endian === 'be').length * 2 > candidates.length ? 'be' : 'le';
}

/** More zones than any real region has; such a cut comes from a size that is far too small. */
const maxZones = 4096;
