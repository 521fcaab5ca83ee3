import { forMessage, type HostileText, type TracedBytes } from '@pstore-decode/formats/bytes';
import {
  type CrashReport,
  formatFrame,
  type LogSummary,
  type RegisterValue,
  type StackFrame,
  type Told,
  taintFlags,
} from '@pstore-decode/formats/payload';
import { type Fact, fact, originOf } from './fact-lines.js';
import { count } from './figures.js';

/** What symbols say of a frame. */
export interface FrameName {
  /** Its address as the kernel was linked, for addr2line: `0xffffffff81000015`. */
  readonly linked: string;
  /** `name+0x1f/0x200` where it was printed as an address alone. */
  readonly name?: string;
}

export type NameFrame = (frame: StackFrame) => FrameName | null;

/** No symbols were given. */
export const noNames: NameFrame = () => null;

/** To stand behind the frame: ` (name+0x1f/0x200, 0xffffffff81000015 as linked)`; empty where nothing is known. */
export function nameBehind(frame: StackFrame, nameOf: NameFrame): string {
  const found = nameOf(frame);
  if (found === null) return '';
  return ` (${found.name === undefined ? '' : `${found.name}, `}${found.linked} as linked)`;
}

/** What a log tells of the crash that it ends with: the report that leads, the panic, and the others by their titles. */
export function crashFacts(
  { lead, panic, cause, reports, banner }: LogSummary,
  text: TracedBytes,
  nameOf: NameFrame,
): Fact[] {
  if (lead === undefined) return banner === undefined ? [] : [said('kernel', banner, text)];
  const others = reports.filter((report) => report !== lead && report !== panic);
  return [
    ...reportFacts(lead, text, nameOf),
    ...(panic !== undefined && panic !== lead ? [said('panic', panic.title, text)] : []),
    ...(panic !== undefined && cause === undefined && panic !== lead ? [fact('cause', 'not in this log')] : []),
    ...others.map(({ kind, title }) => said(`also ${kind}`, title, text)),
  ];
}

function reportFacts(report: CrashReport, text: TracedBytes, nameOf: NameFrame): Fact[] {
  const { taint, faultAddress, kernelOffset, top, link, modules, code } = report;
  return [
    fact('kind', report.kind),
    said('title', report.title, text),
    ...optional('message', report.message, text),
    ...optional('oops', report.die, text),
    ...(report.time === undefined ? [] : [fact('time', `${(report.time / 1e6).toFixed(6)} s since boot`)]),
    ...(faultAddress === undefined
      ? []
      : [fact('address', hexWord(faultAddress.value), originOf(text, faultAddress.from))]),
    ...optional('kernel', report.release, text),
    ...optional('version', report.version, text),
    ...optional('build id', report.buildId, text),
    ...optional('machine', report.hardware, text),
    ...(report.architecture === undefined ? [] : [fact('processor', report.architecture)]),
    ...optional('CPU', report.cpu, text),
    ...optional('PID', report.pid, text),
    ...optional('UID', report.uid, text),
    ...optional('command', report.comm, text),
    ...(taint === undefined ? [] : [fact('taint', taintInWords(taint.value), originOf(text, taint.from))]),
    ...(top === undefined ? [] : [frameFact('at', top, text, nameOf)]),
    ...(link === undefined ? [] : [frameFact('return to', link, text, nameOf)]),
    ...report.trace.map((frame, i) => frameFact(i === 0 ? 'trace' : '', frame, text, nameOf)),
    ...registerFacts('registers', report.registers, text),
    ...registerFacts('user space', report.userRegisters, text),
    ...code.map((line) => said('code', line, text)),
    ...(modules.length === 0
      ? []
      : [fact('modules', modules.map(({ name, flags }) => `${name}${flags && `(${flags})`}`).join(' '))]),
    ...(kernelOffset === undefined
      ? []
      : [fact('KASLR', `offset ${hexWord(kernelOffset.value.offset)}`, originOf(text, kernelOffset.from))]),
    fact('signature', report.signature),
  ];
}

function said(name: string, { value, from }: Told<HostileText | string | number>, text: TracedBytes): Fact {
  if (typeof value !== 'object') return fact(name, String(value), originOf(text, from));
  return { name, value: forMessage(value), origin: originOf(text, from) };
}

function optional(name: string, told: Told<HostileText | string | number> | undefined, text: TracedBytes): Fact[] {
  return told === undefined ? [] : [said(name, told, text)];
}

function frameFact(name: string, frame: StackFrame, text: TracedBytes, nameOf: NameFrame): Fact {
  const words = `${frame.reliable ? '' : '? '}${formatFrame(frame)}${nameBehind(frame, nameOf)}`;
  return fact(name, words, originOf(text, frame.from));
}

const registersInLine = 4;

function registerFacts(name: string, registers: readonly RegisterValue[], text: TracedBytes): Fact[] {
  const facts: Fact[] = [];
  for (let i = 0; i < registers.length; i += registersInLine) {
    const some = registers.slice(i, i + registersInLine);
    const words = some.map((register) => `${register.name} ${hexWord(register.value)}`).join('  ');
    const from = { start: some[0]!.from.start, end: some.at(-1)!.from.end };
    facts.push(fact(i === 0 ? name : '', words, originOf(text, from)));
  }
  return facts;
}

function taintInWords(letters: string): string {
  const flags = taintFlags(letters).map(({ letter, meaning }) => `${letter} ${meaning}`);
  return flags.length === 0 ? 'none' : `${letters}: ${flags.join(', ')} (${count(flags.length, 'flag')})`;
}

function hexWord(value: bigint): string {
  return `0x${value.toString(16)}`;
}
