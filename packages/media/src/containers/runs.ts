import type { ByteRange } from '@pstore-decode/formats/bytes';
import type { Lost, Mapping, Piece } from './pieces.js';

/** A stretch of an address space that a container has in one place, from offset `at` of the medium on. */
export interface Run extends ByteRange {
  readonly at: number;
}

/** Stretches as they are found, in any order, one over the other. */
export interface Runs {
  count(): number;
  add(run: Run): void;
  /**
   * What lies between them is a hole.
   * @param size of the address space
   * @param piecesIn the pieces of a run from the one around `at` on; a run may begin before a stretch that hides its
   * beginning, and ends where another hides its end
   */
  mapping(size: number, piecesIn: (run: Run, at: number, until: number) => Pieces | Promise<Pieces>): Mapping;
}

type Pieces = readonly Piece[];

/** No runs yet. `wins` says which of two that overlap is to be read there. */
export function emptyRuns(wins: 'first' | 'last'): Runs {
  const figures: number[] = []; // three of each run: a million objects would take four times the memory
  const count = () => figures.length / 3;
  const runAt = (index: number): Run => {
    const [start, end, at] = figures.slice(3 * index, 3 * index + 3) as [number, number, number];
    return { start, end, at };
  };
  return {
    count,
    add({ start, end, at }) {
      if (start < end) figures.push(start, end, at);
    },
    mapping(size, piecesIn) {
      const inOrder = (i: number) => runAt(wins === 'first' ? i : count() - 1 - i);
      const { starts, owners } = stretches(count(), inOrder);
      return {
        size,
        piecesFrom(at, until) {
          const index = lastUpTo(starts, at);
          const end = Math.min(size, starts[index + 1] ?? size);
          const owner = owners[index] ?? nobody;
          if (owner === nobody) return [{ start: starts[index] ?? 0, end, kind: 'hole' }];
          const run = inOrder(owner);
          return piecesIn({ ...run, end: Math.min(run.end, end) }, at, Math.min(until, end));
        },
      };
    },
  };
}

/** The piece around `from` of a run whose bytes stand in the medium as they are: what lies within the medium, or the rest. */
export function storedPiece({ start, end, at }: Run, from: number, mediumSize: number): Piece {
  const behind = start + mediumSize - at;
  if (from < behind) return { start, end: Math.min(end, behind), kind: 'stored', at };
  return { start: Math.max(start, behind), end, ...behindEnd };
}

const behindEnd: Lost = { kind: 'lost', code: 'container.lost', why: 'it is behind the end of the file' };

const nobody = -1;

/**
 * Cuts the address space where runs begin and end: from `starts[i]` on it belongs to run `owners[i]`. Each run takes what
 * those before it left, and jumps over what they took: in the time of sorting, however they overlap.
 */
function stretches(
  count: number,
  runAt: (index: number) => Run,
): { readonly starts: Float64Array; readonly owners: Int32Array } {
  const all = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const { start, end } = runAt(i);
    all[2 * i] = start;
    all[2 * i + 1] = end;
  }
  all.sort();
  const starts = all.filter((at, i) => at !== all[i - 1]);
  const owners = new Int32Array(starts.length).fill(nobody);
  const next = Int32Array.from({ length: starts.length + 1 }, (_, i) => i);
  const freeFrom = (from: number) => {
    let free = from;
    while (next[free] !== free) free = next[free] as number;
    for (let i = from; i !== free; ) {
      const following = next[i] as number;
      next[i] = free;
      i = following;
    }
    return free;
  };
  for (let owner = 0; owner < count; owner++) {
    const { start, end } = runAt(owner);
    const behind = lastUpTo(starts, end);
    for (let i = freeFrom(lastUpTo(starts, start)); i < behind; i = freeFrom(i)) {
      owners[i] = owner;
      next[i] = i + 1;
    }
  }
  return { starts, owners };
}

/** Index of the last element that is not above `value`; -1 when all are. */
export function lastUpTo(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
