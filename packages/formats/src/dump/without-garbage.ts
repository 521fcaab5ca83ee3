import { slice, type TracedBytes } from '../bytes/traced.js';
import type { Finding } from '../finding.js';
import { looksLikeText, parsePartLine } from '../payload/dmesg.js';
import { legibleShare, legibleText } from '../payload/legible.js';
import { gradeOf, type PstoreRecord, type RecordType } from '../record.js';

/**
 * A record that the kernel does not show, its text without what damage made of it, and its grade. Streams carry no
 * check: one that damage changed can end cleanly all the same, in text that no kernel writes. A live record stays.
 */
export function withoutGarbage(record: PstoreRecord): PstoreRecord {
  const { state, type, text, payload, stored, compression } = record;
  if (state === 'live' || !isLog(type, text.bytes) || compression === 'unknown') return record;
  const sound = compression === undefined ? legibleText(text) : beforeGarbage(text);
  const lost = text.bytes.length - sound.bytes.length;
  // Of bytes that are no text at all nothing would be left to show.
  if (sound.bytes.length === 0) return { ...record, grade: 'possible' };
  if (lost < shortestGap) return record;
  const isMostlyText = compression !== undefined || legibleShare(text.bytes, sound.bytes) >= mostlyText;
  const detail = `${sound.bytes.length} of ${payload.bytes.length} bytes`;
  const code = compression === undefined ? 'recovered.gaps' : 'compress.broken';
  const findings: Finding[] = [...record.findings, { code, at: stored, detail: `${detail} of text are sound` }];
  return { ...record, text: sound, grade: isMostlyText ? gradeOf(findings) : 'possible', findings };
}

/** In bytes: the line that the end of a ring cuts is too short for `legibleText` to be sure of it, and no garbage. */
const shortestGap = 16;

/** Messages of user space can be binary. */
function isLog(type: RecordType, text: Uint8Array): boolean {
  return type === 'console' || type === 'dmesg' || (type === 'pmsg' && looksLikeText(text));
}

/** Below this share of text there is more than a log with some damage. */
const mostlyText = 0.4;

/** Lines that are not as a kernel since 3.5 writes them. None of 113 real dumps has one; what is quoted may be one. */
const mostStrange = 1;

/** The text up to the first of several lines that no kernel writes. */
function beforeGarbage(text: TracedBytes): TracedBytes {
  const lines = latin1.decode(text.bytes).split('\n');
  const first = parsePartLine(text.bytes) === null ? 0 : 1;
  const isTimed = timed.test(lines[first] ?? '');
  const strange = lines.flatMap((line, i) =>
    i >= first && i < lines.length - 1 && !(isTimed ? timed : untimed).test(line) ? i : [],
  );
  if (strange.length <= mostStrange) return text;
  const kept = lines.slice(0, strange[0]).reduce((sum, line) => sum + line.length + 1, 0);
  return slice(text, 0, kept);
}

const latin1 = new TextDecoder('latin1');
const timed = /^<\d{1,3}>\[ *\d+\.\d{6}\][\t\x20-\x7e\x80-\xff]*$/;
const untimed = /^<\d{1,3}>[\t\x20-\x7e\x80-\xff]*$/;
