import { derive } from './bytes/traced.js';
import type { Finding } from './finding.js';
import {
  decodeLogEntry,
  isLoggerLog,
  logcatText,
  readLoggerFrames,
  readMachineCheck,
  readRtasLog,
  type SectionReading,
  sectionText,
} from './payload/index.js';
import type { PstoreRecord, RecordType } from './record.js';

/** What a person reads of a payload that is no text, and what there is to say about it. */
interface Interpretation {
  readonly text: Uint8Array;
  readonly detail?: string;
}

/** THE LIST, by record type. Null where the payload is text, or nothing that is known. Backends do ftrace themselves. */
const interpreters: { readonly [Type in RecordType]?: (payload: Uint8Array) => Interpretation | null } = {
  pmsg: loggerLog,
  mce: (payload) => section(readMachineCheck(payload), payload),
  rtas: (payload) => section(readRtasLog(payload), payload),
};

/** The record with its payload in words where that is binary and its backend left it so; any other as it is. */
export function interpret(record: PstoreRecord): PstoreRecord {
  if (record.text !== record.payload) return record;
  const found = interpreters[record.type]?.(record.payload.bytes) ?? null;
  if (found === null) return record;
  const told: Finding[] =
    found.detail === undefined ? [] : [{ code: 'pmsg.logger', at: record.stored, detail: found.detail }];
  return { ...record, text: derive(found.text, record.payload), findings: [...record.findings, ...told] };
}

function section(reading: SectionReading, payload: Uint8Array): Interpretation {
  return { text: new TextEncoder().encode(sectionText(reading, payload)) };
}

/** Log entries of Android hold zero bytes; text does not, and is told from them without a search. */
function loggerLog(pmsg: Uint8Array): Interpretation | null {
  if (!pmsg.includes(0)) return null;
  const reading = readLoggerFrames(pmsg);
  if (!isLoggerLog(reading, pmsg)) return null;
  const { frames, lost } = reading;
  const damaged = frames.filter(({ damage }) => damage.length > 0).length;
  const bytes = lost.reduce((sum, { start, end }) => sum + end - start, 0);
  const detail = `${frames.length} entries, ${damaged} of them damaged; ${bytes} of ${pmsg.length} bytes belong to none`;
  return { text: logcatText(frames.map((frame) => decodeLogEntry(frame))), detail };
}
