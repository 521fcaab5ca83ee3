import type { Fuel } from '../bytes/need.js';
import { type ByteRange, hull } from '../bytes/range.js';
import { concat, derive, extent, slice, type TracedBytes } from '../bytes/traced.js';
import { kernelDumpText } from '../dump/index.js';
import type { Finding, Report } from '../finding.js';
import { eccNotice, kernelFileName, withNotice } from '../kernel-file.js';
import { formatKernelVersion, isSince, type KernelVersion } from '../kernel-version.js';
import { parsePartLine } from '../payload/dmesg.js';
import { ftraceText } from '../payload/ftrace.js';
import { guessFtraceLayout } from '../payload/ftrace-guess.js';
import { mergeFtrace } from '../payload/ftrace-merge.js';
import { type EccSummary, gradeOf, type KernelFile, type PstoreRecord, type Timestamp } from '../record.js';
import type { Dump } from './dumps.js';
import { eccGeometry } from './ecc-blocks.js';
import type { Layout } from './infer.js';
import { acceptedFtrace, dumpBufferSize, dumpTime, fileTime, isRelease } from './kernel.js';
import type { ZoneReading } from './zone.js';

/** A region as read, zone by zone, and the kernel whose view of it is asked for. */
export interface RegionReading {
  readonly layout: Layout;
  readonly readings: readonly ZoneReading[];
  /** For each dmesg zone with a log. */
  readonly dumps: ReadonlyMap<ZoneReading, readonly Dump[]>;
  readonly kernel: KernelVersion;
}

/** A record, and the text and time of the file that the kernel makes of it if its list gets that far; null if never. */
interface Draft {
  readonly record: Omit<PstoreRecord, 'state' | 'file'>;
  readonly file: KernelFile | null;
  /** The kernel's list ends here: it reads nothing from this record. */
  readonly endsList?: boolean;
}

/** The records of a region: those of the kernel's list in its order, then the others. */
export function* recordsOf(region: RegionReading, report: Report, fuel: Fuel): Generator<PstoreRecord> {
  const hidden: PstoreRecord[] = [];
  let ended = false;
  for (const { record, file, endsList } of draftsOf(region, report)) {
    fuel.record(record.payload.bytes.length);
    if (endsList && !ended) {
      ended = true;
      report({ code: 'kernel.scan-ends', at: record.stored });
    }
    if (file !== null && !ended) yield { ...record, state: 'live', file };
    else hidden.push({ ...record, state: 'hidden', grade: gradeOf(record.findings) });
  }
  yield* hidden;
}

/** In the order in which the kernel reads (ramoops_pstore_read, fs/pstore/ram.c). */
function* draftsOf(region: RegionReading, report: Report): Generator<Draft> {
  const { readings, dumps, kernel } = region;
  const ofType = (type: string) => readings.filter(({ zone }) => zone.type === type);
  for (const reading of readings) {
    if (reading.log === null) for (const finding of reading.findings) report(finding);
  }
  for (const reading of ofType('dmesg')) {
    for (const [i, dump] of (dumps.get(reading) ?? []).entries()) yield dumpDraft(region, reading, dump, i === 0);
  }
  for (const reading of ofType('console')) yield* ringDraft(reading, kernel);
  if (isSince(kernel, 4, 9)) for (const reading of ofType('pmsg')) yield* ringDraft(reading, kernel);
  yield* ftraceDrafts(region, ofType('ftrace'), report);
  if (!isSince(kernel, 4, 9)) for (const reading of ofType('pmsg')) yield* ringDraft(reading, kernel);
}

function dumpDraft(region: RegionReading, reading: ZoneReading, dump: Dump, first: boolean): Draft {
  const { header, payload, text, compression } = dump;
  const time = header === null ? undefined : dumpTime(header);
  const empty = header !== null && dump.stored.bytes.length === header.length;
  const file = first && !empty ? dumpFile(region, reading, dump) : null;
  const isKept = dump.seen?.reading.complete === true && file !== null && file.name.endsWith('.enc.z');
  const kept: Finding[] = isKept ? [{ code: 'compress.kept', at: extent(dump.stored) }] : [];
  return {
    record: {
      backend: 'ramoops',
      type: 'dmesg',
      id: BigInt(reading.zone.index),
      ...parsePartLine(payload.bytes),
      ...(time === undefined ? {} : { time }),
      ...(compression === undefined ? {} : { compression }),
      ...eccOf(reading.ecc),
      stored: first ? reading.stored : (extent(dump.stored) ?? reading.stored),
      payload,
      text,
      findings: first ? [...reading.findings, ...dump.findings, ...kept] : dump.findings,
    },
    file,
    endsList: first && empty,
  };
}

/** The file of the first dump of a zone: the kernel knows no other, and everything behind the header is in it. */
function dumpFile(region: RegionReading, reading: ZoneReading, dump: Dump): KernelFile | null {
  const { kernel, layout } = region;
  const { header } = dump;
  const log = reading.log as TracedBytes;
  const id = BigInt(reading.zone.index);
  if (header === null) return isSince(kernel, 4, 4) ? null : plainFile(reading, kernel, log, id);
  const kept = isSince(kernel, 3, 19) ? slice(log, header.length, log.bytes.length) : log;
  const mtime = fileTime(header, kernel);
  if (!header.compressed || !isSince(kernel, 3, 12)) return plainFile(reading, kernel, kept, id, mtime);
  const { sizes, blockCount } = layout;
  const capacity = eccGeometry(reading.zone.size, sizes.eccSize, blockCount)?.capacity ?? 0;
  const room = dumpBufferSize(capacity, sizes.recordSize, sizes.consoleSize, kernel);
  const notice = noticeOf(reading.ecc, kernel);
  // Up to 3.18 the header line was left in front of the stream, so that it never decompressed.
  const { seen } = dump;
  const text = seen && isSince(kernel, 3, 19) ? kernelDumpText(seen.source, seen.reading, room, kernel) : null;
  if (text !== null) {
    // Up to 4.6 the notice went into the decompressor with the stream and was lost there.
    const content = withNotice(text, isSince(kernel, 4, 8) ? notice : '', log);
    return fileOf(kernelFileName('dmesg', 'ramoops', id, false, kernel), content, mtime);
  }
  return fileOf(kernelFileName('dmesg', 'ramoops', id, true, kernel), withNotice(kept, notice, log), mtime);
}

function* ringDraft(reading: ZoneReading, kernel: KernelVersion): Generator<Draft> {
  const { zone, log, stored, findings } = reading;
  if (log === null || zone.type === 'dmesg') return;
  const record = {
    backend: 'ramoops',
    type: zone.type,
    id: 0n,
    ...eccOf(reading.ecc),
    stored,
    payload: log,
    text: log,
    findings,
  };
  yield { record, file: plainFile(reading, kernel, log, 0n) };
}

function plainFile(
  reading: ZoneReading,
  kernel: KernelVersion,
  content: TracedBytes,
  id: bigint,
  mtime?: Timestamp,
): KernelFile {
  const name = kernelFileName(reading.zone.type, 'ramoops', id, false, kernel);
  return fileOf(name, withNotice(content, noticeOf(reading.ecc, kernel), content), mtime);
}

/** The zones of the kernel's own version as one record, those of each other version as one that it does not show. */
function* ftraceDrafts(region: RegionReading, zones: readonly ZoneReading[], report: Report): Generator<Draft> {
  const accepted = acceptedFtrace(zones, region.kernel);
  const groups = new Map<string, ZoneReading[]>();
  for (const zone of zones.filter(({ log }) => log !== null)) {
    const name = zone.version === null ? '' : formatKernelVersion(zone.version);
    groups.set(name, [...(groups.get(name) ?? []), zone]);
  }
  for (const group of groups.values()) {
    const version = group[0]?.version ?? null;
    const own = version !== null && accepted !== null && isRelease(version, accepted);
    const draft = ftraceDraft(region, group, version ?? region.kernel, own);
    if (draft !== null) yield draft;
    else for (const { stored } of group) report({ code: 'ftrace.remainder', at: stored, detail: 'no whole record' });
  }
}

function ftraceDraft(
  region: RegionReading,
  group: readonly ZoneReading[],
  writer: KernelVersion,
  own: boolean,
): Draft | null {
  const { kernel } = region;
  const rings = group.flatMap(({ log }) => log ?? []);
  const { layout, evident } = guessFtraceLayout(
    rings.map(({ bytes }) => bytes),
    region.layout.endian,
    writer,
  );
  const payload = isSince(writer, 4, 9) ? mergeFtrace(rings, layout) : concat(...rings);
  if (payload.bytes.length === 0) return null;
  const stored = hull(group.map((reading) => reading.stored)) as ByteRange;
  const findings: Finding[] = group.flatMap((reading) => reading.findings);
  if (!own) findings.push({ code: 'zone.other-kernel', at: stored, detail: formatKernelVersion(writer) });
  if (!evident) findings.push({ code: 'ftrace.guessed', at: stored });
  const ecc = sumEcc(group);
  const print = (calls: TracedBytes) => derive(new TextEncoder().encode(ftraceText(calls.bytes, layout)), payload);
  const text = print(payload);
  // Up to 6.14 the kernel counts the notice behind the records as if it were records.
  const notice = isSince(kernel, 6, 15) ? '' : noticeOf(ecc, kernel);
  const shown = () => (notice === '' ? text : print(withNotice(payload, notice, payload)));
  const name = kernelFileName('ftrace', 'ramoops', 0n, false, kernel);
  return {
    record: { backend: 'ramoops', type: 'ftrace', id: 0n, ...eccOf(ecc), stored, payload, text, findings },
    file: own ? fileOf(name, shown()) : null,
  };
}

function sumEcc(group: readonly ZoneReading[]): EccSummary | undefined {
  return group
    .flatMap(({ ecc }) => ecc ?? [])
    .reduce<EccSummary | undefined>(
      (sum, ecc) => ({
        size: ecc.size,
        corrected: (sum?.corrected ?? 0) + ecc.corrected,
        uncorrectable: (sum?.uncorrectable ?? 0) + ecc.uncorrectable,
      }),
      undefined,
    );
}

function noticeOf(ecc: EccSummary | undefined, kernel: KernelVersion): string {
  return ecc === undefined ? '' : eccNotice(ecc, kernel);
}

function eccOf(ecc: EccSummary | undefined): { ecc?: EccSummary } {
  return ecc === undefined ? {} : { ecc };
}

function fileOf(name: string, content: TracedBytes, mtime?: Timestamp): KernelFile {
  return mtime === undefined ? { name, content } : { name, content, mtime };
}
