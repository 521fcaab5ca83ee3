import type { Fuel } from '../bytes/need.js';
import { type ByteRange, gaps, hull } from '../bytes/range.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import { type Compressor, compressors, zstd } from '../compress/index.js';
import { beginsWord } from '../compress/word.js';
import type { KernelVersion } from '../kernel-version.js';
import { parsePartLine } from '../payload/dmesg.js';
import { soundLength } from '../payload/sound-length.js';
import type { PstoreRecord } from '../record.js';
import { isDynamicBlock } from './dynamic-block.js';
import { type DumpHints, type DumpReading, readCompressedDump } from './read.js';
import { withoutGarbage } from './without-garbage.js';

/** Bytes of a medium that a backend reads. */
interface CarvedArea {
  readonly range: ByteRange;
  readonly content: TracedBytes;
  readonly hits: readonly number[];
}

/**
 * The records that the structure of a backend gives, those that the kernel does not show without garbage; behind them
 * dumps that none of them holds whole: wherever the first line of a part stands, plain or compressed. A stream ends by
 * its own rules, also one that a wrong size cuts. What a record shows already is left out. For a named kernel the
 * records stay as they are: the question is then what it shows.
 * @param backend the kernel's name for it
 */
export function* withCarvedDumps(
  backend: string,
  area: CarvedArea,
  records: Iterable<PstoreRecord>,
  hints: DumpHints & { readonly asKernel?: KernelVersion },
  fuel: Fuel,
): Generator<PstoreRecord> {
  if (hints.asKernel !== undefined) {
    yield* records;
    return;
  }
  const known: PstoreRecord[] = [];
  for (const record of records) {
    known.push(record);
    yield withoutGarbage(record);
  }
  const texts = known.map(({ text }) => text.bytes);
  for (const open of gaps(searched(area, known), known.flatMap(takenBy))) {
    const bytes = slice(area.content, open.start - area.range.start, open.end - area.range.start);
    for (const record of carvedDumps(known[0]?.backend ?? backend, bytes, hints, fuel)) {
      if (texts.some((shown) => beginsWith(shown, record.text.bytes))) continue;
      texts.push(record.text.bytes);
      fuel.record(record.payload.bytes.length);
      yield record;
    }
  }
}

/** Dumps wherever the first line of a part stands, plain or compressed. @param backend the kernel's name for it */
export function* carvedDumps(
  backend: string,
  area: TracedBytes,
  hints: DumpHints,
  fuel: Fuel,
): Generator<PstoreRecord> {
  for (const { payload, text, compression, stored, isSound, findings } of dumpsIn(area, hints, fuel)) {
    yield {
      backend,
      type: 'dmesg',
      state: 'carved',
      grade: isSound ? 'probable' : 'possible',
      ...parsePartLine(payload.bytes),
      ...(compression === undefined ? {} : { compression }),
      stored,
      payload,
      text,
      findings: [{ code: 'recovered.carved', at: stored }, ...findings],
    };
  }
}

/** An area can be a whole disk: what is far from anything that was found is left out. */
function searched({ range, hits }: CarvedArea, known: readonly PstoreRecord[]): ByteRange {
  const found =
    hull([...known.map(({ stored }) => stored), ...hits.map((at) => ({ start: at, end: at + 1 }))]) ?? range;
  const start = Math.max(range.start, found.start - reach);
  return { start, end: Math.min(range.end, found.end + reach, start + mostSearched) };
}

/** In bytes, on either side. */
const reach = 1 << 20;
const mostSearched = 32 << 20;

/** Bytes in which nothing else stands. The zone of a ring may reach over dumps whose headers are lost. */
function takenBy({ type, state, stored, payload, findings }: PstoreRecord): ByteRange[] {
  if (type !== 'dmesg') return state === 'live' ? [extent(payload) ?? stored] : [];
  return findings.some(({ code }) => code === 'compress.broken' || code === 'compress.unknown') ? [] : [stored];
}

function beginsWith(text: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.every((byte, at) => byte === text[at]);
}

interface FoundDump extends DumpReading {
  readonly stored: ByteRange;
  /** It ended by its own rules, and no line of its text speaks against it. */
  readonly isSound: boolean;
}

function* dumpsIn(area: TracedBytes, hints: DumpHints, fuel: Fuel): Generator<FoundDump> {
  const { bytes } = area;
  let steps = leastSteps + mostReads * bytes.length;
  fuel.spend(bytes.length);
  for (let at = 0, next = 0; at < bytes.length && steps > 0; at = next) {
    next = at + 1;
    if (isBlank(bytes, at)) continue;
    const head = bytes.subarray(at, at + beginning);
    const asked = likelyCompressors(head);
    steps -= trial * asked.length;
    fuel.spend(head.length * asked.length);
    if (!isPartLine(head) && !asked.some((one) => beginsDump(one, head))) continue;
    const source = slice(area, at, Math.min(bytes.length, at + largestDump));
    const dump = dumpAt(source, hints, fuel);
    steps -= source.bytes.length + (dump?.payload.bytes.length ?? 0);
    if (dump === null) continue;
    if (dump.isSound) next = at + dump.stored.end - dump.stored.start;
    yield dump;
  }
}

/** How often a byte may be read on average: beginnings that stand close together claim the same bytes. */
const mostReads = 16;
const leastSteps = 2 ** 24;

/** What it costs to see that a decompressor makes nothing of a place, in bytes read. */
const trial = 2 ** 11;

/** No backend stores larger ones. */
const largestDump = 1 << 20;

/** Stored bytes that are enough for the first line. */
const beginning = 512;

/** Longer than any first line. */
const glimpse = 48;

/** Two bytes of fill: no stream begins so, and most of a medium is that. */
function isBlank(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at];
  return (first === 0x00 || first === 0xff) && bytes[at + 1] === first;
}

function likelyCompressors(head: Uint8Array): readonly Compressor[] {
  const isLikely = (one: Compressor) => one.traces(head) && (one.name !== 'deflate' || isDynamicBlock(head));
  // At most places there is none, and nothing is to be made for them.
  return compressors.some(isLikely) ? compressors.filter(isLikely) : none;
}

const none: readonly Compressor[] = [];

/** Looks at two letters first: this is asked at every byte. */
function isPartLine(head: Uint8Array): boolean {
  return beginsWord(head[0], head[1]) && parsePartLine(head) !== null;
}

/** A block that is cut may have its literals alone, and they begin as the text does. */
function beginsDump(compressor: Compressor, head: Uint8Array): boolean {
  const { bytes, literals } = compressor.decompress(head, { maxOutput: glimpse });
  return parsePartLine(bytes.length > 0 ? bytes : (literals ?? bytes)) !== null;
}

const lineFeed = 0x0a;

/** The dump that begins with the first byte; null where nothing follows its first line. */
function dumpAt(source: TracedBytes, hints: DumpHints, fuel: Fuel): FoundDump | null {
  if (parsePartLine(source.bytes) !== null) {
    const text = slice(source, 0, soundLength(source.bytes, true));
    const stored = extent(text);
    if (stored === null || text.bytes.indexOf(lineFeed) === text.bytes.length - 1) return null;
    return { payload: text, text, complete: false, findings: [], stored, isSound: false };
  }
  const reading = readStream(source, hints, fuel);
  const { payload, text, compression, complete } = reading;
  const stored = extent(payload);
  if (compression === 'unknown' || text.bytes.length === 0 || stored === null) return null;
  return { ...reading, stored, isSound: complete && soundLength(text.bytes, true) === text.bytes.length };
}

/** A frame of zstd that others follow is not complete to its decompressor: it is read again up to where it ended. */
function readStream(source: TracedBytes, hints: DumpHints, fuel: Fuel): DumpReading {
  const reading = readCompressedDump(source, [], hints, fuel);
  if (reading.complete || reading.compression !== 'zstd') return reading;
  const { at } = zstd.decompress(source.bytes, { maxOutput: fuel.allowance(source.bytes.length) });
  const frame = at === undefined ? reading : readCompressedDump(slice(source, 0, at), [], hints, fuel);
  return frame.complete ? frame : reading;
}
