import { type Command, readInputs } from '../command.js';
import { statusOf } from '../exit-status.js';
import { allFindings } from '../inputs.js';
import { diagnosticLine, inMediumOrder } from '../present/finding-line.js';
import { wantsJson, writeJson } from './json.js';

/** No text: the findings, one a line, in the order of the medium. Damaged or lost bytes give exit status 3. */
export const verify: Command = async (inputs, run) => {
  if (wantsJson(run.flags)) return writeJson(inputs, { ...run, flags: { ...run.flags, exitStatus: true } });
  const reports = await readInputs(inputs, run, {
    onReport(report) {
      const findings = inMediumOrder(allFindings(report));
      run.io.stdout.write(
        findings.map((finding) => `${diagnosticLine(report.input, finding, report.folder?.files ?? [])}\n`).join(''),
      );
    },
  });
  return statusOf(reports, true);
};
