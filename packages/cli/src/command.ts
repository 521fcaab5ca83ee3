import type { Grade } from '@pstore-decode/formats';
import type { ExitStatus } from './exit-status.js';
import type { HintFlags } from './hints.js';
import type { FoundRecord, InputReport, Reading } from './inputs.js';
import { readInput } from './inputs.js';
import type { Io } from './io.js';
import type { ProgressMode } from './progress.js';
import { summarise } from './summary.js';
import type { Ui } from './ui.js';

/** The flags that every reading command takes. */
export interface CommonFlags extends HintFlags {
  readonly json?: true;
  readonly jsonl?: true;
  readonly quiet?: true;
  readonly exitStatus?: true;
  readonly progress: ProgressMode;
  readonly at?: string;
  readonly minGrade: Grade;
  readonly carve?: true;
  readonly threads?: string;
}

/** What a command works with. */
export interface Run<Flags extends CommonFlags = CommonFlags> {
  readonly flags: Flags;
  readonly io: Io;
  readonly ui: Ui;
  readonly reading: Reading;
}

/** @throws CliError, OutputClosed; see run.ts */
export type Command<Flags extends CommonFlags = CommonFlags> = (
  inputs: readonly string[],
  run: Run<Flags>,
) => Promise<ExitStatus>;

export interface Telling {
  /** Told while the walk goes on; with it the records are not kept. */
  readonly onRecord?: (found: FoundRecord) => void;
  /** Told when an input is read, before the talk about it. */
  readonly onReport?: (report: InputReport) => void;
}

/**
 * Reads the inputs one after the other and says what became of each. One that cannot be read does not keep the next
 * from being read; Ctrl-C ends it. The records of a report are gone afterwards unless `keep` is given.
 */
export async function readInputs(
  inputs: readonly string[],
  run: Run,
  telling: Telling,
  keep = false,
): Promise<InputReport[]> {
  const reports: InputReport[] = [];
  for (const input of inputs) {
    const report = await readInput(input, run.reading, telling.onRecord);
    telling.onReport?.(report);
    summarise(run.ui, report, run.reading.liveOnly);
    reports.push(keep ? report : { ...report, records: [] });
    if (report.interrupted) break;
  }
  return reports;
}
