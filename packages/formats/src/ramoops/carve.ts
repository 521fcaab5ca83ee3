import type { Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import { compressors } from '../compress/index.js';
import { parsePartLine } from '../payload/dmesg.js';
import { kernelLogLines, legibleText } from '../payload/legible.js';
import type { PstoreRecord } from '../record.js';
import { type DmesgHeader, endsDumpLine, parseDmesgHeader } from './dmesg-header.js';
import { effortOf } from './effort.js';
import { dumpTime } from './kernel.js';
import { beginning, beginsDump, dumpAt, type RecoveredDump } from './recover-dump.js';

/**
 * Dumps that no zone holds, by the looks of their header lines: in what a layout leaves open, behind a shorter dump, in a
 * zone whose size was guessed wrong. The `====` may be lost. A line counts where a dump begins behind it.
 * @param taken ranges that records hold already
 */
export function* carveDumps(
  area: TracedBytes,
  taken: readonly ByteRange[],
  hints: Hints,
  fuel: Fuel,
): Generator<PstoreRecord> {
  const { bytes } = area;
  const start = extent(area)?.start ?? 0;
  const isTaken = holdsIn(taken);
  const effort = effortOf(2 ** 26 + mostReads * bytes.length);
  for (let at = nextLine(bytes, 0); at !== null; ) {
    const payloadAt = at + lineTail;
    let next = payloadAt;
    if (
      !isTaken(start + payloadAt) &&
      beginsDump(bytes.subarray(payloadAt, payloadAt + beginning), compressors, fuel)
    ) {
      const from = lineStart(bytes, at);
      const piece = slice(area, from, Math.min(bytes.length, from + largestDump));
      const dump = dumpAt(piece, payloadAt - from, [], hints, fuel);
      if (dump !== null) yield carvedRecord(dump, parseDmesgHeader(piece.bytes));
      if (dump?.isSound === true) next = from + dump.stored.bytes.length;
      effort.spend(dump === null ? 0 : dump.stored.bytes.length + dump.payload.bytes.length);
    }
    if (!effort.spend(trial)) return;
    at = nextLine(bytes, next);
  }
}

/** How often a byte may be read on average: lines that stand close together claim the same bytes. */
const mostReads = 16;

/** What it costs to see that nothing begins behind a line, in bytes read. */
const trial = 2 ** 17;

/** Larger zones of dumps are not made. */
const largestDump = 1 << 20;

/** Whether a place stands in one of the ranges; to be asked in ascending order. */
function holdsIn(ranges: readonly ByteRange[]): (at: number) => boolean {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  let next = 0;
  let end = 0;
  return (at) => {
    for (let range = sorted[next]; range !== undefined && range.start <= at; range = sorted[++next])
      end = Math.max(end, range.end);
    return at < end;
  };
}

function carvedRecord(dump: RecoveredDump, header: DmesgHeader | null): PstoreRecord {
  const { payload, text, compression, isSound, stored, findings } = dump;
  const time = header === null ? undefined : dumpTime(header);
  const at = extent(stored) as ByteRange;
  return {
    backend: 'ramoops',
    type: 'dmesg',
    state: 'carved',
    grade: isSound ? 'probable' : 'possible',
    ...parsePartLine(payload.bytes),
    ...(time === undefined ? {} : { time }),
    ...(compression === undefined ? {} : { compression }),
    stored: at,
    payload,
    text,
    findings: [{ code: 'recovered.carved', at }, ...findings],
  };
}

/** The lines of a log with priority and time in an area that has no structure left; null where they are fewer than a few. */
export function carveLog(area: TracedBytes): PstoreRecord | null {
  const text = kernelLogLines(legibleText(area));
  const at = extent(text);
  if (at === null || text.bytes.length < shortestLog) return null;
  return {
    backend: 'ramoops',
    type: 'dmesg',
    state: 'carved',
    grade: 'possible',
    stored: at,
    payload: text,
    text,
    findings: [{ code: 'recovered.carved', at }],
  };
}

/** In bytes, about three lines. */
const shortestLog = 160;

const minus = 0x2d;
/** The minus, the letter and a line feed. */
const lineTail = 3;

/** Where the minus of the next header line stands. */
function nextLine(bytes: Uint8Array, from: number): number | null {
  for (let at = bytes.indexOf(minus, from); at >= 0; at = bytes.indexOf(minus, at + 1)) {
    if (endsDumpLine(bytes, at)) return at;
  }
  return null;
}

/** Back over digits, the point and equals signs. */
function lineStart(bytes: Uint8Array, minusAt: number): number {
  let at = minusAt;
  while (at > 0 && minusAt - at < 36 && /[\d.=]/.test(String.fromCharCode(bytes[at - 1] as number))) at -= 1;
  return at;
}
