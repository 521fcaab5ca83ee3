import { forMessage, hostile } from '@pstore-decode/formats/bytes';
import type { CliError } from './errors.js';
import type { Io } from './io.js';

/*
 * EVERY LINE TO STANDARD ERROR PASSES HERE, but that of progress.ts. Its rules:
 *
 *  1. stdout is the answer, stderr the talk: nothing here is needed to read the answer.
 *  2. An error is one line, `pstore-decode: <thing>: <detail>`, lower case, no full stop; then what to do,
 *     `  hint: …`. Never a stack trace for bad input.
 *  3. Every line goes through `forMessage`, whole: whatever it quotes (a name, an argument, a text from the medium)
 *     can move no cursor and start no second line.
 *  4. Talk begins with `# `, so that it is told from the answer where both end in one place; details are indented.
 *  5. `--quiet` silences the talk, never an error.
 *  6. No colour, no question.
 */

export interface Ui {
  /** An error, with its hint. */
  error(error: CliError): void;
  /** What was not found, and then what was searched, seen and can be tried: `searched`, `seen`, `hint`. */
  nothing(thing: string, detail: string, rest: readonly (readonly [label: string, text: string])[]): void;
  /** A line of talk. */
  note(line: string): void;
  /** A detail of the line before. */
  detail(line: string): void;
}

export function createUi(io: Io, quiet: boolean): Ui {
  const line = (text: string): void => io.stderr.write(`${forMessage(hostile(text))}\n`);
  return {
    error(error) {
      line(`pstore-decode: ${error.message}`);
      if (error.hint !== null) line(`  hint: ${error.hint}`);
    },
    nothing(thing, detail, rest) {
      line(`pstore-decode: ${thing}: ${detail}`);
      if (quiet) return;
      for (const [label, text] of rest) line(`  ${label}: ${text}`);
    },
    note(text) {
      if (!quiet) line(`# ${text}`);
    },
    detail(text) {
      if (!quiet) line(`  ${text}`);
    },
  };
}

/** The report of our own bug: here a stack trace is in place. */
export function reportBug(io: Io, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write('pstore-decode: internal error: this is a bug of the program, not of the medium\n');
  for (const line of stack.split('\n')) io.stderr.write(`  ${forMessage(hostile(line))}\n`);
}
