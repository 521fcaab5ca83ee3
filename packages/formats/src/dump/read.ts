import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import { derive, extent, slice, type TracedBytes } from '../bytes/traced.js';
import { type Compressor, type Decompressed, inputEnds } from '../compress/index.js';
import type { Finding } from '../finding.js';
import { parsePartLine } from '../payload/dmesg.js';
import { soundLength } from '../payload/sound-length.js';
import { type Candidate, recognise } from './recognise.js';

/** A dump as it was read: its text, and how that was got. */
export interface DumpReading {
  /**
   * Everything that was decompressed, or its literals where no more could be had; the stored bytes where nothing could
   * decompress them, or need not.
   */
  readonly payload: TracedBytes;
  /** What of it can be trusted to be the text that was written. */
  readonly text: TracedBytes;
  /** Name of the compressor, or `unknown`; absent for plain text. */
  readonly compression?: string;
  /** True when the stream came to its end without a fault. */
  readonly complete: boolean;
  readonly findings: readonly Finding[];
}

export interface DumpHints {
  /** Name of the compressor, when the caller knows it. */
  readonly compression?: string;
}

/**
 * The text of a dump that is said to be compressed. The compressor is found by trying each.
 * @param source the stored bytes, exactly as many as the medium says
 * @param doubtful ranges of the medium that could not be corrected
 */
export function readCompressedDump(
  source: TracedBytes,
  doubtful: readonly ByteRange[],
  hints: DumpHints,
  fuel: Fuel,
): DumpReading {
  const at = extent(source);
  if (hints.compression === undefined && parsePartLine(source.bytes) !== null) {
    return { payload: source, text: source, complete: true, findings: [{ code: 'compress.plain', at }] };
  }
  const [best, ...others] = recognise(source.bytes, fuel, hints.compression);
  if (best === undefined) {
    const findings: Finding[] = [{ code: 'compress.unknown', at }];
    return { payload: source, text: source, compression: 'unknown', complete: false, findings };
  }
  const { compressor, decompressed } = best;
  const { bytes, complete, used } = decompressed;
  const taken = complete ? slice(source, 0, used) : source;
  const findings: Finding[] = [{ code: 'compress.recognised', at, detail: inWords(best, others) }];
  if (others.some((other) => other.decompressed.complete)) findings.push({ code: 'compress.ambiguous', at });
  const sure = lengthBefore(doubtful, taken, compressor, bytes.length);
  if (sure !== null) findings.push({ code: 'compress.suspect', at: extent(taken), detail: fromOn(sure) });
  const payload = derive(bytes, taken);
  const read = complete ? { payload, text: payload, findings: [] } : readBroken(source, payload, decompressed, sure);
  return { ...read, compression: compressor.name, complete, findings: [...findings, ...read.findings] };
}

/**
 * What is sound of a stream that does not end cleanly.
 * @param sure how much of the text is decided before the first doubtful byte; null where no byte is known to be wrong
 */
function readBroken(
  source: TracedBytes,
  payload: TracedBytes,
  { literals, reason, at }: Decompressed,
  sure: number | null,
): Pick<DumpReading, 'payload' | 'text' | 'findings'> {
  const text = slice(payload, 0, sure ?? soundLength(payload.bytes, reason === inputEnds));
  const place = extent(source);
  const sound = `${text.bytes.length} of ${payload.bytes.length} bytes of text are sound`;
  const detail = `${reason}, at byte ${at} of ${source.bytes.length}; ${sound}`;
  const broken: Finding = { code: 'compress.broken', at: place, detail };
  if (payload.bytes.length > 0 || literals === undefined) return { payload, text, findings: [broken] };
  const apart: Finding = { code: 'compress.literals', at: place, detail: `${literals.length} bytes` };
  return { payload: derive(literals, source), text, findings: [broken, apart] };
}

function inWords({ compressor, confidence }: Candidate, others: readonly Candidate[]): string {
  const rest = others.map((other) => `${other.compressor.name} (${other.confidence})`).join(', ');
  return `${compressor.name}, ${confidence}; ${rest === '' ? 'no other accepts it' : `also ${rest}`}`;
}

function fromOn(length: number): string {
  return `from byte ${length} of the text on`;
}

/**
 * How much of the text is decided before the stream comes to a doubtful byte; null when it comes to none. What follows
 * depends on bytes that may be wrong, also where the stream ends as if nothing had been.
 */
function lengthBefore(
  doubtful: readonly ByteRange[],
  stream: TracedBytes,
  compressor: Compressor,
  length: number,
): number | null {
  let at = 0;
  for (const { length: span, from } of stream.spans) {
    const bad = doubtful.filter((range) => from !== null && range.start < from.end && from.start < range.end);
    if (from !== null && bad.length > 0) {
      const first = at + Math.max(0, Math.min(...bad.map(({ start }) => start - from.start)));
      return compressor.decompress(stream.bytes.subarray(0, first), { maxOutput: length }).bytes.length;
    }
    at += span;
  }
  return null;
}
