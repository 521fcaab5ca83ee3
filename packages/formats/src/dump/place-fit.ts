import { longestCopy } from './deflate-symbols.js';
import type { LetterFit } from './letter-fit.js';
import type { SymbolRun, TextWithHoles } from './symbol-run.js';

/** Where a symbol stands in the text, and all that follow. */
export interface Place {
  readonly index: number;
  readonly at: number;
}

export interface PlaceFit {
  /** In bits: above 0 where it speaks for the place; `-Infinity` for what cannot be. */
  readonly fit: number;
  /** Symbols that were tried, and a step for each 16 bytes of theirs. */
  readonly steps: number;
}

/**
 * Of a place behind damage: how well the letters go together where copies of what stands before the damage meet others.
 */
export function placeFit(
  { lengths, distances, literals, count }: SymbolRun,
  { bytes, known }: TextWithHoles,
  fit: LetterFit,
): (place: Place, length: number) => PlaceFit {
  const behind = new Int16Array(trialSymbols * longestCopy);
  return ({ index, at }, length) => {
    let sum = 0;
    let size = 0;
    let wasCopy = false;
    const end = Math.min(count, index + trialSymbols);
    const byteAt = (place: number) => {
      if (place >= at) return behind[place - at] as number;
      return place < length && known[place] !== 0 ? (bytes[place] as number) : unknown;
    };
    for (let i = index; i < end; i++) {
      const distance = distances[i] as number;
      const start = size;
      if (distance > at + size) return { fit: Number.NEGATIVE_INFINITY, steps: i - index + (size >> 4) };
      const isCopy = distance > size;
      if (distance > 0)
        for (const to = size + (lengths[i] as number); size < to; size++) behind[size] = byteAt(at + size - distance);
      else if (lengths[i] === 1) behind[size++] = literals[i] as number;
      if (size === start) continue;
      const byte = behind[start] as number;
      const before = start === 0 ? unknown : (behind[start - 1] as number);
      if ((isCopy || wasCopy) && before !== unknown && byte !== unknown) sum += fit(before, byte) + bonus;
      const last = i > index ? (distances[i - 1] as number) : 0;
      const isFull = last === 0 || lengths[i - 1] === longestCopy;
      // A copy goes on for as long as the bytes are the same.
      if (!isFull && byte !== unknown && byteAt(at + start - last) === byte) sum -= cutShort;
      if (sum < hopeless) return { fit: Number.NEGATIVE_INFINITY, steps: i - index + (size >> 4) };
      wasCopy = isCopy;
    }
    return { fit: sum, steps: end - index + (size >> 4) };
  };
}

/** Symbols behind a place that say whether it is the one. */
export const trialSymbols = 300;

const unknown = -1;
/** In bits: half of what right places have more than wrong ones where symbols meet. */
const bonus = 1.5;
const cutShort = 8;
const hopeless = -15;
