import { type Finding, type FindingCode, findingKinds } from '@pstore-decode/formats';
import type { FolderReport, InputReport } from './inputs.js';
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
  return detailsOf(report, 'area.layout');
}

/**
 * Findings that belong beside the records: layouts that can be pasted back, where they stand, and how full their stores
 * are: dumps that fill that of UEFI keep firmware from being updated.
 */
const talk: readonly (readonly [FindingCode, string])[] = [
  ['area.layout', 'layout: --ramoops'],
  ['blk.partition', 'partition:'],
  ['blk.layout', 'layout: --blk'],
  ['efi.store', 'store:'],
  ['erst.store', 'store:'],
  ['mtdoops.region', 'layout:'],
];

function detailsOf(report: InputReport, wanted: FindingCode): string[] {
  return report.findings.flatMap(({ code, detail }) => (code === wanted && detail !== undefined ? [detail] : []));
}

function tellRecords(ui: Ui, report: InputReport): void {
  ui.note(`${report.input}: ${extentInWords(report)}; ${recordsInWords(report)}`);
  for (const [code, label] of talk) {
    for (const detail of detailsOf(report, code)) ui.note(`${label} ${detail}`);
  }
  for (const line of findingLines(report, report.bad)) ui.detail(line);
}

function recordsInWords(report: InputReport): string {
  const types = [...report.types].map(([type, n]) => `${n} ${type}`).join(', ');
  const { note, damage, lost } = report.tally;
  return `${count(report.recordCount, 'record')} (${types}); ${count(note, 'note')}, ${damage} damage, ${lost} lost`;
}

/** `35 of 47 files, 24 KiB (24680 bytes)`, or the size alone of what is no folder. */
function extentInWords({ folder, size, containers }: InputReport): string {
  const bytes = [sizeInWords(size ?? 0), ...containers].join(', ');
  return folder === null ? bytes : `${filesInWords(folder)}, ${bytes}`;
}

function filesInWords({ files, skipped }: FolderReport): string {
  return `${files.length} of ${count(files.length + skipped, 'file')}`;
}

function sizeInWords(size: number): string {
  return size < 1024 ? count(size, 'byte') : `${humanSize(size)} (${size} bytes)`;
}

/** The worst of it, in the order of the medium. */
function findingLines(report: InputReport, findings: readonly Finding[]): string[] {
  const lineOf = (finding: Finding) => findingLine(finding, report.folder?.files ?? []);
  const lines = inMediumOrder(findings).slice(0, listedDamage).map(lineOf);
  const more = findings.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${more} more: pstore-decode verify lists them`];
}

/** Never silence: what was searched, what nearly matched, what it looks like, what to try. */
function tellNothing(ui: Ui, report: InputReport, liveOnly: boolean): void {
  const { input, size, folder, appearance } = report;
  const rest: (readonly [string, string])[] = [];
  if (folder !== null) rest.push(['searched', `${filesInWords(folder)}: those whose names are known`]);
  else if (size !== 0) {
    const names = (appearance?.backends ?? []).join(', ');
    rest.push(['searched', `${sizeInWords(size ?? 0)} at every offset; backends: ${names}; ${nearHits(report)}`]);
  }
  if (report.containers.length > 0) rest.push(['inside of', report.containers.join(', in it ')]);
  if (appearance?.seen != null) rest.push(['seen', appearance.seen]);
  // Of a folder a mere note can be the reason: an empty file.
  const told = folder === null ? report.bad : report.findings;
  for (const line of findingLines(report, told)) rest.push(['found', line]);
  rest.push(['hint', actionFor(report) ?? appearance?.hint ?? (liveOnly && size !== 0 ? leaveOut : hintFor(report))]);
  const detail =
    size === 0 && folder === null
      ? 'the input is empty'
      : liveOnly
        ? 'that kernel would show no record'
        : 'no crash record found';
  ui.nothing(input, detail, rest);
}

/** What the catalogue says to a layout that does not fit, and to a medium that does not give its bytes. */
function actionFor(report: InputReport): string | null {
  const found = report.bad.find(({ code }) => code.startsWith('area.') || code.startsWith('medium.'));
  return found === undefined ? null : findingKinds[found.code].action;
}

/** What a person can compare with, and what to do about an image that lies in the folder. */
const knownNames =
  'known names: dmesg-ramoops-0, dmesg-efi_pstore-170000000001001.enc.z (of pstore, of systemd), dump-type0-1-1-1700000000-C-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0 (of efivarfs); an image is named itself, not its folder';

const leaveOut = 'leave out --as-kernel to see what else is there';

function nearHits({ appearance }: InputReport): string {
  if (appearance === null) return 'no valid structure';
  const { nearHits: hits, firstNearHit, looked } = appearance;
  if (firstNearHit === null) return 'no signature';
  return `${count(hits, 'signature')} in the first ${humanSize(looked)}, the first at ${hex(firstNearHit)}, with no record behind`;
}

function hintFor({ size, folder, appearance }: InputReport): string {
  if (folder !== null)
    return folder.files.length === 0 ? knownNames : 'copy the files again if their originals are still there';
  if (size === 0) return 'copy the medium again; a copy of size 0 holds nothing';
  if (appearance !== null && appearance.nearHits > 0) {
    return 'name the layout of the kernel that wrote it: --ramoops record_size=0x8000,console_size=32K,ecc=1';
  }
  return 'check that this is the region or partition that the kernel wrote; damaged headers: name the layout with --ramoops record_size=…,console_size=…; nothing left of them: --carve';
}
