import type { Fuel } from '../bytes/need.js';
import { concat, extent, slice, type TracedBytes } from '../bytes/traced.js';
import type { PstoreRecord } from '../record.js';

/**
 * Lines that begin with a time as kernels print it, those near to each other as one record: of a dump where they have a
 * priority too, else of a console. Nothing says that pstore kept them: files of log daemons look alike.
 * @param backend what to call where they come from
 */
export function* carvedLogs(backend: string, area: TracedBytes, fuel: Fuel): Generator<PstoreRecord> {
  fuel.spend(area.bytes.length);
  for (const lines of stretchesOf(linesIn(area.bytes))) {
    if (lines.length < fewest) continue;
    const [first, last] = [lines[0] as Line, lines.at(-1) as Line];
    const payload = slice(area, first.start, last.end);
    const text = concat(...lines.map(({ start, end }) => slice(area, start, end)));
    const at = extent(payload);
    if (at === null) continue;
    yield {
      backend,
      type: first.hasPriority ? 'dmesg' : 'console',
      state: 'carved',
      grade: 'possible',
      stored: at,
      payload,
      text,
      findings: [{ code: 'recovered.carved', at }],
    };
  }
}

interface Line {
  readonly start: number;
  /** Behind the line feed. */
  readonly end: number;
  readonly hasPriority: boolean;
}

/** Fewer lines can be an example in a text. */
const fewest = 3;

/** Bytes between two lines of one log: others, or what damage left of them. */
const nearby = 256;

/** printk holds 1024 bytes of a line, and what stands before it. */
const line = /(?<![\t\x20-\x7e])(<\d{1,3}>)?\[ {0,4}\d{1,8}\.\d{6}\][\t\x20-\x7e\x80-\xff]{1,1100}\n/g;

function* linesIn(bytes: Uint8Array): Generator<Line> {
  const latin = new TextDecoder('latin1').decode(bytes);
  for (const found of latin.matchAll(line)) {
    yield { start: found.index, end: found.index + found[0].length, hasPriority: found[1] !== undefined };
  }
}

function* stretchesOf(lines: Iterable<Line>): Generator<readonly Line[]> {
  let stretch: Line[] = [];
  for (const one of lines) {
    const last = stretch.at(-1);
    if (last !== undefined && (one.start - last.end > nearby || one.hasPriority !== last.hasPriority)) {
      yield stretch;
      stretch = [];
    }
    stretch.push(one);
  }
  if (stretch.length > 0) yield stretch;
}
