import type { ByteRange } from '../bytes/range.js';
import type { KnownTexts } from '../dump/known-texts.js';
import { type Finding, type Report, severityOf } from '../finding.js';
import { versionCode } from '../kernel-version.js';
import { legibleText } from '../payload/legible.js';
import { soundLength } from '../payload/sound-length.js';
import type { Grade, PstoreRecord } from '../record.js';
import { doubtOf } from './doubt.js';
import { readDumps } from './dumps.js';
import { zoneSignature } from './layout.js';
import { type RegionReading, recordsOf } from './records.js';
import { type RecoveredHeader, recoverHeader } from './recover-header.js';
import { type Recovery, recoverZone } from './recover-zone.js';
import { readZoneAs, type ZoneReading } from './zone.js';

/**
 * The records of a region with everything that can be had beside them: what the kernel shows first, as it shows it, then
 * what it does not. Recovered text that stands in a record already is told, not shown again.
 */
export function* withRecovered(
  region: RegionReading,
  recovery: Recovery,
  shown: KnownTexts,
  report: Report,
): Generator<PstoreRecord> {
  const hidden: PstoreRecord[] = [];
  for (const record of recordsOf(region, report, recovery.fuel)) {
    if (record.state === 'live') {
      shown.add(record);
      yield record;
    } else hidden.push(record);
  }
  const recovered = region.readings.map((reading) => recoveredOf(region, reading, recovery));
  const replaced = new Set(region.readings.flatMap(({ stored }, i) => (recovered[i]?.some(isDump) ? stored : [])));
  for (const record of hidden) {
    const kept = hasNoLine(record) && replaced.has(record.stored) ? null : legibleOf(record);
    if (kept === null) {
      report({ code: 'dmesg.no-header', at: record.stored });
      continue;
    }
    shown.add(kept);
    yield kept;
  }
  yield* unlessShown(recovered.flat(), shown, report);
}

/** The records whose text stands in no other; of the others only where they are. */
export function* unlessShown(
  records: Iterable<PstoreRecord>,
  shown: KnownTexts,
  report: Report,
): Generator<PstoreRecord> {
  for (const record of records) {
    const same = shown.find(record);
    if (same !== null) {
      report({ code: 'recovered.same', at: record.stored, detail: `as at ${inHex(same.stored)}` });
      continue;
    }
    shown.add(record);
    yield record;
  }
}

function recoveredOf(region: RegionReading, reading: ZoneReading, recovery: Recovery): readonly PstoreRecord[] {
  const found = reading.log === null ? headerOf(reading, region, recovery) : null;
  if (found === null) return charged(recoverZone(reading, region.dumps.get(reading) ?? [], recovery), recovery);
  const { codec, hints, fuel } = recovery;
  const notes: Finding[] = [{ code: 'recovered.header', at: reading.stored, detail: sources[found.from] }];
  const again = readZoneAs(reading, found.zone, found.header, codec, doubtOf(reading.zone.type), notes);
  const { zone, log, doubtful } = again;
  const dumps = log === null || zone.type !== 'dmesg' ? [] : readDumps(log, doubtful, hints, fuel);
  const alone = { ...region, readings: [again], dumps: new Map([[again, dumps]]) };
  const records = [...recordsOf(alone, ignore, fuel)].map((record) => rereadRecord(record, found));
  return [...records, ...charged(recoverZone(again, dumps, recovery), recovery)];
}

function charged(records: readonly PstoreRecord[], { fuel }: Recovery): readonly PstoreRecord[] {
  for (const { payload } of records) fuel.record(payload.bytes.length);
  return records;
}

/** What is told of a zone that is read again was told when it was read first. */
const ignore: Report = () => undefined;

const sources = { parity: 'by its parity alone', bytes: 'but for some bits of its signature it stands there' } as const;

function headerOf(
  { zone, content, geometry }: ZoneReading,
  { readings }: RegionReading,
  { codec, layout }: Recovery,
): RecoveredHeader | null {
  const versions = readings.flatMap(({ version }) =>
    version === null ? [] : (zoneSignature ^ versionCode(version)) >>> 0,
  );
  const signatures = zone.type === 'ftrace' ? [...new Set(versions)] : [zoneSignature];
  return recoverHeader(content, geometry, codec, layout.endian, signatures);
}

/** A record of a zone whose header was put right: the kernel shows no such file. */
function rereadRecord({ file: _, ...record }: PstoreRecord, { from }: RecoveredHeader): PstoreRecord {
  const { type, payload, findings } = record;
  const isDoubtful = findings.some(({ code }) => severityOf(code) !== 'note');
  const isText = type === 'console' || type === 'pmsg';
  const text = isText && isDoubtful ? legibleText(payload) : record.text;
  const isSuspect =
    findings.some(({ code }) => code === 'compress.suspect') && text.bytes.length === payload.bytes.length;
  const isLikely = !isSuspect || soundLength(text.bytes, true) === text.bytes.length;
  const grade: Grade = isLikely ? (isDoubtful || from === 'bytes' ? 'probable' : 'certain') : 'possible';
  return { ...record, text, state: 'hidden', grade };
}

function hasNoLine({ type, findings }: PstoreRecord): boolean {
  return type === 'dmesg' && findings.some(({ code }) => code === 'dmesg.no-header');
}

function isDump({ type, part }: PstoreRecord): boolean {
  return type === 'dmesg' && part !== undefined;
}

/** What the kernel drops because it has no header line may be no text at all: its legible lines; null without any. */
function legibleOf(record: PstoreRecord): PstoreRecord | null {
  if (!hasNoLine(record)) return record;
  const text = legibleText(record.payload);
  return text.bytes.length === 0 ? null : { ...record, text };
}

function inHex({ start, end }: ByteRange): string {
  return `0x${start.toString(16)}-0x${end.toString(16)}`;
}
