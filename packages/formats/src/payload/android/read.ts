import { type ByteRange, gaps } from '../../bytes/range.js';
import { type Candidate, frameCandidates } from './candidates.js';
import { decodeLoggerFrame, type LoggerFrame } from './frame.js';
import { largestPayload } from './layout.js';

/** What the bytes of a pmsg record hold as log entries. */
export interface LoggerReading {
  /** In the order of the bytes, which is the order of writing. */
  readonly frames: readonly LoggerFrame[];
  /** Bytes that belong to no frame: the rest of one that the ring cut at its start, damage, text of other writers. */
  readonly lost: readonly ByteRange[];
}

/**
 * The log entries in a pmsg record. Not a walk from `l` to `l`: of all places where a frame can stand, with one field of
 * its header damaged at most, those are taken that fit best together, end to start. A damaged length, magic or id so
 * costs no entry. Linear in the bytes.
 */
export function readLoggerFrames(pmsg: Uint8Array): LoggerReading {
  const frames: LoggerFrame[] = [];
  let at = 0;
  while (at < pmsg.length) {
    const end = Math.min(pmsg.length, at + windowSize);
    // Behind this the choice could depend on what the window does not show.
    const settled = end === pmsg.length ? end : end - overlap;
    const taken = bestChain(frameCandidates(pmsg, at, end), pmsg.length).filter(({ start }) => start < settled);
    frames.push(...taken.map(({ start, end, header }) => decodeLoggerFrame(pmsg, { start, end }, header)));
    at = Math.max(settled, taken.at(-1)?.end ?? 0);
  }
  const lost = gaps(
    { start: 0, end: pmsg.length },
    frames.map(({ range }) => range),
  );
  return { frames, lost };
}

/** True when the record is a log of Android, and no text or something else with a few bytes that look like a frame. */
export function isLoggerLog({ frames }: LoggerReading, pmsg: Uint8Array): boolean {
  return frames.reduce((sum, { range }) => sum + range.end - range.start, 0) * 2 > pmsg.length;
}

const windowSize = 1 << 18;
const overlap = 4 * largestPayload;

/** In bits: a gap must be worth the frames around it. A frame alone between two gaps needs more evidence than this. */
const costOfGap = 24;
/** In bits: the seconds are of a day that sound frames have too. */
const bitsOfDay = 8;

/** The chain of candidates, none overlapping, that has the most evidence, less the gaps in it. */
function bestChain(candidates: readonly Candidate[], length: number): Candidate[] {
  const days = daysOf(candidates);
  const count = candidates.length;
  /** Evidence of the best chain that begins with this candidate, and of the best that begins at it or later. */
  const own = new Float64Array(count);
  const later = new Float64Array(count + 1);
  later[count] = -costOfGap;
  const begins = new Int32Array(count + 1).fill(count);
  const follower = new Int32Array(count);
  for (let i = count - 1; i >= 0; i--) {
    const { end, evidence, day } = candidates[i] as Candidate;
    const next = followerOf(candidates, i, end, own, later, begins);
    follower[i] = next.index;
    own[i] = evidence + (days.has(day) ? bitsOfDay : 0) + (end === length ? 0 : next.evidence);
    const isBetter = (own[i] as number) - costOfGap > (later[i + 1] as number);
    later[i] = isBetter ? (own[i] as number) - costOfGap : (later[i + 1] as number);
    begins[i] = isBetter ? i : (begins[i + 1] as number);
  }
  const chain: Candidate[] = [];
  for (let i = begins[0] as number; i < count; i = follower[i] as number) chain.push(candidates[i] as Candidate);
  return chain;
}

/** What follows a frame best: one that begins where it ends, or a gap and then the best that comes later, or nothing. */
function followerOf(
  candidates: readonly Candidate[],
  from: number,
  end: number,
  own: Float64Array,
  later: Float64Array,
  begins: Int32Array,
): { readonly index: number; readonly evidence: number } {
  let low = from + 1;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((candidates[middle] as Candidate).start < end) low = middle + 1;
    else high = middle;
  }
  let best = { index: begins[low] as number, evidence: later[low] as number };
  for (let i = low; candidates[i]?.start === end; i++) {
    if ((own[i] as number) > best.evidence) best = { index: i, evidence: own[i] as number };
  }
  return best;
}

/** Days that at least two well-founded candidates name, and the days beside them. */
function daysOf(candidates: readonly Candidate[]): ReadonlySet<number> {
  const seen = new Set<number>();
  const days = new Set<number>();
  for (const { day, evidence } of candidates) {
    if (evidence < soundEvidence) continue;
    if (seen.has(day)) for (const near of [day - 1, day, day + 1]) days.add(near);
    seen.add(day);
  }
  return days;
}

/** Of an event whose end agrees with its header, and of a text with all but one field right. */
const soundEvidence = 31;
