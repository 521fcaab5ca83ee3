import { crashLog, type PartRange } from '@pstore-decode/formats';
import { forTerminal, type HostileText } from '@pstore-decode/formats/bytes';
import { type Command, type CommonFlags, readInputs } from '../command.js';
import { CliError } from '../errors.js';
import { statusOf } from '../exit-status.js';
import type { InputReport } from '../inputs.js';
import type { Output } from '../io.js';
import { type LineFlags, lineChoiceOf } from '../log-selection.js';
import { chosenEntries, chosenLines, clockOf, type LineChoice } from '../present/chosen-lines.js';
import { inputHeading, missingHeading, notShownHeading, passageHeading } from '../present/heading.js';
import { type Passage, readingOrder } from '../present/order.js';
import { wantsJson, writeJson } from './json.js';

export interface ShowFlags extends CommonFlags, LineFlags {
  readonly raw?: true;
}

/** The text of every crash and record: what the kernel shows first, crashes before the rest, the oldest first. */
export const show: Command<ShowFlags> = async (inputs, run) => {
  if (wantsJson(run.flags)) return writeJson(inputs, run);
  const { stdout } = run.io;
  if (run.flags.raw && stdout.isTerminal()) {
    throw new CliError(
      '--raw',
      'refuses a terminal: text from a medium can drive it',
      'send it to a file or a pipe, or leave out --raw',
    );
  }
  const choice = lineChoiceOf(run.flags);
  const { timeFormat } = run.flags;
  if (timeFormat === 'iso' || timeFormat === 'ctime')
    run.ui.note('wall clock of lines is derived from the time of their record');
  const write = run.flags.raw ? writeRaw : inputs.length > 1 ? writeWithInput : writeText;
  const reports = await readInputs(inputs, run, { onReport: (report) => write(stdout, report, choice) });
  return statusOf(reports, run.flags.exitStatus === true);
};

function writeWithInput(out: Output, report: InputReport, choice: LineChoice | null): void {
  if (report.recordCount === 0) return;
  out.write(`${inputHeading(report.input)}\n\n`);
  writeText(out, report, choice);
}

function writeText(out: Output, { records }: InputReport, choice: LineChoice | null): void {
  const { live, rest } = readingOrder(records);
  for (const passage of live) writePassage(out, passage, choice);
  if (rest.length > 0) out.write(`${notShownHeading}\n\n`);
  for (const passage of rest) writePassage(out, passage, choice);
}

/** Always escaped, to a pipe too: it may end at a terminal, and ordinary text is not changed by it. */
function writePassage(out: Output, passage: Passage, choice: LineChoice | null): void {
  const pieces = piecesOf(passage, choice);
  // Of a choice that leaves nothing the heading would be noise.
  if (choice !== null && !pieces.some((piece) => 'hostile' in piece && piece.hostile.length > 0)) return;
  out.write(`${passageHeading(passage)}\n`);
  for (const piece of pieces) out.write('hostile' in piece ? lines(piece) : `${missingHeading(piece)}\n`);
  out.write('\n');
}

/** The bytes of the texts one after the other and nothing else. */
function writeRaw(out: Output, { records }: InputReport, choice: LineChoice | null): void {
  const { live, rest } = readingOrder(records);
  for (const piece of [...live, ...rest].flatMap((passage) => piecesOf(passage, choice))) {
    if ('hostile' in piece) out.write(piece.hostile);
  }
}

/** The text of a record, or of a crash without the first lines of its parts, as far as it was chosen. */
function piecesOf({ parts, missing }: Passage, choice: LineChoice | null): (HostileText | PartRange)[] {
  const records = parts.map(({ record }) => record);
  const isSingle = parts.length === 1 && missing.length === 0;
  const pieces = isSingle ? records.map(({ text }) => text) : [...crashLog({ parts: records, missing })];
  const clock = choice === null ? null : clockOf(records);
  return pieces.map((piece) => {
    if (!('bytes' in piece)) return piece;
    if (choice === null) return { hostile: piece.bytes };
    const entries = records[0]?.type === 'pmsg' ? chosenEntries(records[0], choice) : null;
    return { hostile: entries ?? chosenLines(piece.bytes, clock, choice) };
  });
}

function lines(text: HostileText): string {
  const shown = forTerminal(text);
  return shown === '' || shown.endsWith('\n') ? shown : `${shown}\n`;
}
