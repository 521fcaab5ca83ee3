import type { Finding, Report } from '@pstore-decode/formats';
import { type ByteRange, gaps, type Span, type TracedBytes } from '@pstore-decode/formats/bytes';
import { breather } from '../breathe.js';
import { rangeSet } from '../range-set.js';
import { checkRange } from '../source.js';
import type { ContainedSource, Unwrapped } from './container.js';
import { lossesFor } from './losses.js';
import { type Mapping, type Packed, type PieceInRange, piecesOf, storedAt, type Unpacked } from './pieces.js';
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
  /** The packed piece that was read last: reads in chunks come to it again. */
  let last: { readonly start: number; readonly unpacked: Unpacked } | null = null;

  async function unpacked(piece: ByteRange & Packed): Promise<Unpacked> {
    if (last?.start === piece.start) return last.unpacked;
    const { bytes, lost } = await readWithLosses(medium, piece.from);
    const result = piece.unpack(bytes.subarray(0, lost[0]?.start));
    const cut = lost[0] && { reason: 'its packed bytes cannot be read to the end' };
    last = { start: piece.start, unpacked: { ...result, ...cut } };
    return last.unpacked;
  }

  return {
    size,
    root,
    containers: [...(medium.containers ?? []), name],
    ...(mapping.addresses && { addresses: mapping.addresses }),

    async read(range, report) {
      checkRange(range, size);
      let bytes: Uint8Array | null = null; // none yet: most reads are of one stored piece, and its bytes are given as they are
      const put = (part: Uint8Array, at: number) => {
        if (part.length === range.end - range.start) bytes = part;
        else {
          bytes ??= new Uint8Array(range.end - range.start);
          bytes.set(part, at);
        }
      };
      const filled = rangeSet();
      const losses = lossesFor(name, report);
      const readPart = async ({ piece, part }: PieceInRange) => {
        const target = part.start - range.start;
        if (piece.kind === 'stored') {
          const from = storedAt(piece, part);
          const read = await medium.read(from, moved(report, from, part.start));
          put(read.bytes, target);
          for (const hole of filledIn(read)) filled.add(moveRange(hole, part.start));
        } else if (piece.kind === 'packed') {
          const { bytes: all, reason = 'too few bytes', wrongChecksum } = await unpacked(piece);
          const got = all.subarray(part.start - piece.start, part.end - piece.start);
          put(got, target);
          const rest = { start: part.start + got.length, end: part.end };
          filled.add(rest);
          if (wrongChecksum !== undefined) {
            losses.add({ start: part.start, end: rest.start }, 'container.checksum', wrongChecksum);
          }
          losses.add(
            rest,
            'container.lost',
            `${reason}, ${all.length} of ${piece.end - piece.start} bytes before that`,
          );
        } else {
          filled.add(part);
          if (piece.kind === 'lost') losses.add(part, piece.code, piece.why);
        }
      };
      for await (const pieces of piecesOf(mapping, range, atOnce)) {
        for (const piece of pieces) await readPart(piece);
      }
      losses.tell();
      return { bytes: bytes ?? new Uint8Array(range.end - range.start), spans: spansOf(range, filled.within(range)) };
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
      const breathe = breather(signal);
      let room = root.size;
      for await (const pieces of piecesOf(mapping, { start: 0, end: size })) {
        await breathe();
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
