import { forJson, type HostileText, hull, slice, type TracedBytes } from '@pstore-decode/formats/bytes';
import {
  type CrashReport,
  formatFrame,
  type LogSummary,
  type RegisterValue,
  type StackFrame,
} from '@pstore-decode/formats/payload';
import type { NameFrame } from './crash-facts.js';

/** What a log tells of its crash, as JSON: `schema/report-1.json`, `$defs/summary`. Addresses are hexadecimal strings. */
export function summaryJson(
  { lead, panic, cause, reports, banner }: LogSummary,
  text: TracedBytes,
  nameOf: NameFrame,
): object {
  const number = (report: CrashReport | undefined) => (report === undefined ? -1 : reports.indexOf(report));
  return {
    ...(banner !== undefined && { banner: wordsOf(banner.value) }),
    reports: reports.map((report) => reportJson(report, text, (frame) => frameJson(frame, nameOf))),
    ...(lead !== undefined && { lead: number(lead) }),
    ...(panic !== undefined && { panic: number(panic) }),
    ...(cause !== undefined && { cause: number(cause) }),
  };
}

function reportJson(report: CrashReport, text: TracedBytes, frameJson: (frame: StackFrame) => object): object {
  const { faultAddress, kernelOffset, top, link, trace, registers, userRegisters, code, modules } = report;
  const at = hull(slice(text, report.range.start, report.range.end).spans.flatMap(({ from }) => from ?? []));
  const words = {
    title: report.title,
    message: report.message,
    oops: report.die,
    version: report.version,
    machine: report.hardware,
    command: report.comm,
  };
  const plain = {
    kernel: report.release,
    buildId: report.buildId,
    taint: report.taint,
    cpu: report.cpu,
    pid: report.pid,
    uid: report.uid,
  };
  return {
    kind: report.kind,
    signature: report.signature,
    ...Object.fromEntries(
      Object.entries(words).flatMap(([key, told]) => (told === undefined ? [] : [[key, wordsOf(told.value)]])),
    ),
    ...Object.fromEntries(
      Object.entries(plain).flatMap(([key, told]) => (told === undefined ? [] : [[key, told.value]])),
    ),
    ...(report.time !== undefined && { sinceBoot: report.time / 1e6 }),
    ...(report.architecture !== undefined && { architecture: report.architecture }),
    ...(faultAddress !== undefined && { faultAddress: hexWord(faultAddress.value) }),
    ...(kernelOffset !== undefined && { kernelOffset: hexWord(kernelOffset.value.offset) }),
    ...(top !== undefined && { top: frameJson(top) }),
    ...(link !== undefined && { link: frameJson(link) }),
    trace: trace.map(frameJson),
    registers: registersJson(registers),
    ...(userRegisters.length > 0 && { userRegisters: registersJson(userRegisters) }),
    ...(code.length > 0 && { code: code.map(({ value }) => wordsOf(value)) }),
    ...(modules.length > 0 && {
      modules: modules.map(({ name, flags }) => ({ name, ...(flags !== '' && { flags }) })),
    }),
    ...(at !== null && { start: at.start, end: at.end }),
  };
}

function frameJson(frame: StackFrame, nameOf: NameFrame): object {
  return { text: formatFrame(frame), ...(!frame.reliable && { reliable: false }), ...nameOf(frame) };
}

function registersJson(registers: readonly RegisterValue[]): object[] {
  return registers.map(({ name, value }) => ({ name, value: hexWord(value) }));
}

function wordsOf(text: HostileText): string {
  return forJson(text).text;
}

function hexWord(value: bigint): string {
  return `0x${value.toString(16)}`;
}
