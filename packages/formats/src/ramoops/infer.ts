import type { Endian } from '../bytes/struct.js';
import type { KernelVersion } from '../kernel-version.js';
import type { Candidate } from './candidates.js';
import type { BlockCount, Codecs } from './ecc-blocks.js';
import type { Effort } from './effort.js';
import { candidatesAt, groupsOf } from './groups.js';
import { cuts, frames, type Hypothesis, inPages, isGiven, type Scene } from './hypotheses.js';
import { type EccEvidence, findBlockCount, findEcc } from './infer-ecc.js';
import { zoneHeader, zoneSignature } from './layout.js';
import type { RamoopsParameters, RamoopsSizes } from './parameters.js';
import { remainsIn } from './remains.js';
import { isCut, isPerfect, placesOf, scoreOf } from './score.js';
import { arrangementOf, arrangements, ramoopsZones } from './zones.js';

/** A region cut into zones, as the bytes and the caller speak for it. */
export interface Layout extends Hypothesis {
  readonly endian: Endian;
  readonly blockCount: BlockCount;
  /** Sizes that explain the bytes as well, with zones in other places. */
  readonly rival?: RamoopsSizes;
}

/** An area, and what helps to find its regions. */
export interface Inference {
  readonly bytes: Uint8Array;
  /** Offsets of signatures from the start of the area, ascending. */
  readonly hits: readonly number[];
  /** As of `Area`. */
  readonly isExcerpt: boolean;
  readonly given: RamoopsParameters;
  readonly asKernel: KernelVersion | undefined;
  readonly codecs: Codecs;
  readonly effort: Effort;
}

/**
 * Finds the regions of an area: every way to cut it that the bytes or the caller suggest is scored against the
 * signatures found, the best are tested against the parity of their headers, the best of those is taken; then again
 * behind it.
 */
export function inferLayouts(inference: Inference): Layout[] {
  const { bytes, hits, isExcerpt, given, effort } = inference;
  const groups = groupsOf(candidatesAt(bytes, hits, isExcerpt), bytes.length);
  const linesAt = hits.filter((at) => bytes[at] === equals).map((at) => ({ at: at - zoneHeader.size }));
  // Without a signature only the caller can say that there is a region at all.
  if (groups.length === 0 && isGiven(given)) groups.push([]);
  return groups.flatMap((group, i) => {
    const found: Layout[] = [];
    let rest = group;
    let from = groups.length === 1 ? 0 : isExcerpt ? (groups[i - 1]?.at(-1)?.at ?? 0) : (group[0]?.at ?? 0);
    const end = groups[i + 1]?.[0]?.at ?? bytes.length;
    const ownLines = linesAt.filter(({ at }) => at < end);
    do {
      if (effort.isSpent()) break;
      const layout = bestLayout(inference, from, rest, ownLines);
      if (layout !== null) found.push(layout);
      const next = layout === null ? (rest[0]?.at ?? 0) + 1 : layout.base + layout.sizes.memSize;
      rest = rest.filter((candidate) => candidate.at >= next);
      from = next;
    } while (rest.length > 0);
    return found;
  });
}

/** Header lines of dumps begin with it. */
const equals = 0x3d;

function bestLayout(
  { bytes, isExcerpt, given, asKernel, codecs, effort }: Inference,
  from: number,
  candidates: readonly Candidate[],
  linesAt: Scene['dumpLines'],
): Layout | null {
  effort.spend(linesAt.length);
  const endian = majorityEndian(candidates);
  const alike = candidates.filter((candidate) => candidate.endian === endian);
  const scene: Scene = {
    bytes,
    isExcerpt,
    endian,
    given,
    candidates: alike,
    arrangements: isGiven(given) && asKernel !== undefined ? [arrangementOf(asKernel)] : arrangements,
    dumpLines: linesAt.filter(({ at }) => at >= from),
    remains: remainsIn(
      bytes,
      endian,
      new Set([zoneSignature, ...alike.slice(0, 1024).map(({ header }) => header.sig)]),
    ),
    effort,
    eccSize: given.eccSize ?? findEcc(gapsBetween(bytes, alike), undefined, codecs, endian).eccSize,
  };
  const best = bestHypotheses(scene, from);
  const ranked = best
    .map(({ hypothesis, score }) => {
      const evidence = findEcc(
        zonesOf(bytes, hypothesis),
        given.eccSize ?? (scene.eccSize || undefined),
        codecs,
        endian,
      );
      return { hypothesis, evidence, score: score + 5 * evidence.proofs };
    })
    .sort((a, b) => b.score - a.score);
  const [winner, rival] = ranked;
  if (winner === undefined || !(isGiven(given) || isBelievable(winner.hypothesis, winner.evidence, scene))) return null;
  const hypothesis = given.memSize === undefined ? withRemainder(winner.hypothesis) : winner.hypothesis;
  const { eccSize, proofs } = winner.evidence;
  const codec = proofs > 0 ? codecs(eccSize) : null;
  const blockCount = codec === null ? 'shared' : findBlockCount(zonesOf(bytes, hypothesis), codec, endian);
  const layout = { ...hypothesis, endian, blockCount, sizes: { ...hypothesis.sizes, eccSize } };
  const isTie = rival !== undefined && winner.score - rival.score < 0.5 && !isAlike(hypothesis, rival.hypothesis);
  return isTie ? { ...layout, rival: rival.hypothesis.sizes } : layout;
}

/**
 * Chance makes a signature with a sane header in any large medium. A region has a dump or a console, or headers proven
 * by their parity, or several plain signatures in their places; or text as long as its header says, where it is the
 * medium itself or the text is some lines long.
 */
function isBelievable(hypothesis: Hypothesis, evidence: EccEvidence, { bytes, candidates }: Scene): boolean {
  const starts = new Set(hypothesis.zones.map(({ start }) => hypothesis.base + start));
  const inPlace = candidates.filter(({ at, version, kind }) => starts.has(at) && version === null && kind !== 'insane');
  const telling = inPlace.filter(({ kind }) => kind === 'dump' || kind === 'console');
  const isText = inPlace.some((one) => one.kind === 'text' && (hypothesis.base === 0 || isLog(bytes, one)));
  return telling.length > 0 || evidence.proofs > 0 || inPlace.length > 2 || isText;
}

/** All that the header of a zone claims is lines of text. */
function isLog(bytes: Uint8Array, { at, header: { size } }: Candidate): boolean {
  const log = bytes.subarray(at + zoneHeader.size, at + zoneHeader.size + size);
  return log.length >= shortestLog && log.includes(lineFeed) && log.every(isPrintable);
}

/** In bytes, about two lines. */
const shortestLog = 128;
const lineFeed = 0x0a;

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte !== 0x7f) || (byte >= 0x09 && byte <= 0x0d);
}

/** The region with what its zones leave over, if the kernel then cuts the same zones. */
function withRemainder(hypothesis: Hypothesis): Hypothesis {
  const { zones, arrangement, cpus } = hypothesis;
  const sizes = { ...hypothesis.sizes, memSize: inPages(hypothesis.sizes.memSize) };
  const again = ramoopsZones(sizes, arrangement, cpus) ?? [];
  const isSame = again.length === zones.length && again.every(({ start }, i) => start === zones[i]?.start);
  return isSame ? { ...hypothesis, sizes } : hypothesis;
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
        if (scored.score >= places.ideal && isPerfect(hypothesis, scene, places)) return [scored];
        const at = best.findIndex((other) => scored.score > other.score);
        best.splice(at < 0 ? best.length : at, 0, scored);
        if (best.length > finalists) best.pop();
      }
    }
    const first = best[0]?.hypothesis;
    if (first !== undefined && !isCut(scene) && isPerfect(first, scene, places)) return best;
  }
  return best;
}

const finalists = 12;

function majorityEndian(candidates: readonly Candidate[]): Endian {
  return candidates.filter(({ endian }) => endian === 'be').length * 2 > candidates.length ? 'be' : 'le';
}
