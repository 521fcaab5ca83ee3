import { type Command, readInputs } from '../command.js';
import { statusOf } from '../exit-status.js';
import { linesWriter, reportWriter } from '../json-documents.js';

/** True when the answer is to be JSON: the same document for every command. */
export function wantsJson(flags: { readonly json?: true; readonly jsonl?: true }): boolean {
  return flags.json === true || flags.jsonl === true;
}

/** `--json` and `--jsonl` of show, list and verify: every record as soon as it is found, then the end. */
export const writeJson: Command = async (inputs, run) => {
  const writer = run.flags.jsonl ? linesWriter(run.io.stdout) : reportWriter(run.io.stdout);
  const reports = await readInputs(inputs, run, { onRecord: writer.record });
  writer.end(reports);
  return statusOf(reports, run.flags.exitStatus === true);
};
