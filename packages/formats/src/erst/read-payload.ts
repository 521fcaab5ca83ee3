import type { Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { derive, type TracedBytes } from '../bytes/traced.js';
import { type DumpReading, readCompressedDump } from '../dump/index.js';
import type { Finding } from '../finding.js';
import { looksLikeText, parsePartLine } from '../payload/dmesg.js';
import type { RecordType, Timestamp } from '../record.js';
import { describeCper } from './cper.js';
import { foreignText } from './foreign.js';
import type { FoundRecord } from './found-record.js';
import { decodeMachineCheck, machineCheckText } from './machine-check.js';
import { decodeBcdTime, decodeSeconds } from './timestamp.js';

/** What a record says. */
export interface PayloadReading extends DumpReading {
  readonly type: RecordType;
  readonly time?: Timestamp;
}

/** The payload of a record, decompressed, and a text of it where it is binary. */
export function readPayload(record: FoundRecord, hints: Hints, fuel: Fuel): PayloadReading {
  const { cper, isPstore, section, payload } = record;
  fuel.spend(payload.bytes.length);
  const time = record.isSound ? headerTime(record) : undefined;
  const timed = time === undefined ? {} : { time };
  if (!isPstore && cper !== null) {
    const text = textOf(foreignText(cper), payload);
    const findings: Finding[] = [{ code: 'erst.foreign', at: record.stored, detail: describeCper(cper) }];
    return { type: 'unknown', payload, text, complete: true, findings, ...timed };
  }
  if (section === 'mce') return readMachineCheck(payload, time);
  if (section === 'dmesg_z') return { type: 'dmesg', ...readCompressedDump(payload, [], hints, fuel), ...timed };
  const plain: DumpReading = { payload, text: payload, complete: true, findings: [] };
  const isDump = parsePartLine(payload.bytes) !== null;
  const hidden = isDump || looksLikeText(payload.bytes) ? null : compressedDump(record, hints, fuel);
  const type = section === 'dmesg' || isDump || hidden !== null ? 'dmesg' : 'unknown';
  const unknown: Finding[] =
    section === null && cper !== null ? [{ code: 'erst.section', at: record.stored, detail: describeCper(cper) }] : [];
  const reading = hidden ?? plain;
  return { type, ...reading, findings: [...unknown, ...reading.findings], ...timed };
}

/** A dump that is compressed though its section type does not say so; null when nothing decompresses it to one. */
function compressedDump({ payload, stored }: FoundRecord, hints: Hints, fuel: Fuel): DumpReading | null {
  if (payload.bytes.length === 0) return null;
  const reading = readCompressedDump(payload, [], hints, fuel);
  if (!reading.complete || parsePartLine(reading.payload.bytes) === null) return null;
  return { ...reading, findings: [{ code: 'erst.unmarked', at: stored }, ...reading.findings] };
}

function readMachineCheck(payload: TracedBytes, time: Timestamp | undefined): PayloadReading {
  const check = decodeMachineCheck(payload.bytes);
  const text = check === null ? payload : textOf(machineCheckText(check, payload.bytes.length), payload);
  // The kernel leaves the time in the header unset; the check has its own.
  const own = check === null || check.time === 0n ? undefined : { seconds: check.time, nanoseconds: 0 };
  const found = time ?? own;
  return { type: 'mce', payload, text, complete: true, findings: [], ...(found === undefined ? {} : { time: found }) };
}

/** The time in the header, where it says that it has one: seconds of pstore, else BCD. 0 is no time to the kernel. */
export function headerTime({ cper, isPstore }: Pick<FoundRecord, 'cper' | 'isPstore'>): Timestamp | undefined {
  if (cper === null || (cper.header.validationBits & 2) === 0) return undefined;
  if (!isPstore) return decodeBcdTime(cper.header.timestamp)?.time;
  const seconds = decodeSeconds(cper.header.timestamp);
  return seconds === 0n ? undefined : { seconds, nanoseconds: 0 };
}

function textOf(text: string, source: TracedBytes): TracedBytes {
  return derive(new TextEncoder().encode(text), source);
}
