import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import { derive, extent, slice, type TracedBytes } from '../bytes/traced.js';
import { compressors, zlibWindowBits } from '../compress/index.js';
import type { Finding, FindingCode } from '../finding.js';
import type { CompressedStream } from '../kernel-file.js';
import { parsePartLine } from '../payload/dmesg.js';
import { type DmesgHeader, findDmesgHeaders, lineEnd, parseDmesgHeader } from './dmesg-header.js';

/** One dump of a dmesg zone. */
export interface Dump {
  /** Null for text in front of the first header line: the rest of a dump whose beginning was overwritten. */
  readonly header: DmesgHeader | null;
  /** Header and all, as it stands in the log. */
  readonly stored: TracedBytes;
  /** The text; the stored bytes behind the header where nothing could decompress them. */
  readonly payload: TracedBytes;
  /** Name of the compressor, or `unknown`; absent for plain text. */
  readonly compression?: string;
  /** What the kernel's decompressor meets behind the header as the kernel reads it. */
  readonly stream?: CompressedStream;
  readonly findings: readonly Finding[];
}

/**
 * The dumps of one log, in the order in which they were written. Kernels before 5.5 append a dump to the one that is
 * there, so that a zone may hold several, and a wrapped ring begins with the rest of one.
 * @param doubtful ranges of the medium that ECC could not correct
 */
export function readDumps(log: TracedBytes, doubtful: readonly ByteRange[], fuel: Fuel): Dump[] {
  const { bytes } = log;
  fuel.spend(bytes.length);
  const starts = [...new Set([0, ...findDmesgHeaders(bytes, 1)])];
  return starts.map((start, i) => readDump(slice(log, start, starts[i + 1] ?? bytes.length), i > 0, doubtful, fuel));
}

function readDump(stored: TracedBytes, appended: boolean, doubtful: readonly ByteRange[], fuel: Fuel): Dump {
  const at = extent(stored);
  const header = parseDmesgHeader(stored.bytes);
  const findings: Finding[] = [];
  if (appended) findings.push({ code: 'dmesg.appended', at });
  if (header === null)
    return { header, stored, payload: stored, findings: [...findings, { code: 'dmesg.no-header', at }] };
  const rest = slice(stored, header.length, stored.bytes.length);
  if (rest.bytes.length === 0) findings.push({ code: 'dmesg.empty', at });
  if (!header.compressed) return { header, stored, payload: rest, findings };
  const first = decompress(rest, fuel);
  const second = first.stream.complete ? null : withSwallowedByte(stored, header, fuel);
  const best = second ?? first;
  if (second !== null) findings.push({ code: 'compress.whitespace', at: extent(rest) });
  if (best.fault !== null) findings.push(best.fault);
  if (best.fault === null && overlaps(best.source, doubtful))
    findings.push({ code: 'compress.suspect', at: extent(best.source) });
  const compression = best.fault?.code === 'compress.unknown' ? 'unknown' : best.stream.compression;
  return { header, stored, payload: best.payload, compression, stream: first.stream, findings };
}

interface Decompression {
  /** The compressed bytes that were used. */
  readonly source: TracedBytes;
  readonly payload: TracedBytes;
  readonly stream: CompressedStream;
  readonly fault: Finding | null;
}

/** The kernel takes a first payload byte that is white space for part of the header line. Null when that is not so. */
function withSwallowedByte(stored: TracedBytes, header: DmesgHeader, fuel: Fuel): Decompression | null {
  const end = lineEnd(stored.bytes, header);
  if (end === header.length) return null;
  const found = decompress(slice(stored, end, stored.bytes.length), fuel);
  return found.stream.complete ? found : null;
}

/** Each compressor in turn; the first that comes to its end wins, else the one with the longest beginning of a dump. */
function decompress(source: TracedBytes, fuel: Fuel): Decompression {
  const maxOutput = fuel.allowance(source.bytes.length);
  const windowBits = zlibWindowBits(source.bytes);
  let broken: Decompression | null = null;
  for (const compressor of compressors) {
    if (compressor.name === 'zlib' && windowBits === null) continue;
    const { bytes, complete, used, reason } = compressor.decompress(source.bytes, { maxOutput });
    fuel.spend(source.bytes.length + bytes.length);
    const taken = slice(source, 0, complete ? used : source.bytes.length);
    const stream = {
      compression: compressor.name,
      complete,
      length: bytes.length,
      ...(windowBits === null ? {} : { windowBits }),
    };
    const found = { source: taken, payload: derive(bytes, taken), stream, fault: null };
    if (complete) return found;
    const detail = `${compressor.name}: ${reason ?? 'cut'}, ${bytes.length} bytes of text before it`;
    const fault = { code: 'compress.broken', at: extent(source), detail } as const;
    if (isDump(bytes) && bytes.length > (broken?.payload.bytes.length ?? 0)) broken = { ...found, fault };
  }
  return broken ?? kept(source);
}

function kept(source: TracedBytes): Decompression {
  const code: FindingCode = 'compress.unknown';
  const stream = { compression: 'unknown', complete: false, length: 0 };
  return { source, payload: source, stream, fault: { code, at: extent(source) } };
}

/** True for text that begins as every part of a dump does, or for printable text. */
function isDump(text: Uint8Array): boolean {
  if (parsePartLine(text) !== null) return true;
  const head = text.subarray(0, 256);
  return head.length >= 16 && head.every((b) => b === 0x09 || b === 0x0a || (b >= 0x20 && b < 0x7f));
}

function overlaps(source: TracedBytes, doubtful: readonly ByteRange[]): boolean {
  return source.spans.some(({ from }) =>
    doubtful.some((bad) => from !== null && bad.start < from.end && from.start < bad.end),
  );
}
