import type { Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import type { Finding, Report } from '../finding.js';
import type { KernelVersion } from '../kernel-version.js';
import { parsePartLine } from '../payload/dmesg.js';
import { gradeOf, type PstoreRecord } from '../record.js';
import type { FoundRecord } from './found-record.js';
import { kernelView } from './kernel-view.js';
import { type PayloadReading, readPayload } from './read-payload.js';

/**
 * The records of one storage in the order in which they stand, which is that of the firmware: those of the kernel's
 * list first, then those that the firmware would give it but it does not show, then the others.
 * @param unreadable where the firmware names a record that nobody can read, ascending: the list ends there
 */
export function* recordsOf(
  found: readonly FoundRecord[],
  unreadable: readonly ByteRange[],
  kernel: KernelVersion,
  report: Report,
  hints: Hints,
  fuel: Fuel,
): Generator<PstoreRecord> {
  const hidden: PstoreRecord[] = [];
  const shown = new Set<bigint | undefined>();
  const [end] = unreadable;
  let ended = false;
  const endList = (at: ByteRange) => {
    if (!ended) report({ code: 'erst.list-ends', at });
    ended = true;
  };
  for (const each of found) {
    if (each.state !== 'live') continue;
    if (end !== undefined && each.stored.start > end.start) endList(end);
    const reading = readPayload(each, hints, fuel);
    const view = kernelView(each, reading, kernel, hints, fuel);
    if (view.endsList) endList(each.stored);
    const isDuplicate = shown.has(each.id);
    shown.add(each.id);
    const duplicate: Finding[] = isDuplicate ? [{ code: 'erst.duplicate', at: each.stored }] : [];
    const record = recordOf(each, reading, fuel, [...view.findings, ...duplicate]);
    if (view.file !== null && !isDuplicate && !ended) yield { ...record, state: 'live', file: view.file };
    else hidden.push({ ...record, state: 'hidden', grade: gradeOf(record.findings) });
  }
  if (end !== undefined) endList(end);
  yield* hidden;
  for (const each of found) {
    if (each.state === 'live') continue;
    const record = recordOf(each, readPayload(each, hints, fuel), fuel, []);
    yield { ...record, state: each.state, grade: gradeOf(record.findings) };
  }
}

/** Everything of a record but what a kernel shows. */
function recordOf(
  found: FoundRecord,
  reading: PayloadReading,
  fuel: Fuel,
  more: readonly Finding[],
): Omit<PstoreRecord, 'state' | 'file'> {
  const { type, payload, text, compression, time } = reading;
  fuel.record(payload.bytes.length);
  return {
    backend: 'erst',
    type,
    ...(found.id === undefined ? {} : { id: found.id }),
    ...(type === 'dmesg' ? parsePartLine(text.bytes) : {}),
    ...(time === undefined ? {} : { time }),
    ...(compression === undefined ? {} : { compression }),
    stored: found.stored,
    payload,
    text,
    findings: [...found.findings, ...reading.findings, ...more],
  };
}
