import type { Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import type { ReedSolomon } from '../ecc/index.js';
import type { Finding } from '../finding.js';
import { looksLikeText, parsePartLine } from '../payload/dmesg.js';
import { kernelLogLines, legibleShare, legibleText } from '../payload/legible.js';
import { ringInOrder } from '../payload/ring-order.js';
import { soundLength } from '../payload/sound-length.js';
import type { Grade, PstoreRecord, RecordState } from '../record.js';
import { doubtOf } from './doubt.js';
import type { Dump } from './dumps.js';
import { correctData, rangeOfBlock } from './ecc-blocks.js';
import type { Effort } from './effort.js';
import type { Layout } from './infer.js';
import { dumpTime } from './kernel.js';
import { zoneHeader } from './layout.js';
import { type RecoveredDump, recoverDump } from './recover-dump.js';
import type { ZoneReading } from './zone.js';

/** What zones are read again with. */
export interface Recovery {
  readonly layout: Layout;
  readonly codec: ReedSolomon | null;
  readonly hints: Hints;
  readonly fuel: Fuel;
  /** Of changing streams until they can be read: how many. */
  readonly mending: Effort;
}

/**
 * What a zone holds beside the log that its header names: all of its data where there is no such log, a dump that was
 * broken off or hidden by its header line, and what an older log left behind a shorter one.
 * @param dumps of the log, where the zone is one of dumps
 */
export function recoverZone(reading: ZoneReading, dumps: readonly Dump[], recovery: Recovery): PstoreRecord[] {
  const { zone, log, content, geometry } = reading;
  const isRead =
    log !== null && log.bytes.length === geometry.capacity && (zone.type !== 'dmesg' || isReadable(dumps[0]));
  if (zone.type === 'ftrace' || isRead || isBlank(content.bytes.subarray(zoneHeader.size))) return [];
  recovery.fuel.spend(content.bytes.length);
  const data = dataOf(reading, recovery);
  const found = zone.type === 'dmesg' ? recoverDumps(reading, data, dumps, recovery) : [];
  const end = found.reduce((most, { dump }) => Math.max(most, dump.stored.bytes.length), log?.bytes.length ?? 0);
  const rest = log === null && zone.type !== 'dmesg' ? ringOf(reading, data, recovery) : restOf(reading, data, end);
  return [...found.map(({ record }) => record), ...(rest === null ? [] : [rest])];
}

/** The data of a zone with every block corrected that can be, also behind `size`. */
interface ZoneData {
  readonly data: TracedBytes;
  readonly doubtful: readonly ByteRange[];
}

function dataOf({ zone, content, geometry }: ZoneReading, { codec }: Recovery): ZoneData {
  const { capacity } = geometry;
  const body = correctData(content, geometry, codec, capacity, doubtOf(zone.type));
  return {
    data: slice(body.zone, zoneHeader.size, zoneHeader.size + capacity),
    doubtful: body.badBlocks.map((block) => rangeOfBlock(content, block, capacity)),
  };
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === bytes[0]);
}

/** The kernel's reading of a dump leaves nothing to be wished for. */
function isReadable(dump: Dump | undefined): boolean {
  if (dump === undefined || dump.header === null) return false;
  if (dump.seen !== undefined) {
    const { complete, compression, text } = dump.seen.reading;
    return dump.compression !== compression || (complete && soundLength(text.bytes, true) === text.bytes.length);
  }
  return parsePartLine(dump.text.bytes) !== null || looksLikeText(dump.text.bytes);
}

interface FoundDump {
  readonly dump: RecoveredDump;
  readonly record: PstoreRecord;
}

/** The first dump of a zone, where the kernel's reading of it is not whole. */
function recoverDumps(
  reading: ZoneReading,
  { data, doubtful }: ZoneData,
  [first]: readonly Dump[],
  { layout, hints, fuel, mending }: Recovery,
): FoundDump[] {
  if (isReadable(first)) return [];
  const dump = recoverDump(data, doubtful, hints, fuel, mending);
  const known =
    first === undefined || first.header === null || parsePartLine(first.text.bytes) === null
      ? 0
      : first.text.bytes.length;
  if (dump === null || (dump.text.bytes.length <= known && !isMended(dump))) return [];
  return [{ dump, record: dumpRecord(reading, dump, isErased(reading, layout)) }];
}

/** Its text is another than the kernel's, be it as long. */
function isMended({ findings }: RecoveredDump): boolean {
  return findings.some(({ code }) => code === 'recovered.mended');
}

/** The kernel empties a zone by its header alone, when a record is removed or was saved at boot. */
function isErased({ content, findings }: ZoneReading, { endian }: Layout): boolean {
  const isEmpty = findings.some(({ code }) => code === 'zone.empty');
  return isEmpty && zoneHeader.decode(content.bytes, 0, endian).start === 0;
}

function dumpRecord(reading: ZoneReading, dump: RecoveredDump, erased: boolean): PstoreRecord {
  const { header, payload, text, compression, isSound, stored, findings } = dump;
  const time = header === null ? undefined : dumpTime(header);
  const isSuspect = findings.some(({ code }) => code === 'compress.suspect');
  const isWhole = text.bytes.length === payload.bytes.length;
  return {
    backend: 'ramoops',
    type: 'dmesg',
    state: erased ? 'erased' : 'hidden',
    grade: isSound && !isSuspect ? 'certain' : isSuspect && isWhole && !isSound ? 'possible' : 'probable',
    id: BigInt(reading.zone.index),
    ...parsePartLine(payload.bytes),
    ...(time === undefined ? {} : { time }),
    ...(compression === undefined ? {} : { compression }),
    stored: extent(stored) ?? reading.stored,
    payload,
    text,
    findings: [{ code: erased ? 'recovered.erased' : 'recovered.bounds', at: reading.stored }, ...findings],
  };
}

/** A ring of text without a header: all of its data, turned so that it begins with its oldest line. */
function ringOf(reading: ZoneReading, { data }: ZoneData, { layout }: Recovery): PstoreRecord | null {
  const { start } = zoneHeader.decode(reading.content.bytes, 0, layout.endian);
  const { content, detail } = ringInOrder(data, start);
  const text = legibleText(content);
  const share = legibleShare(content.bytes, text.bytes);
  const erased = isErased(reading, layout);
  const findings: Finding[] = [
    { code: erased ? 'recovered.erased' : 'recovered.area', at: reading.stored },
    { code: 'recovered.order', at: extent(content), detail },
  ];
  return textRecord(
    reading,
    content,
    text,
    erased ? 'erased' : 'hidden',
    share < mostlyLegible ? 'possible' : 'probable',
    findings,
  );
}

/** Below this share of text there is more in a ring than its log with some damage. */
const mostlyLegible = 0.4;

/**
 * What stands behind the log: an older one, whose first line is cut. Where the header contradicts itself it is the log
 * that goes on, from the line on that the named size cuts.
 */
function restOf(reading: ZoneReading, { data }: ZoneData, end: number): PstoreRecord | null {
  const { zone, log } = reading;
  const isCut = reading.findings.some(({ code }) => code === 'zone.inconsistent');
  const feed =
    isCut && zone.type !== 'dmesg' ? data.bytes.lastIndexOf(lineFeed, end - 1) : data.bytes.indexOf(lineFeed, end);
  if (feed < 0 && !isCut) return null;
  const payload = slice(data, end === 0 ? 0 : feed + 1, data.bytes.length);
  const legible = legibleText(payload);
  const text = zone.type === 'dmesg' ? kernelLogLines(legible) : legible;
  const state = log === null || isCut ? 'hidden' : 'stale';
  const findings: Finding[] = [{ code: state === 'stale' ? 'recovered.stale' : 'recovered.area', at: extent(payload) }];
  const share = legibleShare(payload.bytes, legible.bytes);
  // Memory behind a log that was never full is anything at all.
  if (state === 'stale' && share < mostlyLegible) return null;
  return textRecord(reading, payload, text, state, share < mostlyLegible ? 'possible' : 'probable', findings);
}

const lineFeed = 0x0a;

function textRecord(
  reading: ZoneReading,
  payload: TracedBytes,
  text: TracedBytes,
  state: RecordState,
  grade: Grade,
  findings: readonly Finding[],
): PstoreRecord | null {
  if (text.bytes.length === 0) return null;
  const { length } = payload.bytes;
  const gaps: Finding = {
    code: 'recovered.gaps',
    at: extent(payload),
    detail: `${text.bytes.length} of ${length} bytes`,
  };
  return {
    backend: 'ramoops',
    type: reading.zone.type,
    state,
    grade,
    id: reading.zone.type === 'dmesg' ? BigInt(reading.zone.index) : 0n,
    stored: reading.stored,
    payload,
    text,
    findings: text.bytes.length === length ? findings : [...findings, gaps],
  };
}
