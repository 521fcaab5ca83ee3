import type { Finding, Report } from '@pstore-decode/formats';
import { type ByteRange, gaps, type Span, type TracedBytes } from '@pstore-decode/formats/bytes';
import { breather } from '../breathe.js';
import { rangeSet } from '../range-set.js';
import { checkRange } from '../source.js';
import type { ContainedSource, Unwrapped } from './container.js';
import { lossesFor } from './losses.js';
import { type Mapping, type Packed, type PieceInRange, piecesOf, storedAt } from './pieces.js';
import { readWithLosses } from './read-with-losses.js';
import { joinSpans, rootSpans, unpackedSpan } from './root-spans.js';

/** Holes up to this size are searched along with what is around them. */
const smallHole = 64 << 10;

/** Bytes that are read from the medium at once, to be copied. */
const atOnce = 8 << 20;

/** More than any real container unpacks from its bytes: zstd makes 64 KiB of 0xff from 20 bytes and their table entry. */
const expansion = 4096;

/** The source that a mapping describes. `name` is that of the container. */
export function addressSpace(medium: Unwrapped, name: string, mapping: Mapping): ContainedSource {
  const { size } = mapping;
  const root = medium.root ?? medium;
  let last: Unpacked | null = null;

  async function unpacked(piece: ByteRange & Packed): Promise<Unpacked> {
    if (last?.start === piece.start) return last;
    const { bytes, lost } = await readWithLosses(medium, piece.from);
    const cut = lost[0] === undefined ? undefined : 'its packed bytes cannot be read to the end';
    const result = piece.unpack(bytes.subarray(0, lost[0]?.start));
    last = { start: piece.start, bytes: result.bytes, why: cut ?? result.reason ?? 'too few bytes' };
    return last;
  }

  return {
    size,
    root,
    containers: [...(medium.containers ?? []), name],

    async read(range, report) {
      checkRange(range, size);
      const bytes = new Uint8Array(range.end - range.start);
      const filled = rangeSet();
      const losses = lossesFor(name, report);
      const readPart = async ({ piece, part }: PieceInRange) => {
        const target = part.start - range.start;
        if (piece.kind === 'stored') {
          const from = storedAt(piece, part);
          const read = await medium.read(from, moved(report, from, part.start));
          bytes.set(read.bytes, target);
          for (const hole of filledIn(read)) filled.add(moveRange(hole, part.start));
        } else if (piece.kind === 'packed') {
          const { bytes: all, why } = await unpacked(piece);
          const got = all.subarray(part.start - piece.start, part.end - piece.start);
          bytes.set(got, target);
          const rest = { start: part.start + got.length, end: part.end };
          filled.add(rest);
          losses.add(rest, 'container.lost', `${why}, ${all.length} of ${piece.end - piece.start} bytes before that`);
        } else {
          filled.add(part);
          if (piece.kind === 'lost') losses.add(part, piece.code, piece.why);
        }
      };
      for await (const pieces of piecesOf(mapping, range, atOnce)) {
        for (const piece of pieces) await readPart(piece);
      }
      losses.tell();
      return { bytes, spans: spansOf(range, filled.within(range)) };
    },

    async toRoot(range) {
      checkRange(range, size);
      const spans: Span[] = [];
      for await (const pieces of piecesOf(mapping, range)) {
        for (const { piece, part } of pieces) {
          const length = part.end - part.start;
          if (piece.kind === 'stored') {
            for (const span of await rootSpans(medium, storedAt(piece, part))) spans.push(span);
          } else if (piece.kind === 'packed') spans.push(await unpackedSpan(medium, piece.from, length));
          else spans.push({ length, from: null, how: 'filled' });
        }
      }
      return joinSpans(spans);
    },

    async dataRanges(report, signal) {
      const found: { start: number; end: number }[] = [];
      const losses = lossesFor(name, report);
      const breathe = breather();
      let room = root.size;
      for await (const pieces of piecesOf(mapping, { start: 0, end: size })) {
        await breathe();
        signal?.throwIfAborted();
        for (const { piece, part } of pieces) {
          if (piece.kind === 'hole') continue;
          if (piece.kind === 'lost') {
            losses.add(part, piece.code, piece.why);
            continue;
          }
          room -= (part.end - part.start) / (piece.kind === 'stored' && medium === root ? 1 : expansion);
          if (room < 0) {
            const detail = `${name}: more bytes in use than a medium of ${root.size} can hold`;
            losses.tell();
            report({ code: 'limit.container', at: { start: part.start, end: size }, detail });
            return found;
          }
          const before = found.at(-1);
          if (before !== undefined && part.start - before.end <= smallHole) before.end = part.end;
          else found.push({ ...part });
        }
      }
      losses.tell();
      return found;
    },
  };
}

/** The packed piece that was read last: reads in chunks come to it again. */
interface Unpacked {
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly why: string;
}

function moveRange(range: ByteRange, by: number): ByteRange {
  return { start: range.start + by, end: range.end + by };
}

/** Tells findings about `from` in the medium as findings about the same bytes at `to`. */
function moved(report: Report, from: ByteRange, to: number): Report {
  return ({ at, ...rest }: Finding) => {
    const part = at && { start: Math.max(at.start, from.start), end: Math.min(at.end, from.end) };
    report({ ...rest, at: part && moveRange(part, to - from.start) });
  };
}

/** The parts that the medium did not give, from the start of what was read. */
function filledIn(read: TracedBytes): ByteRange[] {
  const holes: ByteRange[] = [];
  let at = 0;
  for (const { length, how } of read.spans) {
    if (how === 'filled') holes.push({ start: at, end: at + length });
    at += length;
  }
  return holes;
}

function spansOf(range: ByteRange, filled: readonly ByteRange[]): Span[] {
  const span = (how: Span['how']) => (from: ByteRange) => ({ length: from.end - from.start, from, how });
  const spans = [...filled.map(span('filled')), ...gaps(range, filled).map(span('copied'))];
  return spans.sort((a, b) => a.from.start - b.from.start);
}
