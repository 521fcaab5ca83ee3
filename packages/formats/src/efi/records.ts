import type { Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import type { DumpReading } from '../dump/index.js';
import type { Finding, Report } from '../finding.js';
import { efiRecordId } from '../kernel-efi-id.js';
import { type KernelVersion, newestKernel } from '../kernel-version.js';
import { parsePartLine } from '../payload/dmesg.js';
import { gradeOf, type PstoreRecord } from '../record.js';
import type { DumpVariable } from './dump-variable.js';
import { backendName, kernelView, readDump, readerOf, timeOf, typeOf } from './kernel-view.js';
import { parseDumpVariableName } from './variable-name.js';

/**
 * The records of variables that stand in the order of the firmware: those of the kernel's list first, then those that
 * the firmware would give it but it does not show, then the others.
 */
export function* recordsOfVariables(
  variables: readonly DumpVariable[],
  report: Report,
  hints: Hints,
  fuel: Fuel,
): Generator<PstoreRecord> {
  const reader = readerOf(variables, report, hints, fuel);
  const hidden: PstoreRecord[] = [];
  const shown = new Set<string>();
  let ended = false;
  for (const variable of variables) {
    if (variable.state !== 'live') continue;
    const reading = readDump(variable, hints, fuel);
    const view = kernelView(variable, reading, reader, hints, fuel);
    const record = recordOf(variable, reading, reader.kernel, fuel);
    if (view.endsList && !ended) {
      ended = true;
      report({ code: 'efi.list-ends', at: variable.stored });
    }
    const id = `${record.type} ${record.id}`;
    const isDuplicate = !ended && view.file !== null && shown.has(id);
    if (view.file !== null) shown.add(id);
    const duplicate: Finding[] = isDuplicate ? [{ code: 'efi.duplicate', at: variable.stored }] : [];
    const findings = [...record.findings, ...view.findings, ...duplicate];
    if (view.file !== null && !isDuplicate && !ended) yield { ...record, state: 'live', file: view.file, findings };
    else hidden.push({ ...record, state: 'hidden', grade: gradeOf(findings), findings });
  }
  yield* hidden;
  for (const variable of variables) {
    if (variable.state === 'live') continue;
    const record = recordOf(variable, readDump(variable, hints, fuel), reader.kernel, fuel);
    const isNamed = parseDumpVariableName(variable.name) !== null;
    const unnamed: Finding[] = isNamed ? [] : [{ code: 'efi.name', at: variable.stored }];
    const findings = [...record.findings, ...unnamed];
    yield { ...record, state: variable.state, grade: gradeOf(findings), findings };
  }
}

/** Everything of a record but what a kernel shows. Its id is that kernel's, the rest is what the name says. */
function recordOf(
  variable: DumpVariable,
  reading: DumpReading,
  kernel: KernelVersion,
  fuel: Fuel,
): Omit<PstoreRecord, 'state' | 'file'> {
  const { payload, text, compression } = reading;
  fuel.record(payload.bytes.length);
  const name = parseDumpVariableName(variable.name, newestKernel);
  const seen = parseDumpVariableName(variable.name, kernel) ?? name;
  const line = parsePartLine(text.bytes);
  const time = name === null ? undefined : timeOf(name);
  return {
    backend: backendName(kernel),
    type: seen === null ? (line === null ? 'unknown' : 'dmesg') : typeOf(seen),
    ...(seen === null ? {} : { id: efiRecordId(seen, kernel) }),
    ...(name === null ? {} : { part: name.part, count: name.count }),
    ...(line ?? {}),
    ...(time === undefined ? {} : { time }),
    ...(compression === undefined ? {} : { compression }),
    stored: variable.stored,
    payload,
    text,
    findings: [...variable.findings, ...reading.findings],
  };
}
