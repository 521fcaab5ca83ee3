import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import { type Compressor, compressors } from '../compress/index.js';
import { type DumpHints, readCompressedDump } from '../dump/index.js';
import type { Finding } from '../finding.js';
import { parsePartLine } from '../payload/dmesg.js';
import { soundLength } from '../payload/sound-length.js';
import { type DmesgHeader, damagedDmesgHeader, parseDmesgHeader } from './dmesg-header.js';
import type { Dump } from './dumps.js';
import type { Effort } from './effort.js';
import { withLinesBehind } from './lines-behind.js';
import { type MendedStream, withBitsMendedBack, withByteMended } from './mend-stream.js';

/** A dump whose end nothing but its own text or stream tells. */
export interface RecoveredDump extends Dump {
  /** The stream ended by its own rules, and no line of its text speaks against it. */
  readonly isSound: boolean;
}

/** Where a payload may begin when its header line is lost: the lines of all kernels are shorter. */
const farthest = 48;

/**
 * The dump that begins an area, whatever its size was said to be: a stream ends by its own rules, a text with its
 * last line that reads like one. The header line may be damaged or lost. Null when there is none.
 * @param area as it stands on the medium, not turned
 * @param doubtful ranges of the medium that ECC could not correct
 * @param effort of trying changes, in streams
 */
export function recoverDump(
  area: TracedBytes,
  doubtful: readonly ByteRange[],
  hints: DumpHints,
  fuel: Fuel,
  effort: Effort,
): RecoveredDump | null {
  const exact = parseDmesgHeader(area.bytes);
  const header = exact ?? damagedDmesgHeader(area.bytes, lineLeast);
  const line: Finding[] =
    exact === null ? [{ code: 'recovered.line', at: extent(slice(area, 0, header?.length ?? 0)) }] : [];
  if (header !== null) {
    const found = dumpAt(area, header.length, doubtful, hints, fuel);
    if (found !== null) {
      const better = isBroken(found) && effort.spend(1) ? betterDump(area, header, found, fuel) : found;
      return { ...better, header, findings: [...line, ...better.findings] };
    }
  }
  for (let at = 0; at <= Math.min(farthest, area.bytes.length); at++) {
    const bytes = area.bytes.subarray(at, at + beginning);
    const asked = compressors.filter(({ traces }) => traces(bytes));
    if (at === header?.length || !beginsDump(bytes, asked, fuel)) continue;
    const found = dumpAt(area, at, doubtful, hints, fuel);
    const lost: Finding = { code: 'recovered.line', at: extent(slice(area, 0, at)) };
    if (found !== null) return { ...found, findings: [lost, ...found.findings] };
  }
  const mended =
    header === null || !effort.spend(1) ? null : mendedDump(area, header, [withBitsMendedBack, withByteMended], fuel);
  return mended === null ? null : { ...mended, findings: [...line, ...mended.findings] };
}

/** Bytes of a header line that must be right where a dump is known to begin. */
const lineLeast = 12;

/** The dump whose payload begins at one place; null when none does. */
export function dumpAt(
  area: TracedBytes,
  at: number,
  doubtful: readonly ByteRange[],
  hints: DumpHints,
  fuel: Fuel,
): RecoveredDump | null {
  const source = slice(area, at, area.bytes.length);
  if (parsePartLine(source.bytes) !== null) {
    const text = slice(source, 0, soundLength(source.bytes, true));
    const stored = slice(area, 0, at + text.bytes.length);
    return { header: null, stored, payload: text, text, isSound: false, findings: [] };
  }
  const { payload, text, compression, complete, findings } = readCompressedDump(source, doubtful, hints, fuel);
  if (compression === undefined || compression === 'unknown' || text.bytes.length === 0) return null;
  const used = (extent(payload)?.end ?? 0) - (extent(source)?.start ?? 0);
  const isSound = complete && soundLength(text.bytes, true) === text.bytes.length;
  return { header: null, stored: slice(area, 0, at + used), payload, text, compression, isSound, findings };
}

/** Damage shows in a stream that can be mended. */
function isBroken({ compression, isSound }: RecoveredDump): boolean {
  return compression === 'deflate' && !isSound;
}

/** What can be had of a broken stream beside its sound part. */
function betterDump(area: TracedBytes, header: DmesgHeader, found: RecoveredDump, fuel: Fuel): RecoveredDump {
  const mended = mendedDump(area, header, [withBitsMendedBack], fuel);
  if (mended !== null) return mended;
  const behind = withLinesBehind(slice(area, header.length, area.bytes.length), found.text, fuel);
  return behind === null ? found : { ...found, text: behind.text, findings: [...found.findings, ...behind.findings] };
}

type Mend = (source: TracedBytes, fuel: Fuel) => MendedStream | null;

function mendedDump(area: TracedBytes, header: DmesgHeader, ways: readonly Mend[], fuel: Fuel): RecoveredDump | null {
  const source = slice(area, header.length, area.bytes.length);
  for (const mend of ways) {
    const mended = mend(source, fuel);
    if (mended === null) continue;
    const { payload, used, findings } = mended;
    const stored = slice(area, 0, header.length + used);
    return { header, stored, payload, text: payload, compression: 'deflate', isSound: false, findings };
  }
  return null;
}

/** Stored bytes that are enough for the first line. */
export const beginning = 512;

/** Cheap: true when a dump begins with these bytes. @param asked the compressors that may have made it */
export function beginsDump(bytes: Uint8Array, asked: readonly Compressor[], fuel: Fuel): boolean {
  if (parsePartLine(bytes) !== null) return true;
  fuel.spend(asked.length * bytes.length);
  return asked.some((one) => parsePartLine(one.decompress(bytes, { maxOutput: glimpse }).bytes) !== null);
}

/** Longer than any first line. */
const glimpse = 48;
