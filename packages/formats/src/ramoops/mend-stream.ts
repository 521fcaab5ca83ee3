import type { Fuel } from '../bytes/need.js';
import { derive, extent, slice, type TracedBytes } from '../bytes/traced.js';
import { deflate } from '../compress/index.js';
import { withBitsMended } from '../dump/index.js';
import type { Finding } from '../finding.js';
import { parsePartLine } from '../payload/dmesg.js';
import { soundLength } from '../payload/sound-length.js';
import { effortOf } from './effort.js';

/** The text of a stream of which bytes were changed. */
export interface MendedStream {
  readonly payload: TracedBytes;
  /** Stored bytes up to its end. */
  readonly used: number;
  readonly findings: readonly Finding[];
}

/** Bytes of a stream in which the tables of its first block stand. */
const tables = 96;

/** Text that a trial gives before it is taken on. */
const glimpse = 48;

/**
 * A deflate stream that no decompressor accepts because one byte of the tables of its first block is wrong: the one
 * change with which it begins as every dump does, ends by its own rules, and reads like a log to its end. Null when no
 * change does, or two that give different texts.
 */
export function withByteMended(source: TracedBytes, fuel: Fuel): MendedStream | null {
  const trial = source.bytes.slice(0, Math.min(source.bytes.length, tables + 4 * glimpse));
  let found: MendedStream | null = null;
  for (let at = 0; at < Math.min(tables, trial.length); at++) {
    const stored = trial[at] as number;
    for (let flips = 1; flips < 256; flips++) {
      trial[at] = stored ^ flips;
      fuel.spend(tables);
      if (parsePartLine(deflate.decompress(trial, { maxOutput: glimpse }).bytes) === null) continue;
      const mended = mendedAt(source, at, stored ^ flips, fuel);
      if (mended === null) continue;
      if (found !== null && !isSame(found, mended)) return null;
      found ??= mended;
    }
    trial[at] = stored;
  }
  return found;
}

function mendedAt(source: TracedBytes, at: number, byte: number, fuel: Fuel): MendedStream | null {
  const stream = source.bytes.slice();
  const detail = `byte ${at} of the stream: 0x${byte.toString(16)} for 0x${stream[at]?.toString(16)}`;
  stream[at] = byte;
  const { bytes, complete, used } = deflate.decompress(stream, { maxOutput: fuel.allowance(stream.length) });
  fuel.spend(stream.length + bytes.length);
  if (!complete || soundLength(bytes, true) !== bytes.length) return null;
  const taken = slice(source, 0, used);
  const findings: Finding[] = [{ code: 'recovered.mended', at: extent(slice(source, at, at + 1)), detail }];
  return { payload: derive(bytes, taken), used, findings };
}

/**
 * A deflate stream with single bits changed back, anywhere in it: the text that zlib would have compressed so, and that
 * reads like a log to its end. Null when no bits are found that give one, or none need be changed.
 */
export function withBitsMendedBack(source: TracedBytes, fuel: Fuel): MendedStream | null {
  const damaged = source.bytes.subarray(0, largestStream);
  const room = Math.min(mostExpansion * damaged.length, fuel.allowance(damaged.length));
  const effort = effortOf(mostSymbols);
  const mended = withBitsMended(damaged, room, (symbols) => {
    fuel.spend(symbols);
    return effort.spend(symbols);
  });
  const [first, last] = [mended?.changed[0], mended?.changed.at(-1)];
  if (mended === null || first === undefined || last === undefined) return null;
  const { changed, stream } = mended;
  const { bytes, complete, used } = deflate.decompress(stream, { maxOutput: room });
  if (!complete || soundLength(bytes, true) !== bytes.length) return null;
  const taken = slice(source, 0, used);
  const at = extent(slice(source, first >> 3, (last >> 3) + 1));
  const shown = changed.slice(0, mostShown).join(', ');
  const detail = `bits of the stream, ${changed.length} in all: ${shown}${changed.length > mostShown ? ', …' : ''}`;
  const findings: Finding[] = [{ code: 'recovered.mended', at, detail }];
  // Bits that stand close together: a whole byte or more was written over, and there are other ways to mend that.
  const isBurst = changed.some((bit, i) => bit - (changed[i - 1] ?? Number.NEGATIVE_INFINITY) < farApart);
  if (isBurst) findings.push({ code: 'compress.suspect', at, detail: 'changed bits stand close together' });
  return { payload: derive(bytes, taken), used, findings };
}

/** Zones of dumps are smaller, and the search is for the time that it takes. */
export const largestStream = 1 << 17;
/** Kernels give the text up to three times the room of the zone. */
export const mostExpansion = 4;
/** Half a second. */
const mostSymbols = 2 ** 20;
const mostShown = 16;
/** In bits. */
const farApart = 200;

function isSame(a: MendedStream, b: MendedStream): boolean {
  const [x, y] = [a.payload.bytes, b.payload.bytes];
  return x.length === y.length && x.every((byte, at) => byte === y[at]);
}
