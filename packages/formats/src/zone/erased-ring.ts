import type { Endian } from '../bytes/struct.js';
import type { TracedBytes } from '../bytes/traced.js';
import type { KernelVersion } from '../kernel-version.js';
import { decodeFtraceCall, ftraceRecordSize } from '../payload/ftrace.js';
import { guessFtraceLayout } from '../payload/ftrace-guess.js';
import type { FtraceLayout } from '../payload/ftrace-layout.js';
import { type OrderedRing, turnedRing } from '../payload/ring-order.js';

/** Larger rings are left as they stand. */
const largestRing = 1 << 20;

const unknown = 'not known where it begins; as it stands on the medium';

/** Where a ring of traces began that was erased after it had wrapped: erasing writes over that number alone. */
export function tracesInOrder(data: TracedBytes, layout: FtraceLayout): OrderedRing {
  const start = data.bytes.length > largestRing ? null : traceStart(data.bytes, layout);
  return start === null ? { content: data, detail: unknown } : turnedRing(data, start, 'its addresses and counters');
}

/** The layout under which a ring of traces, no record of which is known to begin anywhere, makes sense; or null. */
export function layoutOfErased(bytes: Uint8Array, endian: Endian, kernel: KernelVersion): FtraceLayout | null {
  if (bytes.length > largestRing) return null;
  const tried = new Set<number>();
  for (let left = 0; left < longestRecord; left++) {
    const { layout, evident } = guessFtraceLayout([bytes.subarray(0, bytes.length - left)], endian, kernel);
    const key = 4 * layout.wordSize + layout.cpuInIp;
    if (evident && !tried.has(key) && traceStart(bytes, layout) !== null) return layout;
    if (evident) tried.add(key);
  }
  return null;
}

const longestRecord = 24;

/** A place where a ring of traces may begin. */
interface TraceStart {
  readonly start: number;
  /** Counter of the newest record. */
  readonly last: bigint;
}

/**
 * The start at which all records have kernel addresses and counters that rise, also from the end of the ring to its
 * beginning. Read a byte or two off, addresses can still pass, and counters are 256 times as high: the lowest are true.
 */
function traceStart(bytes: Uint8Array, layout: FtraceLayout): number | null {
  let best: TraceStart | null = null;
  for (let phase = 0; phase < ftraceRecordSize(layout); phase++) {
    const found = startInPhase(bytes, phase, layout);
    if (found !== null && (best === null || found.last < best.last)) best = found;
  }
  return best?.start ?? null;
}

/** Of the starts a whole number of records behind `phase` the one with the highest last counter, then the largest. */
function startInPhase(bytes: Uint8Array, phase: number, layout: FtraceLayout): TraceStart | null {
  const step = ftraceRecordSize(layout);
  // Records in front of the start end at it; those behind it begin `over` bytes later, up to the end of the ring.
  const over = bytes.length % step;
  const shift = (phase + over) % step;
  const front = risingFrom(bytes, phase, layout);
  const { from, newest } = risingTo(bytes, shift, layout);
  if (newest === null) return null;
  let best: TraceStart | null = null;
  for (let i = 0; i <= front.length; i++) {
    const start = phase + i * step;
    const oldest = shift + Math.floor((start + over - shift) / step) * step;
    if (oldest < from || oldest + step > bytes.length) continue;
    const last = i === 0 ? newest : (front[i - 1] as bigint);
    const joins = i === 0 || newest < (front[0] as bigint);
    if (joins && (best === null || last >= best.last)) best = { start, last };
  }
  return best;
}

/** Counters of the records from `phase` on, as far as they rise. */
function risingFrom(bytes: Uint8Array, phase: number, layout: FtraceLayout): bigint[] {
  const step = ftraceRecordSize(layout);
  const counters: bigint[] = [];
  for (let at = phase; at + step <= bytes.length; at += step) {
    const counter = counterAt(bytes, at, layout);
    if (counter === null || counter <= (counters.at(-1) ?? -1n)) break;
    counters.push(counter);
  }
  return counters;
}

/** Where the records begin that rise up to the last one, and its counter; null where it is none. */
function risingTo(bytes: Uint8Array, phase: number, layout: FtraceLayout): { from: number; newest: bigint | null } {
  const step = ftraceRecordSize(layout);
  let from = phase + Math.floor((bytes.length - phase) / step) * step;
  let newest: bigint | null = null;
  let next: bigint | null = null;
  for (let at = from - step; at >= phase; at -= step) {
    const counter = counterAt(bytes, at, layout);
    if (counter === null || (next !== null && counter >= next)) break;
    newest ??= counter;
    next = counter;
    from = at;
  }
  return { from, newest };
}

/** Null where no record with kernel addresses stands. */
function counterAt(bytes: Uint8Array, at: number, layout: FtraceLayout): bigint | null {
  const { ip, parentIp, counter = null } = decodeFtraceCall(bytes, at, layout);
  return isKernelAddress(ip, layout) && isKernelAddress(parentIp, layout) ? counter : null;
}

/** Strict, so that records that are read at a wrong place do not pass. */
function isKernelAddress(address: bigint, { wordSize, topBitRestored }: FtraceLayout): boolean {
  if (wordSize === 4) return address >= (topBitRestored ? 0x40000000n : 0x80000000n);
  const top = address >> 48n;
  return top === 0xffffn || top === 0xc000n || (topBitRestored && (top === 0x7fffn || top === 0x4000n));
}
