import { type ByteRange, hull, type Span } from '@pstore-decode/formats/bytes';
import type { Unwrapped } from './container.js';

/** Where bytes of a medium stand on the root medium, which it may be itself. */
export async function rootSpans(medium: Unwrapped, range: ByteRange): Promise<readonly Span[]> {
  return medium.toRoot?.(range) ?? [{ length: range.end - range.start, from: range, how: 'copied' }];
}

/** `length` bytes unpacked from all of the range. */
export async function unpackedSpan(medium: Unwrapped, range: ByteRange, length: number): Promise<Span> {
  const spans = await rootSpans(medium, range);
  return { length, from: hull(spans.flatMap(({ from }) => from ?? [])), how: 'derived' };
}

/** Copied spans that go on, and filled ones, as one. */
export function joinSpans(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans) {
    const last = all.at(-1);
    if (last === undefined || last.how !== span.how || last.from?.end !== span.from?.start || span.how === 'derived') {
      all.push(span);
    } else {
      const from = last.from && span.from && { start: last.from.start, end: span.from.end };
      all[all.length - 1] = { ...last, length: last.length + span.length, from };
    }
  }
  return all;
}
