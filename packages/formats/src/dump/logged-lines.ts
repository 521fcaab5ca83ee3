import { parsePartLine } from '../payload/dmesg.js';

/** Whether a text that grows and can be taken back is one that a kernel since 3.5 puts into a dump. */
export interface LoggedLines {
  /** False where a byte of what was added cannot stand there. */
  extend(from: number, length: number): boolean;
  /** To be told before what stands behind `length` is overwritten. */
  rewind(length: number): void;
}

/** Every line begins with its priority and, where the first line has it, the time, which goes up. */
export function loggedLines(text: Uint8Array): LoggedLines {
  const starts: number[] = [0];
  /** In seconds, of the lines before each. */
  const newest: number[] = [Number.NEGATIVE_INFINITY];
  let isTimed: boolean | null = null;

  const isPartLine = (end: number) => parsePartLine(text.subarray(0, end)) !== null;

  const endsWell = (start: number, end: number) => {
    if (starts.length === 1) return isPartLine(end + 1);
    const head = headOf(text, start, end);
    if (head === null || head.isOpen) return false;
    return starts.length === 2 || (head.time !== null) === isTimed;
  };

  const goesOn = (start: number, at: number) => {
    const byte = text[at] as number;
    const column = at - start;
    if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f || column > longestLine) return false;
    if (starts.length === 1) return column < longestPartLine;
    if (column >= longestHead) return true;
    const head = headOf(text, start, at + 1);
    if (head === null) return false;
    if (head.time !== null) return head.time >= (newest.at(-1) as number) - slack;
    return head.isOpen || isTimed !== true;
  };

  return {
    extend(from, length) {
      for (let at = from; at < length; at++) {
        const start = starts.at(-1) as number;
        if (text[at] !== lineFeed) {
          if (!goesOn(start, at)) return false;
          continue;
        }
        if (!endsWell(start, at)) return false;
        const time = starts.length === 1 ? null : (headOf(text, start, at)?.time ?? null);
        if (starts.length === 2) isTimed = time !== null;
        newest.push(Math.max(newest.at(-1) as number, time ?? Number.NEGATIVE_INFINITY));
        starts.push(at + 1);
      }
      return true;
    },
    rewind(length) {
      while ((starts.at(-1) as number) > length) {
        starts.pop();
        newest.pop();
      }
      if (starts.length <= 2) isTimed = null;
    },
  };
}

interface LineHead {
  /** In seconds; null where it is not all there, or there is none. */
  readonly time: number | null;
  /** It may go on. */
  readonly isOpen: boolean;
}

/** What a line begins with, `<6>[    1.234567]` or `<6>`; null where that is neither, nor can become it. */
function headOf(text: Uint8Array, start: number, end: number): LineHead | null {
  if (start === end) return open;
  if (text[start] !== 0x3c) return null;
  const priority = digitsEnd(text, start + 1, end);
  if (priority > start + 4) return null;
  if (priority === end) return open;
  if (priority === start + 1 || text[priority] !== 0x3e) return null;
  const bracket = priority + 1;
  if (bracket === end || text[bracket] !== 0x5b) return bracket === end ? open : untimed;
  let at = bracket + 1;
  while (at < end && text[at] === 0x20) at += 1;
  const point = digitsEnd(text, at, end);
  if (point === end) return open;
  if (point === at || text[point] !== 0x2e) return untimed;
  const close = digitsEnd(text, point + 1, end);
  if (close === end && close <= point + 7) return open;
  if (close !== point + 7 || text[close] !== 0x5d) return untimed;
  return { time: numberOf(text, at, point) + numberOf(text, point + 1, close) / 1e6, isOpen: false };
}

const open: LineHead = { time: null, isOpen: true };
const untimed: LineHead = { time: null, isOpen: false };

function digitsEnd(text: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (text[at] as number) >= 0x30 && (text[at] as number) <= 0x39) at += 1;
  return at;
}

function numberOf(text: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = 10 * value + (text[at] as number) - 0x30;
  return value;
}

const lineFeed = 0x0a;
const longestPartLine = 40;
/** In bytes: more than a priority and a time have. */
const longestHead = 24;
/** In bytes: printk holds 1024, and a prefix (LOG_LINE_MAX, PREFIX_MAX). */
const longestLine = 1100;
/** In seconds: lines of two CPUs can stand in the other order. */
const slack = 0.5;
