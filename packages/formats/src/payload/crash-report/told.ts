import { type HostileText, hostile } from '../../bytes/hostile.js';
import type { ByteRange } from '../../bytes/range.js';
import { type PrintkLine, printkLines } from '../printk/line.js';

/** A value, and the bytes of the text that say it. */
export interface Told<T> {
  readonly value: T;
  readonly from: ByteRange;
}

/** The message of one line, one UTF-16 unit a byte: what patterns run on. `start` is the offset of its first byte. */
export interface LogLine {
  readonly words: string;
  readonly start: number;
  readonly printk: PrintkLine;
}

/** No line of a kernel's log is longer; behind this a line is not looked at, so that no pattern has much to do. */
const longestLine = 4096;

export function logLines(text: Uint8Array): LogLine[] {
  return printkLines(text).map((printk) => {
    const { start, end } = printk.message;
    return { words: oneUnitAByte.decode(text.subarray(start, Math.min(end, start + longestLine))), start, printk };
  });
}

const oneUnitAByte = new TextDecoder('latin1');

/** What the groups of a pattern (with flag `d`) matched, the whole match first; null where it does not match. */
export function capture(line: LogLine, pattern: RegExp): readonly (Told<string> | undefined)[] | null {
  return toldOf(line, pattern.exec(line.words));
}

/** The same for each match of a pattern with the flags `d` and `g`. */
export function captureAll(line: LogLine, pattern: RegExp): (readonly (Told<string> | undefined)[])[] {
  return Array.from(line.words.matchAll(pattern), (found) => toldOf(line, found) ?? []);
}

function toldOf(line: LogLine, found: RegExpExecArray | null): readonly (Told<string> | undefined)[] | null {
  if (found?.indices === undefined) return null;
  return found.indices.map((at, group) => {
    if (at === undefined) return undefined;
    return { value: found[group] ?? '', from: { start: line.start + at[0], end: line.start + at[1] } };
  });
}

/** The bytes behind what was matched: for words that a medium may have made up. */
export function quote(text: Uint8Array, told: Told<unknown>): Told<HostileText> {
  return { value: hostile(text.subarray(told.from.start, told.from.end)), from: told.from };
}

/** Digits to their number; `undefined` stays. */
export function decimal(told: Told<string> | undefined): Told<number> | undefined {
  return told && { value: Number(told.value), from: told.from };
}

/** At most 16 hexadecimal digits to their number; `undefined` stays. */
export function hexadecimal(told: Told<string> | undefined): Told<bigint> | undefined {
  return told && { value: BigInt(`0x${told.value}`), from: told.from };
}
