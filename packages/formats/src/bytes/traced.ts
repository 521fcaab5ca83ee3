import { type ByteRange, hull } from './range.js';

/**
 * How bytes were got. `copied`: they stand on the medium as they are. `corrected`: an error-correcting code changed
 * them. `derived`: computed from the range (decompressed, printed), byte for byte it cannot be said from where.
 * `filled`: the medium did not give them (hole, bad sector), the value is ours.
 */
export type Origin = 'copied' | 'corrected' | 'derived' | 'filled';

/**
 * `length` bytes, all got in the same way. `from` has the same length for `copied`, `corrected` and `filled`; it is null
 * for bytes behind the end of a medium that was cut short.
 */
export interface Span {
  readonly length: number;
  readonly from: ByteRange | null;
  readonly how: Origin;
}

/** Bytes that know where they came from: the lengths of `spans` sum to `bytes.length`. */
export interface TracedBytes {
  readonly bytes: Uint8Array;
  readonly spans: readonly Span[];
}

export const nothing: TracedBytes = { bytes: new Uint8Array(0), spans: [] };

/**
 * Bytes read from the medium at `start`. The result is a view of `bytes`, and a plain one: `slice` of a Node Buffer gives
 * the same memory again, so that whoever changes its copy would change the medium.
 */
export function trace(bytes: Uint8Array, start: number): TracedBytes {
  return {
    bytes: bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
    spans: spansOf({ length: bytes.length, from: { start, end: start + bytes.length }, how: 'copied' }),
  };
}

/** `length` zero bytes in place of what could not be read at `start`; null where the medium has no such place. */
export function fill(length: number, start: number | null): TracedBytes {
  const from = start === null ? null : { start, end: start + length };
  return { bytes: new Uint8Array(length), spans: spansOf({ length, from, how: 'filled' }) };
}

/**
 * Bytes `start` to `end` of `traced`, as a view of the same memory.
 * @throws RangeError when 0 <= start <= end <= length does not hold
 */
export function slice(traced: TracedBytes, start: number, end: number): TracedBytes {
  if (!(start >= 0 && start <= end && end <= traced.bytes.length)) {
    throw new RangeError(`slice ${start}..${end} of ${traced.bytes.length} bytes`);
  }
  const spans: Span[] = [];
  let at = 0;
  for (const span of traced.spans) {
    const from = Math.max(start, at);
    const to = Math.min(end, at + span.length);
    if (from < to) spans.push(cut(span, from - at, to - at));
    at += span.length;
    if (at >= end) break;
  }
  return { bytes: traced.bytes.subarray(start, end), spans };
}

/** The parts one after the other, as new memory. */
export function concat(...parts: readonly TracedBytes[]): TracedBytes {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0));
  const spans: Span[] = [];
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes, at);
    at += part.bytes.length;
    for (const span of part.spans) append(spans, span);
  }
  return { bytes, spans };
}

/**
 * A copy of `traced` with the bytes at `at` replaced by `fixed`; bytes that differ become `corrected`. Derived bytes
 * stay `derived`: they have no place of their own on the medium.
 * @throws RangeError when `fixed` does not fit
 */
export function patch(traced: TracedBytes, at: number, fixed: Uint8Array): TracedBytes {
  if (!(at >= 0 && fixed.length <= traced.bytes.length - at)) {
    throw new RangeError(`patch of ${fixed.length} bytes at ${at} of ${traced.bytes.length}`);
  }
  const bytes = traced.bytes.slice();
  const changed: number[] = [];
  for (let i = 0; i < fixed.length; i++) {
    if (bytes[at + i] !== fixed[i]) changed.push(at + i);
  }
  bytes.set(fixed, at);
  return { bytes, spans: markCorrected(traced, changed) };
}

/** New bytes computed from all of `source`: one `derived` span over the smallest range that holds its spans. */
export function derive(bytes: Uint8Array, source: TracedBytes): TracedBytes {
  const from = hull(source.spans.flatMap((span) => span.from ?? []));
  return { bytes, spans: spansOf({ length: bytes.length, from, how: 'derived' }) };
}

/** The smallest range of the medium that holds all of `traced`; null when nothing of it stems from the medium. */
export function extent(traced: TracedBytes): ByteRange | null {
  return hull(traced.spans.flatMap((span) => span.from ?? []));
}

function markCorrected(traced: TracedBytes, changed: readonly number[]): Span[] {
  const spans: Span[] = [];
  let next = 0;
  let at = 0;
  for (const span of traced.spans) {
    const end = at + span.length;
    let from = at;
    for (let i = changed[next]; i !== undefined && i < end; i = changed[++next]) {
      if (i > from) append(spans, cut(span, from - at, i - at));
      const byte = cut(span, i - at, i - at + 1);
      append(spans, span.how === 'derived' ? byte : { ...byte, how: 'corrected' });
      from = i + 1;
    }
    if (from < end) append(spans, cut(span, from - at, end - at));
    at = end;
  }
  return spans;
}

function spansOf(span: Span): Span[] {
  return span.length === 0 ? [] : [span];
}

/** The part of a span between two positions in it; a derived span keeps its whole source. */
function cut(span: Span, start: number, end: number): Span {
  if (span.how === 'derived' || span.from === null) return { ...span, length: end - start };
  return {
    length: end - start,
    from: { start: span.from.start + start, end: span.from.start + end },
    how: span.how,
  };
}

/** Adds a span, joined with the last one where both go on in the same way. */
function append(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (last !== undefined && last.how === span.how && continues(last, span)) {
    const from = last.from && span.from && { start: last.from.start, end: span.from.end };
    spans[spans.length - 1] = { length: last.length + span.length, from, how: last.how };
  } else {
    spans.push(span);
  }
}

function continues(last: Span, span: Span): boolean {
  if (last.from === null || span.from === null) return last.from === span.from;
  if (last.how === 'derived') return last.from.start === span.from.start && last.from.end === span.from.end;
  return last.from.end === span.from.start;
}
