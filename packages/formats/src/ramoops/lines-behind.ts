import type { Fuel } from '../bytes/need.js';
import { concat, derive, extent, type TracedBytes } from '../bytes/traced.js';
import { type TextWithHoles, withHoles } from '../dump/index.js';
import type { Finding } from '../finding.js';
import { effortOf } from './effort.js';
import { largestStream, mostExpansion } from './mend-stream.js';

/** Lines of a broken stream that are read behind its damage. */
export interface LinesBehind {
  /** The text in front of them, and they. */
  readonly text: TracedBytes;
  readonly findings: readonly Finding[];
}

/**
 * The lines of a deflate stream behind a hole, of each that every byte is known, that begins with a priority and a time,
 * and with a time that fits between the others. Null when there are none.
 * @param text what is sound of it in front of the hole
 */
export function withLinesBehind(source: TracedBytes, text: TracedBytes, fuel: Fuel): LinesBehind | null {
  const stream = source.bytes.subarray(0, largestStream);
  const room = Math.min(mostExpansion * stream.length, fuel.allowance(stream.length));
  const effort = effortOf(mostSteps);
  const read = withHoles(stream, room, (steps) => {
    fuel.spend(steps >> 3);
    return effort.spend(steps);
  });
  if (read === null) return null;
  const sound = text.bytes.lastIndexOf(lineFeed) + 1;
  const known = new Uint8Array(text.bytes.length).fill(1);
  const last = timedLines({ bytes: text.bytes, known }, 0).at(-1);
  const lines = ordered(timedLines(read, sound), last?.time ?? 0);
  if (lines.length === 0) return null;
  const end = text.bytes.at(-1) === lineFeed ? [] : [filledLineFeed];
  const pieces = lines.map(({ start, end }) => derive(read.bytes.subarray(start, end), source));
  const at = extent(source);
  const detail = `${lines.length} lines behind damage in the stream, others with holes are left out`;
  return { text: concat(text, ...end, ...pieces), findings: [{ code: 'recovered.gaps', at, detail }] };
}

interface TimedLine {
  readonly start: number;
  /** Behind its line feed. */
  readonly end: number;
  /** In seconds. */
  readonly time: number;
}

/** The whole lines from a place on. */
function timedLines({ bytes, known }: TextWithHoles, from: number): TimedLine[] {
  const lines: TimedLine[] = [];
  for (let start = from; start < bytes.length; ) {
    const end = bytes.indexOf(lineFeed, start) + 1;
    if (end === 0) break;
    const isWhole = !known.subarray(Math.max(0, start - 1), end).includes(0);
    const found = isWhole ? timed.exec(latin1.decode(bytes.subarray(start, end - 1))) : null;
    // What all lines begin with is bound by the lines around it, but for the last digit of the time.
    if (found !== null && !known.subarray(start + (found[1] as string).length, end).includes(2)) {
      lines.push({ start, end, time: Number(`${found[2]}${found[3]}`) });
    }
    start = end;
  }
  return lines;
}

/** The most lines of which no time goes back. @param least in seconds: of the last line before them */
function ordered(lines: readonly TimedLine[], least: number): TimedLine[] {
  const candidates = lines.filter(({ time }) => time >= least - slack);
  const lengths: number[] = [];
  const before: number[] = [];
  for (const [i, { time }] of candidates.entries()) {
    lengths[i] = 1;
    before[i] = -1;
    for (let j = Math.max(0, i - farthest); j < i; j++) {
      const isBefore = (candidates[j] as TimedLine).time <= time;
      if (!isBefore || (lengths[j] as number) < (lengths[i] as number)) continue;
      lengths[i] = (lengths[j] as number) + 1;
      before[i] = j;
    }
  }
  const kept: TimedLine[] = [];
  const last = lengths.reduce((best, length, i) => (length > (lengths[best] ?? 0) ? i : best), -1);
  for (let i = last; i >= 0; i = before[i] as number) kept.push(candidates[i] as TimedLine);
  return kept.reverse();
}

const latin1 = new TextDecoder('latin1');
const timed = /^(<\d{1,3}>\[ *(\d+\.\d{5}))(\d)\] [\t\x20-\x7e\x80-\xff]*$/;
const lineFeed = 0x0a;
const filledLineFeed: TracedBytes = {
  bytes: Uint8Array.of(lineFeed),
  spans: [{ length: 1, from: null, how: 'filled' }],
};
/** In seconds: lines of two CPUs can stand in the other order. */
const slack = 0.5;
/** Lines with wrong times that may stand in between. */
const farthest = 100;
/** A fifth of a second. */
const mostSteps = 2 ** 22;
