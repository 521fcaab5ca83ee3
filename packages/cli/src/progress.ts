import type { Io } from './io.js';
import { count, humanSize } from './present/figures.js';

/** How a long search tells where it is: a line that is written over where that is seen, JSON lines, or nothing. */
export type ProgressMode = 'terminal' | 'json' | 'none';

export interface Progress {
  /** Bytes searched, bytes to search, and places found until now where a record may be. */
  tell(done: number, total: number, found: number): void;
  /** Takes the line away, so that others can write. */
  clear(): void;
}

/** A run that is shorter than this says nothing, in milliseconds. */
const patience = 500;
/** Between two lines, in milliseconds. */
const pause = { terminal: 100, json: 500 };

/** @param now a clock in milliseconds */
export function createProgress(
  { stderr }: Io,
  wanted: ProgressMode,
  input: string,
  now: () => number = uptime,
): Progress {
  const begun = now();
  let mode = wanted;
  let next = begun + patience;
  let isShown = false;
  return {
    tell(done, total, found) {
      if (mode === 'none' || now() < next) return;
      // Asked late: finding out costs start-up time.
      if (mode === 'terminal' && !isShown && !stderr.isTerminal()) mode = 'none';
      if (mode === 'none') return;
      const seconds = (now() - begun) / 1000;
      next = now() + pause[mode];
      isShown = mode === 'terminal';
      const state = { done, total, found, seconds, rate: Math.round(done / seconds) };
      stderr.write(mode === 'json' ? jsonLine(input, state) : `\r${inWords(state)}\x1b[K`);
    },
    clear() {
      if (isShown) stderr.write('\r\x1b[K');
      isShown = false;
    },
  };
}

/** In milliseconds. The clock of `performance` takes 3 ms to load. */
function uptime(): number {
  return process.uptime() * 1000;
}

interface State {
  readonly done: number;
  readonly total: number;
  readonly found: number;
  readonly seconds: number;
  /** Bytes a second. */
  readonly rate: number;
}

function jsonLine(input: string, state: State): string {
  return `${JSON.stringify({ schema: 'pstore-decode/progress/1', input, ...state })}\n`;
}

/** Of our own alphabet: the name of the input could move the cursor. */
function inWords({ done, total, found, rate }: State): string {
  const left = rate === 0 ? '' : `, ${count(Math.ceil((total - done) / rate), 'second')} left`;
  return `# ${humanSize(done)} of ${humanSize(total)}, ${humanSize(rate)}/s, ${count(found, 'place')} found${left}`;
}
