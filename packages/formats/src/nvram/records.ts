import type { Area, Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import type { Finding, Report } from '../finding.js';
import { formatKernelVersion, isSince, type KernelVersion, newestKernel } from '../kernel-version.js';
import { kernelVersionIn, looksLikeText, parsePartLine } from '../payload/dmesg.js';
import { gradeOf, type KernelFile, type PstoreRecord, type RecordState, type RecordType } from '../record.js';
import { carveReports } from './carve.js';
import type { Device, Partition } from './chain.js';
import { dumpFile, idOf, kernelOrder, partitionFile } from './kernel-view.js';
import { compressedDump, errorLogInfo, freeSignature, partitionHeader, plainDump } from './layout.js';
import { byName, knownOf, partitionAt } from './partition.js';
import { type OopsReport, placeOf, readReport, slackFrom } from './report.js';

/** Something that can become a record. Ranges are offsets on the root medium. */
interface Source {
  readonly type: RecordType;
  readonly stored: ByteRange;
  /** Behind the header of the partition. */
  readonly data: TracedBytes;
  /** Of dmesg; null where there is none. */
  readonly report: OopsReport | null;
  readonly state: 'reached' | Exclude<RecordState, 'live'>;
  readonly findings: readonly Finding[];
}

/** The records of one NVRAM: those of the kernel's list in its order, then what it does not show. */
export function* recordsOfDevice(
  area: Area,
  device: Device,
  report: Report,
  hints: Hints,
  fuel: Fuel,
): Generator<PstoreRecord> {
  const sources = [
    ...device.partitions.flatMap((partition) => sourcesOf(area, partition, hints, fuel)),
    ...device.damaged.flatMap((range) => damagedSources(area, range, hints, fuel)),
  ];
  const writer = writerOf(sources);
  if (writer !== null) {
    report({ code: 'area.writer', at: moved(device.range, area), detail: formatKernelVersion(writer) });
  }
  const kernel = hints.asKernel ?? writer ?? newestKernel;
  const shown = kernelList(device, sources, kernel, moved(device.range, area), report);
  for (const source of shown) yield recordOf(source, kernel, 'live', fuel);
  for (const source of sources) {
    if (!shown.includes(source) && holdsRecord(source)) {
      yield recordOf(source, kernel, source.state === 'reached' ? 'hidden' : source.state, fuel);
    }
    if (source.report !== null || source.type === 'dmesg') yield* slackRecord(source, report, fuel);
  }
}

/** What the kernel shows, up to the first of its kinds that gives nothing. */
function kernelList(
  device: Device,
  sources: readonly Source[],
  kernel: KernelVersion,
  at: ByteRange,
  report: Report,
): Source[] {
  const shown: Source[] = [];
  const reached = sources.filter((source) => source.state === 'reached' && holdsRecord(source));
  let end = isSince(kernel, 3, 11) ? null : 'up to 3.10 there is no list';
  for (const type of kernelOrder(device.partitions)) {
    const source = reached.find((one) => one.type === type);
    if (end === null && source !== undefined) shown.push(source);
    else end ??= `${type} is ${sources.some((one) => one.type === type) ? 'empty or not reached' : 'not there'}`;
  }
  const isCut = reached.some((source) => !shown.includes(source));
  if (end !== null && isCut) report({ code: 'nvram.list-ends', at, detail: end });
  return shown;
}

function holdsRecord({ type, report, data }: Source): boolean {
  if (type === 'dmesg') return report !== null;
  return type === 'rtas' ? data.bytes.length > errorLogInfo.size : data.bytes.length > 0;
}

/** The records that a partition can give, by its name; of a free one, reports of partitions that were removed. */
function sourcesOf(area: Area, partition: Partition, hints: Hints, fuel: Fuel): Source[] {
  const { range, header, isReached } = partition;
  const start = Math.min(range.end, range.start + partitionHeader.size);
  if (header.signature === freeSignature) return carvedSources(area, { start, end: range.end }, 'erased', hints, fuel);
  const type = knownOf(header)?.type;
  if (type === undefined) return [];
  const stored = moved(range, area);
  const data = slice(area.content, start, range.end);
  const findings: Finding[] = isReached ? [] : [{ code: 'nvram.unreached', at: stored }];
  const state = isReached ? 'reached' : 'hidden';
  const own: Source = {
    type,
    stored,
    data,
    state,
    findings,
    report: type === 'dmesg' ? readReport(data, hints, fuel) : null,
  };
  // Where there was no room for a partition of its own, a dump goes to that of RTAS.
  const errorType = type === 'rtas' && data.bytes.length >= errorLogInfo.size ? errorTypeOf(data) : 0;
  if (errorType !== compressedDump && errorType !== plainDump) return [own];
  const dump = readReport(data, hints, fuel);
  return dump === null ? [own] : [{ ...own, type: 'dmesg', report: dump }, own];
}

function errorTypeOf(data: TracedBytes): number {
  return errorLogInfo.decode(data.bytes, 0, 'be').errorType;
}

/** Where no header is sound: a partition whose name is still legible, else reports by their own headers. */
function damagedSources(area: Area, range: ByteRange, hints: Hints, fuel: Fuel): Source[] {
  const header = partitionAt(area.content.bytes, range.start);
  const type = header === null ? undefined : byName(header.name)[0]?.type;
  if (type === undefined || range.start + partitionHeader.size > range.end)
    return carvedSources(area, range, 'hidden', hints, fuel);
  const data = slice(area.content, range.start + partitionHeader.size, range.end);
  const stored = moved(range, area);
  const findings: Finding[] = [{ code: 'nvram.unreached', at: stored }];
  const report = type === 'dmesg' ? readReport(data, hints, fuel) : null;
  return [{ type, stored, data, report, state: 'hidden', findings }];
}

function carvedSources(area: Area, range: ByteRange, state: 'erased' | 'hidden', hints: Hints, fuel: Fuel): Source[] {
  return carveReports(area.content.bytes, range).map((found): Source => {
    const data = slice(area.content, found.start, found.end);
    const stored = moved(found, area);
    const report = readReport(data, hints, fuel);
    return { type: 'dmesg', stored, data, report, state, findings: [{ code: 'nvram.carved', at: stored }] };
  });
}

function recordOf(source: Source, kernel: KernelVersion, state: RecordState, fuel: Fuel): PstoreRecord {
  const { type, stored, data, report } = source;
  const content =
    type === 'rtas' ? slice(data, Math.min(errorLogInfo.size, data.bytes.length), data.bytes.length) : data;
  const sequence = data.bytes.length < errorLogInfo.size ? 0 : errorLogInfo.decode(data.bytes, 0, 'be').sequence;
  const id = idOf(type, sequence);
  const payload = report?.reading.payload ?? content;
  const text = report?.reading.text ?? content;
  fuel.record(payload.bytes.length);
  const file = state === 'live' ? fileOf(source, content, id, kernel) : null;
  const isKept = file?.name.endsWith('.enc.z') === true && report?.reading.complete === true;
  const kept: Finding[] = isKept ? [{ code: 'compress.kept', at: stored }] : [];
  const findings = [...source.findings, ...(report?.findings ?? []), ...kept];
  return {
    backend: 'nvram',
    type,
    state,
    ...(state === 'live' ? {} : { grade: gradeOf(findings) }),
    id,
    ...(type === 'dmesg' ? parsePartLine(text.bytes) : {}),
    ...(report?.time === undefined ? {} : { time: report.time }),
    ...(report?.reading.compression === undefined ? {} : { compression: report.reading.compression }),
    stored,
    payload,
    text,
    ...(file === null ? {} : { file }),
    findings,
  };
}

function fileOf({ type, data, report }: Source, content: TracedBytes, id: bigint, kernel: KernelVersion): KernelFile {
  if (report === null) return partitionFile(type, id, content, kernel);
  return dumpFile(report, data.bytes.length, kernel);
}

/** The end of a longer report, behind the one that was written over it: a record where it is text, else a note. */
function* slackRecord({ data, report: dump }: Source, report: Report, fuel: Fuel): Generator<PstoreRecord> {
  const slack = dump?.slack ?? slackFrom(data, Math.min(placeOf(data.bytes)?.start ?? 0, data.bytes.length));
  const at = extent(slack);
  if (at === null) return;
  const finding: Finding = { code: 'nvram.slack', at, detail: `${slack.bytes.length} bytes` };
  if (slack.bytes.length < 16 || !looksLikeText(slack.bytes)) {
    report(finding);
    return;
  }
  fuel.record(slack.bytes.length);
  yield {
    backend: 'nvram',
    type: 'dmesg',
    state: 'stale',
    grade: gradeOf([finding]),
    stored: at,
    payload: slack,
    text: slack,
    findings: [finding],
  };
}

/** The kernel that the texts name: those that it would show count first. */
function writerOf(sources: readonly Source[]): KernelVersion | null {
  const ordered = [...sources].sort((a, b) => Number(b.state === 'reached') - Number(a.state === 'reached'));
  for (const { report } of ordered) {
    const named = report === null ? null : kernelVersionIn(report.reading.text.bytes);
    if (named !== null) return named;
  }
  return null;
}

function moved(range: ByteRange, { range: { start } }: Area): ByteRange {
  return { start: start + range.start, end: start + range.end };
}
