import { type Command, readInputs } from '../command.js';
import { statusOf } from '../exit-status.js';
import { inputHeading } from '../present/heading.js';
import { listing } from '../present/listing.js';
import { wantsJson, writeJson } from './json.js';

/** A table with a line for each record, in the order of the medium. */
export const list: Command = async (inputs, run) => {
  if (wantsJson(run.flags)) return writeJson(inputs, run);
  const reports = await readInputs(inputs, run, {
    onReport(report) {
      if (report.recordCount === 0) return;
      if (inputs.length > 1) run.io.stdout.write(`${inputHeading(report.input)}\n`);
      run.io.stdout.write(listing(report.records));
    },
  });
  return statusOf(reports, run.flags.exitStatus === true);
};
