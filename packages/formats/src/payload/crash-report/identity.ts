import type { CrashReport } from './report.js';
import { capture, decimal, type LogLine, quote, type Told } from './told.js';

/** What the lines about the process and the kernel say. */
export type Identity = Pick<
  CrashReport,
  'cpu' | 'uid' | 'pid' | 'comm' | 'taint' | 'release' | 'version' | 'buildId' | 'hardware'
>;

/**
 * `CPU: 0 UID: 0 PID: 37 Comm: init Not tainted …` (dump_stack_print_info; the user since 6.12), up to 3.9
 * `Pid: 1, comm: swapper Not tainted …`.
 */
const process =
  /^(?:CPU: (\d{1,5}) )?(?:UID: (\d{1,10}) )?P[Ii][Dd]: (\d{1,10}),? [Cc]omm: (.{0,64}?) (?=Not tainted|Tainted: )/d;

/** `Tainted: G      D            6.1.0-28-amd64 #1 Debian …`; up to 2.6.38 the release in parentheses. */
const kernel =
  /(?:^| )(?:Not tainted|Tainted: ([A-Z][A-Z ]{0,60})) {1,24}\(?(\d{1,2}\.\d{1,3}[\w.+~-]{0,100}) (#\d{1,6}.{0,200})/d;

/** Lockdep has it the other way round: `7.2.13 #1 Not tainted`. */
const kernelBefore = /^(\d{1,2}\.\d{1,3}[\w.+~-]{0,100}) (#\d{1,6}) (?:Not tainted|Tainted: ([A-Z][A-Z ]{0,60}))/d;

const notTainted = /Not tainted/d;
const buildId = / ([0-9a-f]{40}) *$/d;
const hardware = /^(?:Hardware name|Machine model|Hardware): (.+)$/d;

/** `CPU: 0 PID: 29 at …`, `…, CPU#1: init/37`, `BUG: soft lockup - CPU#1 stuck for 22s! [comm:123]`, `INFO: task comm:123 blocked …`. */
const inTitle: readonly RegExp[] = [
  /^WARNING: CPU: (?<cpu>\d{1,5}) PID: (?<pid>\d{1,10}) at /d,
  /, CPU#(?<cpu>\d{1,5}): (?<comm>.{1,64})\/(?<pid>\d{1,10})$/d,
  / CPU#(?<cpu>\d{1,5}) stuck for .{1,40}\[(?<comm>.{1,64}):(?<pid>\d{1,10})\]/d,
  /^INFO: task (?<comm>.{1,64}):(?<pid>\d{1,10}) blocked /d,
  /^(?<comm>.{1,64}) invoked oom-killer: /d,
  /\b(?:cpu |CPU |CPU:)(?<cpu>\d{1,5})\b/d,
];

/** What one line of a report says; empty for a line that says nothing of it. */
export function identityIn(line: LogLine, text: Uint8Array): Identity {
  const name = capture(line, hardware)?.[1];
  if (name !== undefined) return { hardware: quote(text, name) };
  const [, cpu, uid, pid, comm] = capture(line, process) ?? [];
  return {
    ...present({ cpu: decimal(cpu), uid: decimal(uid), pid: decimal(pid), comm: comm && quote(text, comm) }),
    ...kernelIn(line, text),
  };
}

/** What the title says, where no other line does. */
export function identityInTitle(line: LogLine, text: Uint8Array): Identity {
  for (const pattern of inTitle) {
    const found = pattern.exec(line.words);
    if (found?.indices?.groups === undefined) continue;
    const told = (group: string): Told<string> | undefined => {
      const at = found.indices?.groups?.[group];
      return at && { value: found.groups?.[group] ?? '', from: { start: line.start + at[0], end: line.start + at[1] } };
    };
    const comm = told('comm');
    return present({ cpu: decimal(told('cpu')), pid: decimal(told('pid')), comm: comm && quote(text, comm) });
  }
  return {};
}

function kernelIn(line: LogLine, text: Uint8Array): Identity {
  const after = capture(line, kernel);
  const before = after === null ? capture(line, kernelBefore) : null;
  const [letters, release, version] = after?.slice(1) ?? [before?.[3], before?.[1], before?.[2]];
  if (release === undefined || version === undefined) return {};
  const stated = letters ?? capture(line, notTainted)?.[0];
  return present({
    taint: stated && { value: letters === undefined ? '' : letters.value.replaceAll(' ', ''), from: stated.from },
    release,
    version: quote(text, version),
    buildId: capture(line, buildId)?.[1],
  });
}

function present<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
