import type { DumpWalk } from './dump-walk.js';
import type { LetterFit } from './letter-fit.js';
import { type Place, trialSymbols } from './place-fit.js';
import { putSymbol, type SymbolRun, type TextWithHoles } from './symbol-run.js';

/** Copies what is sound of a text: as long as its letters go together. Returns its length. */
export function copySound(walk: DumpWalk, suspect: number, fit: LetterFit, { bytes, known }: TextWithHoles): number {
  const sure = { sum: 0, best: 0, index: suspect };
  const likely = { sum: 0, best: 0, index: suspect };
  for (let index = suspect; index < walk.count() && likely.sum > likely.best - decided; index++) {
    const at = walk.textAt(index);
    if (at === 0 || walk.textAt(index + 1) === at) continue;
    const gain = fit(walk.text[at - 1] as number, walk.text[at] as number);
    sure.sum += gain + strict;
    likely.sum += gain + lenient;
    if (sure.sum > sure.best) Object.assign(sure, { best: sure.sum, index: index + 1 });
    if (likely.sum > likely.best) Object.assign(likely, { best: likely.sum, index: index + 1 });
  }
  const length = walk.textAt(Math.max(suspect, likely.index - margin));
  bytes.set(walk.text.subarray(0, length));
  known.fill(1, 0, length).fill(2, Math.min(length, walk.textAt(Math.max(0, sure.index - nearby))), length);
  return length;
}

/** The first symbol behind damage that is in step: before it, letters do not go together. */
export function firstInStep(
  run: SymbolRun,
  text: TextWithHoles,
  fit: LetterFit,
  from: number,
  length: number,
  place: Place,
): Start {
  let { index, at } = place;
  while (index > from && at - (run.lengths[index - 1] as number) >= length) {
    index -= 1;
    at -= run.lengths[index] as number;
  }
  const { bytes, known } = text;
  const begin = at;
  const sure = { sum: 0, least: 0, index };
  const likely = { sum: 0, least: 0, index, at };
  const end = Math.min(run.count, place.index + trialSymbols);
  for (; index < end && (index < place.index || sure.sum < sure.least + decided); index++) {
    const size = run.lengths[index] as number;
    if (at + size > bytes.length) break;
    if ((run.distances[index] as number) > at) {
      sure.sum -= decided;
      likely.sum -= decided;
    } else putSymbol(run, index, at, text);
    if (size > 0 && at > 0 && known[at - 1] !== 0 && known[at] !== 0) {
      const gain = fit(bytes[at - 1] as number, bytes[at] as number);
      sure.sum += gain + strict;
      likely.sum += gain + lenient;
    }
    at += size;
    if (sure.sum < sure.least) Object.assign(sure, { least: sure.sum, index: index + 1 });
    if (likely.sum < likely.least) Object.assign(likely, { least: likely.sum, index: index + 1, at });
  }
  known.fill(0, begin, at);
  let { index: first, at: start } = likely;
  for (const last = Math.min(first + margin, run.count); first < last; first++) start += run.lengths[first] as number;
  return { index: first, at: start, sure: Math.max(first, sure.index) + nearby };
}

/** Where a stretch begins. */
export interface Start extends Place {
  /** The symbols before this one may be garbage. */
  readonly sure: number;
}

/** What two letters must have on average to be text: in text that is sure, and in text that is likely. */
const strict = 0.7;
const lenient = 1.6;
/** In bits: what is enough to tell text and garbage apart. */
const decided = 20;
/** Symbols beside damage: so many are left out, so many doubted. */
const margin = 2;
export const nearby = 12;
