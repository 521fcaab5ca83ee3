import type { ByteRange } from '../bytes/range.js';
import { isDump, nameOf } from './store-dumps.js';
import type { StoreReading, WalkedVariable } from './variable-store.js';

/** Variables of one sort, and the bytes that they occupy with headers and padding. */
interface Figure {
  readonly count: number;
  readonly bytes: number;
}

/** What the bytes of a store are: all figures together make up its size. */
export interface StoreFigures {
  readonly size: number;
  readonly header: number;
  readonly liveDumps: Figure;
  readonly deletedDumps: Figure;
  /** Superseded, half written, out of the firmware's reach, with a wrong state. */
  readonly otherDumps: Figure;
  readonly liveOthers: Figure;
  readonly deadOthers: Figure;
  readonly damaged: number;
  /** Erased flash at the end of the store. */
  readonly freeTail: number;
  /** Erased flash elsewhere, and the table of GUIDs of AMI's store. */
  readonly rest: number;
}

/** @param range the store with its header; `firstVariable` is where its variables begin, in the same bytes */
export function figuresOf(
  bytes: Uint8Array,
  range: ByteRange,
  firstVariable: number,
  { variables, free, damaged }: StoreReading,
): StoreFigures {
  const sorts = new Map<Sort, { count: number; bytes: number }>();
  const added = new Set(variables.filter(isLive).map((variable) => keyOf(bytes, variable)));
  for (const variable of variables) {
    const sort = sortOf(bytes, variable, added);
    const sum = sorts.get(sort) ?? { count: 0, bytes: 0 };
    sum.count += 1;
    sum.bytes += length(variable.occupied);
    sorts.set(sort, sum);
  }
  const figure = (sort: Sort): Figure => sorts.get(sort) ?? { count: 0, bytes: 0 };
  const header = firstVariable - range.start;
  const occupied = variables.reduce((sum, variable) => sum + length(variable.occupied), 0);
  const lost = damaged.reduce((sum, one) => sum + length(one), 0);
  const last = free.at(-1);
  const tail = last !== undefined && variables.every(({ stored }) => stored.start < last.start) ? length(last) : 0;
  return {
    size: length(range),
    header,
    liveDumps: figure('live dump'),
    deletedDumps: figure('deleted dump'),
    otherDumps: figure('other dump'),
    liveOthers: figure('live'),
    deadOthers: figure('dead'),
    damaged: lost,
    freeTail: tail,
    rest: length(range) - header - occupied - lost - tail,
  };
}

/** The figures in words. */
export function formatFigures(figures: StoreFigures): string {
  const { liveDumps, deletedDumps, otherDumps, liveOthers, deadOthers } = figures;
  const dumps = [`${words(liveDumps)} live`, `${words(deletedDumps)} deleted`, `${words(otherDumps)} other`];
  const others = [`${words(liveOthers)} live`, `${words(deadOthers)} dead`];
  const rest = figures.rest === 0 ? '' : `, ${figures.rest} between`;
  const space = `header ${figures.header}, damaged ${figures.damaged}${rest}, free ${figures.freeTail}`;
  return `${figures.size} bytes: dumps ${dumps.join(', ')}; others ${others.join(', ')}; ${space}`;
}

type Sort = 'live dump' | 'deleted dump' | 'other dump' | 'live' | 'dead';

function sortOf(bytes: Uint8Array, variable: WalkedVariable, added: ReadonlySet<string>): Sort {
  const isTransient = variable.phase === 'in transition' && variable.isReached;
  const lives = isLive(variable) || (isTransient && !added.has(keyOf(bytes, variable)));
  if (!isDump(bytes, variable)) return lives ? 'live' : 'dead';
  if (lives) return 'live dump';
  return variable.phase === 'deleted' ? 'deleted dump' : 'other dump';
}

function isLive({ phase, isReached }: WalkedVariable): boolean {
  return phase === 'added' && isReached;
}

/** GUID and name: what makes two variables the same. */
function keyOf(bytes: Uint8Array, variable: WalkedVariable): string {
  const { guidAt } = variable;
  return `${guidAt === null ? '' : bytes.subarray(guidAt, guidAt + 16).join()} ${nameOf(bytes, variable)}`;
}

function words({ count, bytes }: Figure): string {
  return `${count} (${bytes})`;
}

function length({ start, end }: ByteRange): number {
  return end - start;
}
