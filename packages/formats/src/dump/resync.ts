import { walkDump, windows } from './dump-walk.js';
import { copySound, firstInStep, nearby, type Start } from './in-step.js';
import { type LetterFit, letterFit } from './letter-fit.js';
import { type Place, type PlaceFit, placeFit, trialSymbols } from './place-fit.js';
import { putSymbol, readRun, type SymbolRun, type TextWithHoles } from './symbol-run.js';
import { lookahead, type ZlibChoice, zlibChoice } from './zlib-choice.js';

/** The text of a stream as far as it is read, and what reads it on. */
interface Reading {
  readonly run: SymbolRun;
  /** Has room for more than is read. */
  readonly text: TextWithHoles;
  readonly fit: LetterFit;
  readonly fitOf: (place: Place, length: number) => PlaceFit;
  readonly choice: ZlibChoice;
  /** How far back zlib copied at most. */
  readonly reach: number;
  readonly spend: (steps: number) => boolean;
}

/**
 * The text of a raw deflate stream before and behind damage in it. The codes of the block are known, and a reader of
 * symbols falls into step with them by itself, wherever it begins. How much of the text is missing follows from the
 * copies of what stands before it: at one distance only their letters go together with those around, and are the
 * copies such that zlib would have chosen. Null where nothing is found.
 * @param room for the text, in bytes
 * @param spend counts steps, each a symbol; false ends the search
 */
export function withHoles(stream: Uint8Array, room: number, spend: (steps: number) => boolean): TextWithHoles | null {
  const walk = walkDump(stream, room);
  const fault = walk.follow(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const suspect = walk.indexAt(fault.suspects.start);
  if (fault.isEnd || walk.textAt(suspect) < leastText || !spend(walk.spent())) return null;
  const fit = letterFit(walk.text.subarray(0, walk.textAt(suspect)));
  const text = { bytes: new Uint8Array(room), known: new Uint8Array(room) };
  let length = copySound(walk, suspect, fit, text);
  const run = readRun(stream, Math.min(8 * stream.length, 2 * room));
  let from = run.bits.subarray(0, run.count).findLastIndex((bit) => bit <= fault.suspects.start);
  const farthest = run.distances.subarray(0, from).reduce((most, distance) => Math.max(most, distance), 0);
  const reach = windows.find((one) => one >= farthest) ?? farthest;
  const reading: Reading = {
    run,
    text,
    fit,
    fitOf: placeFit(run, text, fit),
    choice: zlibChoice(text.bytes),
    reach,
    spend,
  };
  const before = length;
  for (let holes = 0; holes < mostHoles; holes++) {
    const found = goOn(reading, from, length);
    if (found === null || found.index <= from) break;
    from = found.index;
    length = found.at;
    if (found.isEnd) break;
  }
  return length === before ? null : { bytes: text.bytes.subarray(0, length), known: text.known.subarray(0, length) };
}

/** A stretch of the stream that is read, by where it ends. */
interface Stretch extends Place {
  /** Of the stream. */
  readonly isEnd: boolean;
  /** Too much of it is odd to be read on. */
  readonly isCut: boolean;
  /** Copies that zlib would not have made. */
  readonly oddities: number;
  /** The place behind the first of them. */
  readonly behindOddity: Place | null;
}

/** Reads the text on behind damage: ever larger holes are tried, and for each how much of the text it takes. */
function goOn(reading: Reading, from: number, length: number): Stretch | null {
  const { run, choice } = reading;
  choice.extend(length);
  for (const hole of holeSizes) {
    const bit = (run.bits[from] as number) + 8 * hole;
    const index = run.bits.subarray(0, run.count).findIndex((one) => one >= bit);
    const places = index < 0 ? null : placesAt(reading, index, length, mostExpansion * (hole + 8));
    if (places === null) return null;
    const rated = places.flatMap((place) => ratedStart(reading, from, length, place) ?? []);
    const [best, second] = rated.sort((a, b) => b.rank - a.rank);
    const isClear = best !== undefined && best.rank >= leastFit && best.rank - (second?.rank ?? 0) >= clearly;
    if (isClear) return readFrom(reading, best.start, length, run.count, true);
  }
  return null;
}

interface FitPlace extends Place {
  readonly fit: number;
}

/** The best places in the text for a symbol; null when no steps are left. @param most text in between, in bytes */
function placesAt(reading: Reading, index: number, length: number, most: number): FitPlace[] | null {
  const places: FitPlace[] = [];
  const end = Math.min(length + most, reading.text.bytes.length);
  for (let at = length; at < end; at++) {
    const { fit, steps } = reading.fitOf({ index, at }, length);
    if (!reading.spend(steps)) return null;
    if (fit >= leastFit) places.push({ index, at, fit });
  }
  return places.sort((a, b) => b.fit - a.fit).slice(0, mostPlaces);
}

/** Where the stretch of a place begins, without odd copies at its beginning; null where there are too many. */
function ratedStart(
  reading: Reading,
  from: number,
  length: number,
  place: FitPlace,
): { readonly start: Start; readonly rank: number } | null {
  const { run, text, fit, spend } = reading;
  let start = firstInStep(run, text, fit, from, length, place);
  for (let tries = 0; tries < mostTries && spend(trialSymbols); tries++) {
    const { isCut, oddities, behindOddity } = readFrom(reading, start, length, place.index + trialSymbols, false);
    if (behindOddity === null || behindOddity.index > place.index + nearby) {
      return isCut ? null : { start, rank: place.fit - oddityCost * oddities };
    }
    start = { ...behindOddity, sure: Math.max(start.sure, behindOddity.index + nearby) };
  }
  return null;
}

/**
 * Puts the symbols into the text from one on, until they are none that zlib would have chosen, or the last block ends.
 * @param until which symbol
 * @param isKept else the text is as it was before
 */
function readFrom(
  { run, text, choice, reach }: Reading,
  start: Start,
  length: number,
  until: number,
  isKept: boolean,
): Stretch {
  const { bytes, known } = text;
  const starts: number[] = [];
  const odd: number[] = [];
  let judged = start.index;
  let index = start.index;
  let at = start.at;
  let isEnd = false;
  let isCut = false;
  let oddities = 0;
  let behindOddity: Place | null = null;
  while (index < Math.min(until, run.count) && !isEnd && !isCut) {
    const end = at + (run.lengths[index] as number);
    if (end > bytes.length || (run.distances[index] as number) > at) break;
    starts.push(at);
    putSymbol(run, index, at, text);
    if (index < start.sure) doubt(known, at, end);
    at = end;
    index += 1;
    choice.extend(at);
    isEnd = run.ends.has(index);
    for (; judged < index; judged++) {
      const symbolAt = starts[judged - start.index] as number;
      const size = run.lengths[judged] as number;
      const distance = run.distances[judged] as number;
      if (symbolAt + size + lookahead > at) break;
      if (distance === 0 || known.subarray(symbolAt, symbolAt + size + lookahead).some((one) => one !== 1)) continue;
      if (choice.judge({ at: symbolAt, size, distance }, reach, at, false) !== false) continue;
      oddities += 1;
      behindOddity ??= { index: judged + 1, at: symbolAt + size };
      odd.push(judged);
      doubt(known, starts[Math.max(0, judged - start.index - doubted)] as number, symbolAt + size);
      const early = odd.at(-manyOddities);
      if (early === undefined || judged - early >= among) continue;
      isCut = true;
      index = Math.max(start.index, early - nearby);
      break;
    }
  }
  const stop = isCut ? (starts[index - start.index] as number) : at;
  known.fill(0, isKept ? stop : length, at);
  choice.rewind(isKept ? stop : length);
  return { index, at: stop, isEnd: isEnd && !isCut, isCut, oddities, behindOddity };
}

function doubt(known: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at++) if (known[at] === 1) known[at] = 2;
}

/** In bytes of text that is sound: less tells too little of how its letters go together. */
const leastText = 300;
const mostHoles = 8;
/** In bytes of the stream, from where the text is doubted; a reader is in step some 100 bits behind the damage. */
const holeSizes = [48, 64, 96, 128, 192, 256, 384, 512];
/** Text of a hole, in bytes for each of the stream. */
const mostExpansion = 40;
/** Places that are looked at closely, and how often each is tried with fewer symbols. */
const mostPlaces = 8;
const mostTries = 12;
/** In bits, as letters are rated: what a place needs, by how much it must be the best, and what an odd copy costs. */
const leastFit = 25;
const clearly = 20;
const oddityCost = 12;
/** Symbols before an odd copy that are doubted. */
const doubted = 40;
/** So many odd copies among so many symbols are damage. */
const manyOddities = 3;
const among = 40;
