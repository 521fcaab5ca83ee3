import { hull } from '../../bytes/range.js';
import { addDumpLine, dumpLineOf, ownFramesOf, type RegisterDump } from './dumps.js';
import { frameOf, place, plainFrames, type StackFrame } from './frame.js';
import { type CrashKind, dieKind, headlineKind, isDieLine } from './headline.js';
import { type Identity, identityIn, identityInTitle } from './identity.js';
import { kernelOffsetIn } from './kernel-offset.js';
import type { CrashReport, LoadedModule } from './report.js';
import { crashSignature, isReporting } from './signature.js';
import { capture, decimal, hexadecimal, type LogLine, logLines, quote, type Told } from './told.js';

/** A report while its lines come in. */
interface OpenReport {
  readonly kind: CrashKind;
  readonly title: LogLine;
  readonly dumps: RegisterDump[];
  readonly trace: StackFrame[];
  readonly code: CrashReport['code'][number][];
  last: LogLine;
  identity: Identity;
  /** `before`: no call trace yet; `in`: its frames come; `after`: it is over. */
  phase: 'before' | 'in' | 'after';
  frames?: CrashReport['architecture'];
  message?: LogLine;
  die?: LogLine;
  modules?: { line: LogLine; list: LoadedModule[] };
  isCode?: boolean;
  kernelOffset?: CrashReport['kernelOffset'];
}

const cutHere = /^(?:-{4,40}\[ cut here \]-{4,40}|8<--- cut here ---)$/;
const endOfReport = /^-{2,4}\[ end (?:trace|Kernel panic)/;
const banner = /^Linux version \d/;
const traceHeading = /^(?:Call [Tt]race|Backtrace): *$/;
const endOfTrace = /^(?: <\/TASK>|Exception stack\(|Last Breaking-Event-Address:|Modules linked in:)/;
const moduleList = /^Modules linked in: ?/;
const moduleName = /^([\w-]{1,64})(?:\(([A-Z+-]{1,24})\))?$/;
const codeLine = /^(?:Krnl )?Code: {0,1}(.+)/d;
const codeWords = /^[<(]?[0-9a-fX]{8}[>)]? [0-9a-fX<>() ]{0,200}$/;
const codeHeading = /^Instruction dump:$/;
const dieCount = /\[#(\d{1,6})\]/d;
const faultAddress = /(?:address:?|\bat) (?:0x)?([0-9a-f]{8,16})(?![\w.])/d;
const titlePlace = new RegExp(`^(?:WARNING|BUG: K[A-Z]{3,5}): .{1,400} ${place}`, 'd');

/** Every report in a log, in the order of their titles: a warning, then an oops, then the panic that it led to. */
export function crashReports(text: Uint8Array): CrashReport[] {
  return reportsIn(logLines(text), text);
}

/** The same for lines that are at hand. */
export function reportsIn(lines: readonly LogLine[], text: Uint8Array): CrashReport[] {
  const reports: CrashReport[] = [];
  let open: OpenReport | null = null;
  const close = () => {
    if (open !== null) reports.push(reportOf(open, text));
    open = null;
  };
  for (const [i, line] of lines.entries()) {
    const kind = kindOf(line, lines[i - 1], open);
    if (kind !== null) {
      close();
      open = begin(kind, line, lines, i, text);
    } else if (open !== null) {
      if (banner.test(line.words) || cutHere.test(line.words)) close();
      else if (read(open, line, text)) open.last = line;
      if (endOfReport.test(line.words)) close();
    }
  }
  close();
  return reports;
}

/** The kind of report that begins at a line; null when it belongs to the one that is open, or to none. */
function kindOf(line: LogLine, before: LogLine | undefined, open: OpenReport | null): CrashKind | null {
  const kind = headlineKind(line, before);
  if (kind !== null) {
    const goesOn = (kind === 'oom' || kind === 'mce') && open?.kind === kind;
    return goesOn ? null : kind;
  }
  if (!isDieLine(line)) return null;
  const belongs = (open?.kind === 'oops' || open?.kind === 'bug') && open.die === undefined && open.phase === 'before';
  return belongs ? null : dieKind(line);
}

function begin(kind: CrashKind, title: LogLine, lines: readonly LogLine[], at: number, text: Uint8Array): OpenReport {
  const open: OpenReport = {
    kind,
    title,
    dumps: [],
    trace: [],
    code: [],
    last: title,
    identity: identityInTitle(title, text),
    phase: 'before',
  };
  const message = messageOf(kind, lines, at);
  if (message !== undefined) open.message = message;
  return open;
}

/**
 * What is said along with a title: by WARN and BUG between the scissors and the title; by KASAN, UBSAN and WARN (where it
 * has no instruction of its own) on the line behind it, where neither a list of modules nor a process comes.
 */
function messageOf(kind: CrashKind, lines: readonly LogLine[], at: number): LogLine | undefined {
  const isCut = (line: LogLine | undefined) => line !== undefined && cutHere.test(line.words);
  if (kind === 'warning' || kind === 'bug') {
    const said = [3, 2].find((back) => isCut(lines[at - back]) && !isCut(lines[at - back + 1]));
    if (said !== undefined) return lines[at - said + 1];
  }
  const next = lines[at + 1];
  if (!['warning', 'ubsan', 'kasan'].includes(kind) || next === undefined || next.words === '') return undefined;
  return /^(?:Modules linked|CPU: |P[Ii][Dd]: |Hardware|Call |-)/.test(next.words) ? undefined : next;
}

/** Takes what a line says; false when it says nothing of a report. */
function read(open: OpenReport, line: LogLine, text: Uint8Array): boolean {
  if (endOfReport.test(line.words)) return true;
  // Who was killed for lack of memory, and further banks of a machine check: no reports of their own.
  if (headlineKind(line, undefined) === open.kind) {
    open.message ??= line;
    return true;
  }
  if (isDieLine(line)) {
    open.die ??= line;
    return true;
  }
  return (
    readTrace(open, line) || readCode(open, line, text) || readModules(open, line) || readIdentity(open, line, text)
  );
}

function readTrace(open: OpenReport, line: LogLine): boolean {
  if (traceHeading.test(line.words)) {
    open.phase = open.trace.length === 0 ? 'in' : 'after';
    return true;
  }
  if (open.phase === 'in' && open.trace.length > 0 && endOfTrace.test(line.words)) open.phase = 'after';
  const own = ownFramesOf(line);
  // 32-bit ARM had no heading before its stacks for long.
  if (own?.architecture === 'arm' && open.phase === 'before') open.phase = 'in';
  const frames = open.phase === 'in' ? (own?.frames ?? plainFrames(line)) : null;
  if (frames !== null) {
    const last = open.trace.at(-1);
    // The function of one line is the caller of the line before.
    const goesOn = frames.length > 1 && last?.symbol !== undefined && last.symbol === frames[0]?.symbol;
    open.trace.push(...(goesOn ? frames.slice(1) : frames));
    if (own !== null) open.frames = own.architecture;
    return true;
  }
  const dump = own === null ? dumpLineOf(line) : null;
  if (dump === null) return own !== null;
  addDumpLine(open.dumps, dump, open.phase !== 'before');
  return true;
}

function readCode(open: OpenReport, line: LogLine, text: Uint8Array): boolean {
  if (codeHeading.test(line.words)) {
    open.isCode = open.code.length === 0;
    return true;
  }
  const isWords = open.isCode === true && codeWords.test(line.words);
  const told = isWords ? capture(line, /^.+/d)?.[0] : capture(line, codeLine)?.[1];
  open.isCode = isWords;
  if (told === undefined) return false;
  // Behind the registers of user space stands the code of user space.
  const isKernels = open.dumps.at(-1)?.isUser !== true || open.dumps.at(-1)?.architecture === 'powerpc';
  if (isWords || (isKernels && open.code.length === 0)) open.code.push(quote(text, told));
  return true;
}

function readModules(open: OpenReport, line: LogLine): boolean {
  const { modules } = open;
  // A list longer than a line of the log goes on in the next one.
  const goesOn = modules !== undefined && modules.line.words.length > 500 && line.words.startsWith(' ');
  if (!goesOn && (modules !== undefined || !moduleList.test(line.words))) return false;
  const names = line.words
    .replace(moduleList, '')
    .replace(/ \[last unloaded: .*$/, '')
    .trim()
    .split(' ');
  const found = names.map((name) => moduleName.exec(name));
  if (goesOn && found.includes(null)) return false;
  open.modules = { line, list: modules?.list ?? [] };
  for (const name of found) if (name !== null) open.modules.list.push({ name: name[1]!, flags: name[2] ?? '' });
  return true;
}

function readIdentity(open: OpenReport, line: LogLine, text: Uint8Array): boolean {
  const offset = kernelOffsetIn(line);
  if (offset !== null) {
    open.kernelOffset ??= offset;
    return true;
  }
  const found = identityIn(line, text);
  // The line about the process knows better than the title, the first one better than those of other CPUs.
  const isProcess = found.pid !== undefined && open.identity.release === undefined;
  open.identity = isProcess ? { ...open.identity, ...found } : { ...found, ...open.identity };
  return Object.keys(found).length > 0;
}

function reportOf(open: OpenReport, text: Uint8Array): CrashReport {
  const { kind, title, message, die, modules, code, trace, last, identity, kernelOffset } = open;
  const titleWords = wholeLine(title);
  const dump = open.dumps.find(({ isInTrace, isUser }) => !isInTrace && !isUser);
  const user = open.dumps.find(({ isUser }) => isUser);
  const top = dump?.at ?? placeInTitle(title) ?? trace.find((frame) => frame.reliable && !isReporting(frame));
  const { time } = title.printk;
  const count = decimal(capture(die ?? title, dieCount)?.[1]);
  const address = kind === 'oops' ? hexadecimal(capture(title, faultAddress)?.[1]) : undefined;
  const architecture = (dump ?? open.dumps[0])?.architecture ?? open.frames;
  const optional = {
    time,
    message: message && quote(text, wholeLine(message)),
    die: die && quote(text, wholeLine(die)),
    dieCount: count,
    faultAddress: address,
    architecture,
    top,
    link: dump?.link,
    kernelOffset,
  };
  return {
    kind,
    title: quote(text, titleWords),
    ...identity,
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined),
    ) as Partial<CrashReport>),
    registers: dump?.registers ?? [],
    userRegisters: user?.registers ?? [],
    code,
    modules: modules?.list ?? [],
    trace,
    signature: crashSignature(kind, top, trace),
    range: hull([title.printk.range, last.printk.range])!,
  };
}

/** All words of a line, blanks at its end left out. */
function wholeLine(line: LogLine): Told<string> {
  const value = line.words.trimEnd();
  return { value, from: { start: line.start, end: line.start + value.length } };
}

function placeInTitle(title: LogLine): StackFrame | undefined {
  const found = capture(title, titlePlace);
  return found === null ? undefined : frameOf(found.slice(1), found[0]!.from);
}
