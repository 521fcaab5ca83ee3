import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import { type DumpHints, type DumpReading, readCompressedDump } from '../dump/index.js';
import type { Finding } from '../finding.js';
import { type DmesgHeader, findDmesgHeaders, lineEnd, parseDmesgHeader } from './dmesg-header.js';

/** One dump of a dmesg zone. */
export interface Dump {
  /** Null for text in front of the first header line: the rest of a dump whose beginning was overwritten. */
  readonly header: DmesgHeader | null;
  /** Header and all, as it stands in the log. */
  readonly stored: TracedBytes;
  /** Everything that was decompressed, or the bytes behind the header as they stand. */
  readonly payload: TracedBytes;
  /** What of it can be trusted to be the text that was written. */
  readonly text: TracedBytes;
  /** Name of the compressor, or `unknown`; absent for plain text. */
  readonly compression?: string;
  /** Of a compressed dump: the bytes behind the header as the kernel reads it, and what becomes of them. */
  readonly seen?: { readonly source: TracedBytes; readonly reading: DumpReading };
  readonly findings: readonly Finding[];
}

/**
 * The dumps of one log, in the order in which they were written. Kernels before 5.5 append a dump to the one that is
 * there, so that a zone may hold several, and a wrapped ring begins with the rest of one.
 * @param doubtful ranges of the medium that ECC could not correct
 */
export function readDumps(log: TracedBytes, doubtful: readonly ByteRange[], hints: DumpHints, fuel: Fuel): Dump[] {
  const { bytes } = log;
  fuel.spend(bytes.length);
  const starts = [...new Set([0, ...findDmesgHeaders(bytes, 1)])];
  return starts.map((start, i) => {
    const stored = slice(log, start, starts[i + 1] ?? bytes.length);
    const dump = readDump(stored, doubtful, hints, fuel);
    return i === 0 ? dump : { ...dump, findings: [{ code: 'dmesg.appended', at: extent(stored) }, ...dump.findings] };
  });
}

function readDump(stored: TracedBytes, doubtful: readonly ByteRange[], hints: DumpHints, fuel: Fuel): Dump {
  const at = extent(stored);
  const header = parseDmesgHeader(stored.bytes);
  if (header === null) {
    return { header, stored, payload: stored, text: stored, findings: [{ code: 'dmesg.no-header', at }] };
  }
  const rest = slice(stored, header.length, stored.bytes.length);
  const empty: Finding[] = rest.bytes.length === 0 ? [{ code: 'dmesg.empty', at }] : [];
  if (!header.compressed) return { header, stored, payload: rest, text: rest, findings: empty };
  const seen = { source: rest, reading: readCompressedDump(rest, doubtful, hints, fuel) };
  const swallowed = seen.reading.complete ? null : withSwallowedBytes(stored, header, doubtful, hints, fuel);
  const { payload, text, compression, findings } = swallowed ?? seen.reading;
  return {
    header,
    stored,
    payload,
    text,
    ...(compression === undefined ? {} : { compression }),
    seen,
    findings: [...empty, ...findings],
  };
}

/** The kernel takes first bytes of a payload that are white space for part of the header line. Null when that is not so. */
function withSwallowedBytes(
  stored: TracedBytes,
  header: DmesgHeader,
  doubtful: readonly ByteRange[],
  hints: DumpHints,
  fuel: Fuel,
): DumpReading | null {
  const end = lineEnd(stored.bytes, header);
  if (end === header.length) return null;
  const reading = readCompressedDump(slice(stored, end, stored.bytes.length), doubtful, hints, fuel);
  if (!reading.complete) return null;
  const at = extent(slice(stored, end, header.length));
  return { ...reading, findings: [{ code: 'compress.whitespace', at }, ...reading.findings] };
}
