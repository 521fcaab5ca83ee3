import type { HostileText } from '../../bytes/hostile.js';
import { reportsIn } from './crash-reports.js';
import type { CrashKind } from './headline.js';
import { kernelOffsetIn } from './kernel-offset.js';
import type { CrashReport, KernelOffset } from './report.js';
import { capture, type LogLine, logLines, quote, type Told } from './told.js';

/** What a log tells of a crash. */
export interface LogSummary {
  /** All of them, in the order of the log. */
  readonly reports: readonly CrashReport[];
  /** The panic that ended the kernel: the last one. */
  readonly panic?: CrashReport;
  /** What that panic says it stems from; absent where it is a matter of its own, or where the cause is not in the log. */
  readonly cause?: CrashReport;
  /**
   * The report to show first: the cause, else the panic, else the last of the worst kind (a dump is written right behind
   * the oops that it is about). A panic by sysrq leads itself: its cause is a key that was pressed.
   */
  readonly lead?: CrashReport;
  /** `Linux version …`, the last one. */
  readonly banner?: Told<HostileText>;
  readonly kernelOffset?: Told<KernelOffset>;
}

/** The words of a panic that names its cause, and the kinds of reports that such a cause is. */
const causes: readonly (readonly [RegExp, readonly CrashKind[]])[] = [
  [/Fatal exception|Fatal error|panic_on_oops|Oops - BUG|: Oops$/, ['oops', 'bug', 'ubsan', 'kasan']],
  [/Attempted to kill (?:init|the idle task)|Aiee, killing interrupt handler/, ['oops', 'bug', 'ubsan', 'kasan']],
  [/hung_task/, ['hung-task']],
  [/softlockup|soft lockup/i, ['soft-lockup']],
  [/hard LOCKUP|NMI watchdog|Watchdog detected/i, ['hard-lockup']],
  [/RCU Stall/i, ['rcu-stall']],
  [/[Oo]ut of memory|deadlocked on memory/, ['oom']],
  [/[Mm]achine check|Hardware Error|APEI|SError/, ['mce']],
  [/sysrq/i, ['sysrq']],
  [/panic_on_warn/, ['warning', 'kasan', 'kfence', 'kmsan', 'kcsan', 'ubsan', 'lockdep', 'bug']],
  [/watchdog/i, ['watchdog', 'hard-lockup', 'soft-lockup']],
];

/** From what a log without a panic is about to what is a notice only. */
const worstFirst: readonly CrashKind[] = [
  'panic',
  'oops',
  'bug',
  'kasan',
  'mce',
  'hard-lockup',
  'soft-lockup',
  'rcu-stall',
  'hung-task',
  'oom',
  'watchdog',
  'kfence',
  'kmsan',
  'ubsan',
  'kcsan',
  'lockdep',
  'warning',
  'sysrq',
];

/** What killed the kernel that wrote this log, or hurt it. `reports` are empty when nothing of it is in the text. */
export function summarizeLog(text: Uint8Array): LogSummary {
  const lines = logLines(text);
  const reports = reportsIn(lines, text);
  const last = reports.findLastIndex(({ kind }) => kind === 'panic');
  const panic = reports[last];
  const isBanner = ({ words }: LogLine) => words.startsWith('Linux version ');
  const booted = lines.findLast((line) => isBanner(line) && line.start < (panic?.title.from.start ?? 0))?.start ?? 0;
  const before = reports.slice(0, Math.max(last, 0)).filter(({ title }) => title.from.start >= booted);
  const cause = panic && causeOf(panic, before, text);
  const worst = worstFirst.find((kind) => reports.some((report) => report.kind === kind));
  const lead = (cause?.kind === 'sysrq' ? panic : cause) ?? panic ?? reports.findLast(({ kind }) => kind === worst);
  const bannerLine = lines.findLast(isBanner);
  const banner = bannerLine && capture(bannerLine, /^.+/d)?.[0];
  const kernelOffset = lines.findLast((line) => kernelOffsetIn(line) !== null);
  return {
    reports,
    ...(panic === undefined ? {} : { panic }),
    ...(cause === undefined ? {} : { cause }),
    ...(lead === undefined ? {} : { lead }),
    ...(banner === undefined ? {} : { banner: quote(text, banner) }),
    ...(kernelOffset === undefined ? {} : { kernelOffset: kernelOffsetIn(kernelOffset)! }),
  };
}

/** The last report of those before a panic that is of the kind which the panic names. */
function causeOf(panic: CrashReport, before: readonly CrashReport[], text: Uint8Array): CrashReport | undefined {
  const { start, end } = panic.title.from;
  const words = ascii.decode(text.subarray(start, end));
  const kinds = causes.find(([pattern]) => pattern.test(words))?.[1];
  return before.findLast(({ kind }) => kinds?.includes(kind));
}

const ascii = new TextDecoder('latin1');
