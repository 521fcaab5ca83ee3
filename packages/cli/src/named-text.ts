import type { PstoreRecord } from '@pstore-decode/formats';
import { type LogSummary, parseFtraceText, type SymbolLookup, summarizeLog } from '@pstore-decode/formats/payload';
import type { InputReport } from './inputs.js';
import { nameBehind } from './present/crash-facts.js';
import { logOf } from './present/order.js';
import { framesOf, type Symbols } from './symbols.js';

/**
 * Puts names behind the addresses in the text of a crash or a record; every byte of it stays.
 * @param texts what is printed of the records, one behind the other
 */
export type NameText = (records: readonly PstoreRecord[], texts: readonly Uint8Array[]) => readonly Uint8Array[];

/** @param tell why symbols are not used, or what is doubtful about them */
export function nameTextOf(report: InputReport, symbols: Symbols, tell: (why: string) => void): NameText {
  const lookup = lookupFor(report, symbols, tell);
  return (records, pieces) => {
    const type = records[0]?.type;
    if (type === 'ftrace') return pieces.map((piece) => (lookup === undefined ? piece : withCalls(piece, lookup)));
    return type === 'dmesg' || type === 'console' ? withFrames(pieces, symbols, tell) : pieces;
  };
}

/** Names for the addresses of a trace: kernels from 7.0 on store them as linked, others as they were. */
export function lookupFor(
  report: InputReport,
  symbols: Symbols,
  tell: (why: string) => void,
): SymbolLookup | undefined {
  if (!report.records.some(({ record }) => record.type === 'ftrace')) return undefined;
  const writer = report.findings.find(({ code }) => code === 'area.writer')?.detail ?? '';
  const logs = report.records.filter(({ record: { type } }) => type === 'dmesg' || type === 'console');
  const summaries: LogSummary[] = logs.map(({ record }) => summarizeLog(logOf([record]).bytes));
  const found = symbols.lookupFor(summaries, Number.parseInt(writer, 10) >= 7);
  if ('refused' in found) {
    tell(`symbols are not used: ${found.refused}`);
    return undefined;
  }
  if (found.doubt !== null) tell(found.doubt);
  return found.lookup;
}

/** ` (name+0x1f/0x200, 0xffffffff81000000 as linked)` behind each frame of each report. */
function withFrames(pieces: readonly Uint8Array[], symbols: Symbols, tell: (why: string) => void) {
  const summary = summarizeLog(joined(pieces));
  const found = summary.reports.length === 0 ? null : symbols.namesFor(summary);
  if (found?.refused != null) tell(`symbols are not used: ${found.refused}`);
  if (found === null || found.refused !== null) return pieces;
  const names = new Map<number, string>();
  for (const frame of framesOf(summary)) {
    const name = nameBehind(frame, found.nameOf);
    if (name !== '') names.set(frame.from.end, name);
  }
  const places = [...names].sort(([a], [b]) => a - b);
  let start = 0;
  let next = 0;
  return pieces.map((piece) => {
    const first = next;
    while ((places[next]?.[0] ?? Number.POSITIVE_INFINITY) <= start + piece.length) next += 1;
    const own = places.slice(first, next).map(([at, words]) => [at - start, words] as const);
    start += piece.length;
    return withInsertions(piece, own);
  });
}

/** ` (callee <- caller+0x1f/0x200)` behind each line with an address that has a name. */
function withCalls(text: Uint8Array, lookup: SymbolLookup): Uint8Array {
  const insertions: [number, string][] = [];
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf(0x0a, start);
    const end = feed < 0 ? text.length : feed;
    const [call] = parseFtraceText(text.subarray(start, end)).calls;
    start = end + 1;
    if (call === undefined) continue;
    const [callee, caller] = [lookup(call.ip), lookup(call.parentIp)];
    if (callee === null && caller === null) continue;
    const from = caller && `${caller.name}+0x${caller.offset.toString(16)}/0x${caller.size.toString(16)}`;
    insertions.push([end, ` (${callee?.name ?? call.function} <- ${from ?? call.caller})`]);
  }
  return withInsertions(text, insertions);
}

/** The text with words put in at ascending places. */
function withInsertions(text: Uint8Array, insertions: readonly (readonly [at: number, words: string])[]): Uint8Array {
  let copied = 0;
  const parts = insertions.flatMap(([at, words]) => {
    const before = text.subarray(copied, at);
    copied = at;
    return [before, new TextEncoder().encode(words)];
  });
  return joined([...parts, text.subarray(copied)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
