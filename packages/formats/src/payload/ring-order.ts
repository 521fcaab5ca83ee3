import { concat, slice, type TracedBytes } from '../bytes/traced.js';

/** The bytes of a ring in the order in which they were most likely written, and what says so. */
export interface OrderedRing {
  readonly content: TracedBytes;
  readonly detail: string;
}

/**
 * A ring of text whose header does not say where it begins. A line that the end of the data cuts goes on at its
 * beginning, so a ring that has wrapped is never left as it stands.
 * @param named where a damaged header says that it begins; believed where a line ends there
 */
export function ringInOrder(data: TracedBytes, named: number): OrderedRing {
  const { bytes } = data;
  if (isBlank(bytes.at(-1))) return { content: data, detail: 'it did not wrap' };
  const fall = deepestFall(bytes);
  if (fall !== null) return turnedRing(data, fall, 'the numbers of its lines');
  if (named > 0 && bytes[named - 1] === feed) return turnedRing(data, named, 'its header');
  return turnedRing(data, bytes.indexOf(feed) + 1, 'nothing: any line could be the first');
}

const feed = 0x0a;

function isBlank(byte: number | undefined): boolean {
  return byte === undefined || byte === 0x00 || byte === 0xff;
}

/** @param by what says that it begins there */
export function turnedRing(data: TracedBytes, start: number, by: string): OrderedRing {
  const content = concat(slice(data, start, data.bytes.length), slice(data, 0, start));
  return { content, detail: `it begins at byte ${start} of its data, by ${by}` };
}

/**
 * Behind the line whose first number (a time, a counter) the next line with one falls behind the most, the last line's
 * next being the first; null where none does. The line that the end of the data cuts goes on at its beginning.
 */
function deepestFall(bytes: Uint8Array): number | null {
  let best: number | null = null;
  let deepest = 0;
  let before: NumberedLine | null = null;
  let first: NumberedLine | null = null;
  const follow = (line: NumberedLine) => {
    if (before !== null && before.number - line.number > deepest) {
      deepest = before.number - line.number;
      best = before.end;
    }
    before = line;
    first ??= line;
  };
  for (const line of numberedLines(bytes)) follow(line);
  if (first !== null) follow(first);
  return best;
}

interface NumberedLine {
  readonly number: number;
  readonly end: number;
}

function* numberedLines(bytes: Uint8Array): Generator<NumberedLine> {
  const firstEnd = bytes.indexOf(feed) + 1;
  let start = firstEnd;
  for (let end = bytes.indexOf(feed, start) + 1; end > 0; end = bytes.indexOf(feed, start) + 1) {
    const number = firstNumber(bytes.subarray(start, Math.min(end, start + 64)));
    if (number !== null) yield { number, end };
    start = end;
  }
  const number = firstNumber(
    Uint8Array.of(...bytes.subarray(start).subarray(0, 64), ...bytes.subarray(0, Math.min(firstEnd, 64))),
  );
  if (number !== null) yield { number, end: firstEnd };
}

function firstNumber(line: Uint8Array): number | null {
  const found = /\d{1,15}(?:\.\d{1,9})?/.exec(String.fromCharCode(...line));
  return found === null ? null : Number(found[0]);
}
