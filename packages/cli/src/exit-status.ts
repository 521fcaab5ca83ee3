import type { InputReport } from './inputs.js';

/** Stable interface: scripts read these. `docs/cli.md` lists them. */
export const exitStatus = {
  /** Text was obtained. */
  found: 0,
  /** Everything was read and no record is there. */
  nothing: 1,
  /** Usage, unreadable input, output not writable. */
  failed: 2,
  /** With `-e` or `verify`: bytes were damaged or lost. */
  damaged: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** Of many inputs: the worst of 2, then 3, then 0 if any gave records, else 1. */
export function statusOf(reports: readonly InputReport[], countDamage: boolean): ExitStatus {
  if (reports.some((report) => report.interrupted)) return exitStatus.interrupted;
  if (reports.some((report) => report.failure !== null)) return exitStatus.failed;
  if (countDamage && reports.some(({ tally }) => tally.damage + tally.lost > 0)) return exitStatus.damaged;
  return reports.some((report) => report.recordCount > 0) ? exitStatus.found : exitStatus.nothing;
}
