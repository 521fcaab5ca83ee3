import { deflate } from '../compress/index.js';
import { soundLength } from '../payload/sound-length.js';
import { type DumpWalk, type Stop, walkDump } from './dump-walk.js';
import { letterFit } from './letter-fit.js';

/** A raw deflate stream of which single bits were changed. */
export interface MendedBits {
  readonly stream: Uint8Array;
  /** Places of the bits that were changed, ascending. */
  readonly changed: readonly number[];
}

/** A way to read the stream. */
interface Attempt {
  readonly changed: readonly number[];
  /** Oddities that are left as they are. */
  readonly oddities: number;
  /** In bits of letters that go together, where bits were changed. */
  readonly fit: number;
  /** In bits of the stream that are read, less what the changes cost. */
  readonly rank: number;
}

/**
 * The stream of a dump with the bits changed back that damage turned: where the text stops reading like a log, or the
 * stream like one of zlib's, each bit before that place is tried. Of the ways to go on the best one is followed first.
 * Null where no way leads to the end, and for other encoders: their
 * streams are odd long before their text is.
 * @param room for the text, in bytes
 * @param spend counts steps, each a symbol; false ends the search
 */
export function withBitsMended(
  damaged: Uint8Array,
  room: number,
  spend: (steps: number) => boolean,
): MendedBits | null {
  const stream = damaged.slice();
  const walk = walkDump(stream, room);
  walk.follow(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const { bytes } = deflate.decompress(stream, { maxOutput: room });
  if (soundLength(bytes, true) > walk.textAt(walk.count()) + farBehind) return null;
  walk.rewind(0);
  let applied: readonly number[] = [];
  const goTo = ({ changed, oddities }: Pick<Attempt, 'changed' | 'oddities'>): Stop => {
    const first = changed.findIndex((bit, i) => bit !== applied[i]);
    const shared = first < 0 ? Math.min(changed.length, applied.length) : first;
    walk.rewind(walk.indexAt(Math.min(changed[shared] ?? Infinity, applied[shared] ?? Infinity)));
    walk.rewindTo(oddities);
    for (const bit of [...applied.slice(shared), ...changed.slice(shared)]) flip(stream, bit);
    applied = changed;
    return walk.follow(Number.POSITIVE_INFINITY, oddities);
  };
  let paid = 0;
  const isSpent = () => {
    const owed = walk.spent() - paid;
    paid += owed;
    return !spend(owed);
  };

  const open: Attempt[] = [{ changed: [], oddities: 0, fit: 0, rank: 0 }];
  for (let attempt = takeBest(open); attempt !== null; attempt = takeBest(open)) {
    if (!spend(leastSteps)) return null;
    const fault = goTo(attempt);
    if (fault.isEnd) return { stream, changed: attempt.changed };
    const found = attemptsFrom(stream, walk, attempt, fault, isSpent);
    if (found === null) return null;
    for (const next of found.sort(byRank).slice(0, mostBranches)) {
      const { bit } = goTo(next);
      open.push({ ...next, rank: rankOf(next, bit) });
    }
  }
  return null;
}

/** The ways to go on behind a fault; null when no steps are left. The walk is left anywhere before it. */
function attemptsFrom(
  stream: Uint8Array,
  walk: DumpWalk,
  { changed, oddities, fit }: Attempt,
  fault: Stop,
  isSpent: () => boolean,
): Attempt[] | null {
  const { start, end } = fault.suspects;
  const first = walk.indexAt(start);
  const learned = letterFit(walk.text.subarray(0, walk.textAt(first)));
  const found: Attempt[] = [];
  const goOn = (bits: readonly number[], kept: number) => {
    const { bit, isEnd } = walk.follow(fault.bit + farthest, Number.POSITIVE_INFINITY);
    if (bit < fault.bit + leastGain && !isEnd) return;
    const attempt = { changed: bits, oddities: kept, fit: fit + fitOf(walk, first, fault.bit + fitted, learned) };
    found.push({ ...attempt, rank: rankOf({ ...attempt, oddities: walk.oddities() }, bit) });
  };
  const last = walk.count();
  if (walk.oddities() > oddities) goOn(changed, walk.oddities());
  walk.rewind(last);
  for (let bit = Math.min(end, 8 * stream.length) - 1; bit >= Math.max(start, (changed.at(-1) ?? -1) + 1); bit--) {
    if (isSpent()) return null;
    walk.rewind(walk.indexAt(bit));
    const kept = walk.oddities();
    flip(stream, bit);
    goOn([...changed, bit], kept);
    walk.rewind(walk.indexAt(bit));
    flip(stream, bit);
  }
  return found;
}

/** How well the letters go together where symbols meet, in bits. Inside of copies they do as they did before. */
function fitOf(
  walk: DumpWalk,
  first: number,
  untilBit: number,
  learned: (before: number, byte: number) => number,
): number {
  let sum = 0;
  for (let index = first; index < walk.count() && walk.bitAt(index) < untilBit; index++) {
    const at = walk.textAt(index);
    if (at > 0 && walk.textAt(index + 1) > at) sum += learned(walk.text[at - 1] as number, walk.text[at] as number);
  }
  return sum;
}

function rankOf({ changed, oddities, fit }: Omit<Attempt, 'rank'>, bit: number): number {
  return bit - changeCost * changed.length - oddityCost * oddities + fitWeight * fit;
}

function takeBest(open: Attempt[]): Attempt | null {
  const best = open.reduce((found, one, i) => (one.rank > (open[found] as Attempt).rank ? i : found), 0);
  return open.splice(best, 1)[0] ?? null;
}

function byRank(a: Attempt, b: Attempt): number {
  return b.rank - a.rank;
}

function flip(stream: Uint8Array, bit: number): void {
  stream[bit >> 3] = (stream[bit >> 3] as number) ^ (1 << (bit & 7));
}

/** In bytes of text: damage makes symbols and text odd within fewer of each other. */
const farBehind = 2048;

/** What it costs to learn a text, in symbols. */
const leastSteps = 2000;

/** In bits that are read: a stream has about one in ten more than it needs, by which right ones tell. */
const changeCost = 200;
const oddityCost = 250;
const fitWeight = 5;

/** Bits behind a fault that a change is followed at first, and in which its letters count. */
const farthest = 2000;
const fitted = 300;

/** Bits by which a change must carry the stream on. */
const leastGain = 8;

/** Changes at one fault that are followed to their ends. */
const mostBranches = 6;
