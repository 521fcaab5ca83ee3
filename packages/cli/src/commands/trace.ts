import { forTerminal, hostile } from '@pstore-decode/formats/bytes';
import {
  chromeTrace,
  foldedPairs,
  parseFtraceText,
  perfettoTrace,
  type TraceCall,
} from '@pstore-decode/formats/payload';
import { type Command, type CommonFlags, readInputs } from '../command.js';
import { CliError } from '../errors.js';
import { exitStatus, statusOf } from '../exit-status.js';
import { lookupFor } from '../named-text.js';
import { readSymbolFile } from '../symbols.js';

export interface TraceFlags extends CommonFlags {
  readonly perfetto?: true;
  readonly chrome?: true;
  readonly folded?: true;
  readonly symbols?: string;
}

/** The calls of all function traces, for the tools that show traces; by default as lines. */
export const trace: Command<TraceFlags> = async (inputs, run) => {
  const { io, flags, ui } = run;
  const { perfetto, chrome, folded } = flags;
  if ([perfetto, chrome, folded].filter(Boolean).length > 1) {
    throw new CliError(null, '--perfetto, --chrome and --folded exclude each other', 'take one of them');
  }
  if (perfetto && io.stdout.isTerminal()) {
    throw new CliError('--perfetto', 'refuses a terminal: it is no text', 'send it to a file: > trace.perfetto-trace');
  }
  const symbols = flags.symbols === undefined ? null : readSymbolFile(flags.symbols);
  const calls: TraceCall[] = [];
  let strange = 0;
  const reports = await readInputs(inputs, run, {
    onReport(report) {
      const lookup = symbols === null ? undefined : lookupFor(report, symbols, (why) => ui.note(why));
      for (const { record } of report.records) {
        if (record.type !== 'ftrace') continue;
        const reading = parseFtraceText(record.text.bytes, lookup);
        for (const call of reading.calls) calls.push(call);
        strange += reading.strangeLines;
      }
    },
  });
  if (strange > 0) ui.note(`${strange} lines of traces are not legible`);
  if (perfetto) io.stdout.write(perfettoTrace(calls));
  else if (chrome) io.stdout.write(chromeTrace(calls));
  else io.stdout.write(forTerminal(hostile(folded ? foldedPairs(calls) : calls.map(lineOf).join(''))));
  const status = statusOf(reports, flags.exitStatus === true);
  if (calls.length > 0 || status !== exitStatus.found) return status;
  ui.note('none of the records is a function trace');
  return exitStatus.nothing;
};

/** The counter counts calls; it is no time. */
function lineOf({ cpu, counter, function: name, caller }: TraceCall): string {
  return `CPU ${cpu}${counter === undefined ? '' : `  call ${counter}`}  ${name} <- ${caller}\n`;
}
