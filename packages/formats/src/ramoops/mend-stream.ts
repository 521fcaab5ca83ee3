import type { Fuel } from '../bytes/need.js';
import { derive, extent, slice, type TracedBytes } from '../bytes/traced.js';
import { deflate } from '../compress/index.js';
import type { Finding } from '../finding.js';
import { parsePartLine } from '../payload/dmesg.js';
import { soundLength } from '../payload/sound-length.js';

/** The text of a stream of which one byte was changed. */
export interface MendedStream {
  readonly payload: TracedBytes;
  /** Stored bytes up to its end. */
  readonly used: number;
  readonly finding: Finding;
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
  const finding: Finding = { code: 'recovered.mended', at: extent(slice(source, at, at + 1)), detail };
  return { payload: derive(bytes, taken), used, finding };
}

function isSame(a: MendedStream, b: MendedStream): boolean {
  const [x, y] = [a.payload.bytes, b.payload.bytes];
  return x.length === y.length && x.every((byte, at) => byte === y[at]);
}
