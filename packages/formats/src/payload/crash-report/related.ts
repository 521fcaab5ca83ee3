import type { ByteRange } from '../../bytes/range.js';
import { printkLines } from '../printk/line.js';

/** Two texts that are of one boot, and why. */
export interface SameBoot {
  /** Numbers of the texts, the lower one first. */
  readonly a: number;
  readonly b: number;
  /** Lines that stand in both, with the same time and the same words. */
  readonly sharedLines: number;
  /** The first of them, in the text of `a` and in that of `b`. */
  readonly example: readonly [ByteRange, ByteRange];
}

/**
 * Lines that two texts share before they are said to be of one boot. Times are microseconds, so that two boots of one
 * machine share hardly one; lines from before the clock ran (0.000000) are equal in every boot and do not count.
 */
const enoughLines = 3;

/** A text, by its number, and where in it a line stands. */
interface Place {
  readonly text: number;
  readonly range: ByteRange;
}

/** Of the texts that share a line so many are held against each other; each further one against the first alone. */
const mostCompared = 16;

/**
 * Which texts (dmesg, console, or the kernel's lines in pmsg) are of one boot: those that share at least three lines with
 * time and words. What shares none is not said to be of another boot: nothing is known of it. Time and room grow with the
 * sum of the texts; of the texts that share a line the first 16 are held against each other, the others against the first.
 */
export function sameBoot(texts: readonly Uint8Array[]): SameBoot[] {
  const places = new Map<string, Place[]>();
  const pairs = new Map<string, { -readonly [K in keyof SameBoot]: SameBoot[K] }>();
  const share = (one: Place, other: Place) => {
    const key = `${one.text} ${other.text}`;
    const pair = pairs.get(key);
    if (pair !== undefined) pair.sharedLines += 1;
    else pairs.set(key, { a: one.text, b: other.text, sharedLines: 1, example: [one.range, other.range] });
  };
  for (const [text, bytes] of texts.entries()) {
    const seen = new Set<string>();
    for (const { time, message } of printkLines(bytes)) {
      if (time === undefined || time === 0 || message.end - message.start < shortestMessage) continue;
      const words = oneUnitAByte.decode(bytes.subarray(message.start, Math.min(message.end, message.start + 256)));
      const key = `${time} ${words}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const place = { text, range: message };
      const found = places.get(key) ?? [];
      for (const other of found.length < mostCompared ? found : found.slice(0, 1)) share(other, place);
      if (found.length < mostCompared) found.push(place);
      places.set(key, found);
    }
  }
  const related = [...pairs.values()].filter(({ sharedLines }) => sharedLines >= enoughLines);
  return related.sort((one, other) => one.a - other.a || one.b - other.b);
}

/** Shorter messages (an empty line, a ruler cut short) say too little. */
const shortestMessage = 8;

const oneUnitAByte = new TextDecoder('latin1');
