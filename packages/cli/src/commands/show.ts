import { crashLog } from '@pstore-decode/formats';
import { forTerminal, type TracedBytes } from '@pstore-decode/formats/bytes';
import { type Command, type CommonFlags, readInputs } from '../command.js';
import { CliError } from '../errors.js';
import { statusOf } from '../exit-status.js';
import type { InputReport } from '../inputs.js';
import type { Output } from '../io.js';
import { crashHeading, inputHeading, missingHeading, notShownHeading, recordHeading } from '../present/heading.js';
import { type Passage, readingOrder } from '../present/order.js';
import { wantsJson, writeJson } from './json.js';

export interface ShowFlags extends CommonFlags {
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
  const write = run.flags.raw ? writeRaw : inputs.length > 1 ? writeWithInput : writeText;
  const reports = await readInputs(inputs, run, { onReport: (report) => write(stdout, report) });
  return statusOf(reports, run.flags.exitStatus === true);
};

function writeWithInput(out: Output, report: InputReport): void {
  if (report.recordCount === 0) return;
  out.write(`${inputHeading(report.input)}\n\n`);
  writeText(out, report);
}

function writeText(out: Output, { records }: InputReport): void {
  const { live, rest } = readingOrder(records);
  for (const passage of live) writePassage(out, passage);
  if (rest.length > 0) out.write(`${notShownHeading}\n\n`);
  for (const passage of rest) writePassage(out, passage);
}

/** Always escaped, to a pipe too: it may end at a terminal, and ordinary text is not changed by it. */
function writePassage(out: Output, { parts, missing }: Passage): void {
  const [first] = parts;
  if (first === undefined) return;
  if (parts.length === 1 && missing.length === 0) {
    out.write(`${recordHeading(first)}\n${lines(first.record.text)}\n`);
    return;
  }
  out.write(`${crashHeading(parts)}\n`);
  const log = crashLog({ parts: parts.map(({ record }) => record), missing });
  for (const piece of log) out.write('bytes' in piece ? lines(piece) : `${missingHeading(piece)}\n`);
  out.write('\n');
}

function lines({ bytes }: TracedBytes): string {
  const text = forTerminal({ hostile: bytes });
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** The bytes of the texts one after the other and nothing else. */
function writeRaw(out: Output, { records }: InputReport): void {
  const { live, rest } = readingOrder(records);
  for (const { parts, missing } of [...live, ...rest]) {
    const single = parts.length === 1 && missing.length === 0;
    const records = parts.map(({ record }) => record);
    for (const piece of single ? records.map(({ text }) => text) : crashLog({ parts: records, missing })) {
      if ('bytes' in piece) out.write(piece.bytes);
    }
  }
}
