import type { LogLine } from './told.js';

/** What kind of report a headline begins. */
export const crashKinds = [
  'panic',
  'oops',
  'bug',
  'warning',
  'soft-lockup',
  'hard-lockup',
  'hung-task',
  'rcu-stall',
  'oom',
  'kasan',
  'kfence',
  'kmsan',
  'kcsan',
  'ubsan',
  'lockdep',
  'mce',
  'watchdog',
  'sysrq',
] as const;

export type CrashKind = (typeof crashKinds)[number];

/** The first that matches counts. */
const headlines: readonly (readonly [CrashKind, RegExp])[] = [
  ['panic', /^Kernel panic(?: - not syncing)?:/],
  ['kasan', /^BUG: KASAN: /],
  ['kfence', /^BUG: KFENCE: /],
  ['kmsan', /^BUG: KMSAN: /],
  ['kcsan', /^BUG: KCSAN: /],
  ['ubsan', /^UBSAN: /],
  ['soft-lockup', /^(?:NMI )?(?:watchdog: )?BUG: soft lockup - CPU#/],
  ['hard-lockup', /^(?:NMI )?[Ww]atchdog:? .{0,60}\b[Hh]ard LOCKUP/],
  ['hard-lockup', /^(?:BUG: )?NMI Watchdog detected LOCKUP/],
  ['hung-task', /^INFO: task .{1,64}:\d{1,10} blocked /],
  ['rcu-stall', /^(?:rcu: )?INFO: rcu_[a-z_]{1,32} (?:self-)?detected (?:expedited )?stall/],
  ['oom', /^.{1,64} invoked oom-killer: /],
  ['oom', /^(?:Memory cgroup o|O)ut of memory/],
  ['mce', /^(?:mce: )?(?:\[Hardware Error\]: )?CPU \d{1,5}: Machine Check/],
  ['mce', /^(?:\{\d{1,9}\})?\[Hardware Error\]: Hardware error from APEI/],
  ['mce', /^MCE: CPU\d{1,5}: machine check/],
  ['watchdog', /^(?:softdog: Initiating system reboot|watchdog: watchdog\d{1,3}: )/],
  ['sysrq', /^(?:sysrq: )?[Ss]ys[Rr]q ?: (?:Trigger a crash|Resetting|Power Off)/],
  ['warning', /^WARNING: (?:CPU: \d{1,5} PID: \d{1,10} )?at /],
  ['warning', /^WARNING: [^ ]{1,256}:\d{1,9} at /],
  ['bug', /^kernel BUG at /],
  ['oops', /^BUG: (?:[Uu]nable to handle|[Kk]ernel NULL pointer dereference|.{0,32}stack guard page was hit)/],
  ['bug', /^BUG: /],
  ['oops', /^(?:CPU \d{1,5} )?Unable to handle kernel /],
  ['oops', /^Unhandled (?:fault|prefetch abort): /],
  ['oops', /^Insufficient stack space to handle exception/],
  ['oops', /^(?:traps: )?PANIC: double fault/],
  ['oops', /^(?:SError Interrupt|Bad mode in |Bad kernel stack pointer )/],
];

/** Lockdep and RCU's checks frame their headline: `WARNING: …`, up to 4.11 `[ INFO: … ]`, behind a line of `=`. */
const lockdepHeadline = /^(?:WARNING: |\[ INFO: )/;
const ruler = /^={20,}$/;

/** `Oops: 0000 [#1] SMP`, `Internal error: …`, `Oops[#1]:`: the line with the number of the oops since boot (die). */
const dieLine = /^[A-Za-z].{0,200}\[#\d{1,6}\]/;

/** Whether a line is one that `die` prints. It begins a report only where no headline stands before it. */
export function isDieLine(line: LogLine): boolean {
  return dieLine.test(line.words);
}

/** The kind of report that begins at a line; null when none does. */
export function headlineKind(line: LogLine, before: LogLine | undefined): CrashKind | null {
  const { words } = line;
  if (before !== undefined && lockdepHeadline.test(words) && ruler.test(before.words)) return 'lockdep';
  return headlines.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}

/** The kind of a report that has no other headline than its die line. */
export function dieKind({ words }: LogLine): CrashKind {
  if (words.includes('UBSAN')) return 'ubsan';
  return /\bBUG\b|[Kk]ernel [Bb][Uu][Gg]/.test(words.slice(0, words.indexOf('[#'))) ? 'bug' : 'oops';
}
