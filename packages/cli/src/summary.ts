import { findingKinds } from '@pstore-decode/formats';
import type { InputReport } from './inputs.js';
import { count, hex, humanSize } from './present/figures.js';
import { findingLine, inMediumOrder } from './present/finding-line.js';
import type { Ui } from './ui.js';

/** Damage listed beside the records; `verify` lists all. */
const listedDamage = 12;

/** The block about one input that goes with its records: what it is, what was found, what is wrong with it. */
export function summarise(ui: Ui, report: InputReport, liveOnly: boolean): void {
  if (report.recordCount > 0) tellRecords(ui, report);
  else if (report.failure === null && !report.interrupted) tellNothing(ui, report, liveOnly);
  if (report.failure !== null) ui.error(report.failure);
  if (report.interrupted) ui.note(`${report.input}: interrupted; partial: ${count(report.recordCount, 'record')}`);
}

/** What the reader inferred, in the form that can be pasted back. */
export function layoutsOf(report: InputReport): string[] {
  return report.findings.flatMap(({ code, detail }) =>
    code === 'area.layout' && detail !== undefined ? [detail] : [],
  );
}

function tellRecords(ui: Ui, report: InputReport): void {
  ui.note(`${report.input}: ${sizeInWords(report.size ?? 0)}; ${recordsInWords(report)}`);
  for (const layout of layoutsOf(report)) ui.note(`layout: --ramoops ${layout}`);
  for (const line of damageLines(report)) ui.detail(line);
}

function recordsInWords(report: InputReport): string {
  const types = [...report.types].map(([type, n]) => `${n} ${type}`).join(', ');
  const { note, damage, lost } = report.tally;
  return `${count(report.recordCount, 'record')} (${types}); ${count(note, 'note')}, ${damage} damage, ${lost} lost`;
}

function sizeInWords(size: number): string {
  return size < 1024 ? count(size, 'byte') : `${humanSize(size)} (${size} bytes)`;
}

/** The worst of it, in the order of the medium. */
function damageLines(report: InputReport): string[] {
  const lines = inMediumOrder(report.bad).slice(0, listedDamage).map(findingLine);
  const more = report.bad.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${more} more: pstore-decode verify lists them`];
}

/** Never silence: what was searched, what nearly matched, what it looks like, what to try. */
function tellNothing(ui: Ui, report: InputReport, liveOnly: boolean): void {
  const { input, size, appearance } = report;
  const rest: (readonly [string, string])[] = [];
  if (size !== 0) {
    const names = (appearance?.backends ?? []).join(', ');
    rest.push(['searched', `${sizeInWords(size ?? 0)} at every offset; backends: ${names}; ${nearHits(report)}`]);
  }
  if (appearance?.seen != null) rest.push(['seen', appearance.seen]);
  for (const line of damageLines(report)) rest.push(['found', line]);
  rest.push(['hint', actionFor(report) ?? appearance?.hint ?? (liveOnly ? leaveOut : hintFor(report))]);
  const detail =
    size === 0 ? 'the input is empty' : liveOnly ? 'that kernel would show no record' : 'no crash record found';
  ui.nothing(input, detail, rest);
}

/** What the catalogue says to a layout that does not fit, and to a medium that does not give its bytes. */
function actionFor(report: InputReport): string | null {
  const found = report.bad.find(({ code }) => code.startsWith('area.') || code.startsWith('medium.'));
  return found === undefined ? null : findingKinds[found.code].action;
}

const leaveOut = 'leave out --as-kernel to see what else is there';

function nearHits({ appearance }: InputReport): string {
  if (appearance === null) return 'no valid structure';
  const { nearHits: hits, firstNearHit, looked } = appearance;
  if (firstNearHit === null) return 'no signature';
  return `${count(hits, 'signature')} in the first ${humanSize(looked)}, the first at ${hex(firstNearHit)}, with no record behind`;
}

function hintFor({ size, appearance }: InputReport): string {
  if (size === 0) return 'copy the medium again; a copy of size 0 holds nothing';
  if (appearance !== null && appearance.nearHits > 0) {
    return 'name the layout of the kernel that wrote it: --ramoops record_size=0x8000,console_size=32K,ecc=1';
  }
  return 'check that this is the region or partition that the kernel wrote; damaged headers: name the layout with --ramoops record_size=…,console_size=…';
}
