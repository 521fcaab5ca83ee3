import { forTerminal } from '@pstore-decode/formats/bytes';
import { type Command, type CommonFlags, readInputs } from '../command.js';
import { CliError } from '../errors.js';
import { statusOf } from '../exit-status.js';
import type { FoundRecord, InputReport } from '../inputs.js';
import type { Output } from '../io.js';
import { inputHeading, notShownHeading, recordHeading } from '../present/heading.js';
import { readingOrder } from '../present/order.js';
import { wantsJson, writeJson } from './json.js';

export interface ShowFlags extends CommonFlags {
  readonly raw?: true;
}

/** The text of every record: what the kernel shows first, crashes before the rest, the oldest crash first. */
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
  for (const found of live) writeRecord(out, found);
  if (rest.length > 0) out.write(`${notShownHeading}\n\n`);
  for (const found of rest) writeRecord(out, found);
}

/** Always escaped, to a pipe too: it may end at a terminal, and ordinary text is not changed by it. */
function writeRecord(out: Output, found: FoundRecord): void {
  const text = forTerminal({ hostile: found.record.text.bytes });
  out.write(`${recordHeading(found)}\n${text}${text === '' || text.endsWith('\n') ? '' : '\n'}\n`);
}

/** The bytes of the texts one after the other and nothing else. */
function writeRaw(out: Output, { records }: InputReport): void {
  const { live, rest } = readingOrder(records);
  for (const { record } of [...live, ...rest]) out.write(record.text.bytes);
}
