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

/**
 * Which texts (dmesg, console, or the kernel's lines in pmsg) are of one boot: those that share at least three lines with
 * time and words. What shares none is not said to be of another boot: nothing is known of it. Time and room grow with the
 * sum of the texts; lines that more than 16 texts share are looked at in the first 16.
 */
export function sameBoot(texts: readonly Uint8Array[]): SameBoot[] {
  const places = new Map<string, { readonly text: number; readonly range: ByteRange }[]>();
  for (const [text, bytes] of texts.entries()) {
    const seen = new Set<string>();
    for (const { time, message } of printkLines(bytes)) {
      if (time === undefined || time === 0 || message.end - message.start < shortestMessage) continue;
      const words = oneUnitAByte.decode(bytes.subarray(message.start, Math.min(message.end, message.start + 256)));
      const key = `${time} ${words}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const found = places.get(key);
      if (found === undefined) places.set(key, [{ text, range: message }]);
      else if (found.length < 16) found.push({ text, range: message });
    }
  }
  const pairs = new Map<string, SameBoot>();
  for (const found of places.values()) {
    for (const [i, one] of found.entries()) {
      for (const other of found.slice(i + 1)) {
        const key = `${one.text} ${other.text}`;
        const pair = pairs.get(key) ?? {
          a: one.text,
          b: other.text,
          sharedLines: 0,
          example: [one.range, other.range],
        };
        pairs.set(key, { ...pair, sharedLines: pair.sharedLines + 1 });
      }
    }
  }
  return [...pairs.values()].filter(({ sharedLines }) => sharedLines >= enoughLines);
}

/** Shorter messages (an empty line, a ruler cut short) say too little. */
const shortestMessage = 8;

const oneUnitAByte = new TextDecoder('latin1');
