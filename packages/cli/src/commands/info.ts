import type { TracedBytes } from '@pstore-decode/formats/bytes';
import { type LogSummary, summarizeLog } from '@pstore-decode/formats/payload';
import { type Command, type CommonFlags, readInputs } from '../command.js';
import { sha256 } from '../digest.js';
import { statusOf } from '../exit-status.js';
import { linesWriter, reportWriter } from '../json-documents.js';
import { crashFacts, noNames } from '../present/crash-facts.js';
import { fact, factLines } from '../present/fact-lines.js';
import { bootHeading, inputHeading, notShownHeading, passageHeading } from '../present/heading.js';
import { logOf, type Passage, readingOrder } from '../present/order.js';
import { recordFacts } from '../present/record-facts.js';
import { type BootLog, bootLogs, boots, labelOf } from '../present/same-boot.js';
import { readSymbolFile } from '../symbols.js';
import { wantsJson } from './json.js';

export interface InfoFlags extends CommonFlags {
  readonly symbols?: string;
}

/** Everything that is known of each crash and record, with where it was read; no text. */
export const info: Command<InfoFlags> = async (inputs, run) => {
  const { io, flags, ui } = run;
  const symbols = flags.symbols === undefined ? null : readSymbolFile(flags.symbols);
  const namesFor = (summary: LogSummary) => {
    const found = symbols === null || summary.reports.length === 0 ? null : symbols.namesFor(summary);
    if (found?.refused != null) ui.note(`symbols are not used: ${found.refused}`);
    return found?.nameOf ?? noNames;
  };
  if (wantsJson(flags)) {
    const writer = flags.jsonl ? linesWriter(io.stdout, namesFor) : reportWriter(io.stdout, namesFor);
    const reports = await readInputs(inputs, run, {}, true);
    for (const report of reports) for (const found of report.records) writer.record(found);
    writer.end(reports);
    return statusOf(reports, flags.exitStatus === true);
  }
  const factsOf = (text: TracedBytes) => {
    const summary = summarizeLog(text.bytes);
    return crashFacts(summary, text, namesFor(summary));
  };
  const logs: BootLog[] = [];
  const reports = await readInputs(inputs, run, {
    onReport(report) {
      logs.push(...bootLogs(report));
      if (inputs.length > 1 && report.recordCount > 0) io.stdout.write(`${inputHeading(report.input)}\n\n`);
      const { live, rest } = readingOrder(report.records);
      for (const passage of live) write(passage);
      if (rest.length > 0) io.stdout.write(`${notShownHeading}\n\n`);
      for (const passage of rest) write(passage);
    },
  });
  for (const boot of boots(logs)) {
    const heading = bootHeading(boot.logs.map((log) => labelOf(log, logs)));
    io.stdout.write(`${heading}\n${factLines(boot.facts)}\n`);
  }
  return statusOf(reports, flags.exitStatus === true);

  function write(passage: Passage): void {
    const { parts } = passage;
    const isLog = parts[0]?.record.type === 'dmesg' || parts[0]?.record.type === 'console';
    const facts = isLog ? factsOf(logOf(parts.map(({ record }) => record))) : [];
    const ofParts = parts.flatMap((found) => [
      ...(parts.length > 1 ? [fact('part', `${found.record.part} is record ${found.index}`)] : []),
      ...recordFacts(found, sha256),
    ]);
    io.stdout.write(`${passageHeading(passage)}\n${factLines([...facts, ...ofParts])}\n`);
  }
};
