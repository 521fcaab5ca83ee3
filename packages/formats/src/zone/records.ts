import type { Fuel } from '../bytes/need.js';
import { type ByteRange, hull } from '../bytes/range.js';
import type { Endian } from '../bytes/struct.js';
import { derive, extent, slice, type TracedBytes } from '../bytes/traced.js';
import type { Finding, Report } from '../finding.js';
import { kernelFileName } from '../kernel-file.js';
import { isSince, type KernelVersion } from '../kernel-version.js';
import { parsePartLine } from '../payload/dmesg.js';
import { ftraceRecordSize, ftraceText } from '../payload/ftrace.js';
import { type GuessedLayout, guessFtraceLayout } from '../payload/ftrace-guess.js';
import type { FtraceLayout } from '../payload/ftrace-layout.js';
import { mergeFtrace } from '../payload/ftrace-merge.js';
import { ringInOrder } from '../payload/ring-order.js';
import { gradeOf, type KernelFile, type PstoreRecord, type RecordState } from '../record.js';
import { dumpFile, type SlotReading } from './dump.js';
import { duplicatesAmong } from './duplicates.js';
import { layoutOfErased, tracesInOrder } from './erased-ring.js';
import { isFull, type Rest, type RingReading } from './ring.js';

/** A device as read, zone by zone, and the kernel whose view of it is asked for. */
export interface DeviceReading {
  readonly endian: Endian;
  readonly slots: readonly SlotReading[];
  readonly rings: readonly RingReading[];
  readonly kernel: KernelVersion;
}

/** A record, and the file that the kernel makes of it if its list gets that far; null if never. */
interface Draft {
  readonly record: Omit<PstoreRecord, 'state' | 'file'>;
  readonly state: PstoreRecord['state'];
  readonly file: KernelFile | null;
  readonly endsList?: boolean;
}

const states: readonly RecordState[] = ['hidden', 'erased', 'stale'];

/** The records of a device: those of the kernel's list in its order, then the others. */
export function* recordsOf(device: DeviceReading, report: Report, fuel: Fuel): Generator<PstoreRecord> {
  const others: PstoreRecord[] = [];
  // Up to 5.7 there was no such backend.
  let ended = !isSince(device.kernel, 5, 8);
  for (const { record, state, file, endsList } of draftsOf(device, report)) {
    fuel.record(record.payload.bytes.length);
    if (endsList && !ended) {
      ended = true;
      report({ code: 'blk.list-ends', at: record.stored });
    }
    if (state === 'live' && file !== null && !ended) yield { ...record, state, file };
    else others.push({ ...record, state: state === 'live' ? 'hidden' : state, grade: gradeOf(record.findings) });
  }
  yield* others.sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
}

/** In the order in which the kernel reads (psz_pstore_read, fs/pstore/zone.c). */
function* draftsOf(device: DeviceReading, report: Report): Generator<Draft> {
  const ofType = (type: string) => device.rings.filter(({ zone }) => zone.type === type);
  // Rings are recovered in another order: the first that fails ends it for those behind.
  const inRecovery = [...ofType('pmsg'), ...ofType('console'), ...ofType('ftrace')];
  const failing = inRecovery.findIndex(({ endsRecovery }) => endsRecovery);
  const lost = new Set(failing < 0 ? [] : inRecovery.slice(failing));
  if (failing >= 0) report({ code: 'blk.recovery-ends', at: inRecovery[failing]!.stored });
  const duplicates = duplicatesAmong(device.slots);
  for (const slot of device.slots) yield* slotDrafts(slot, duplicates.get(slot)?.zone.index, device.kernel);
  yield* ftraceDrafts(device, ofType('ftrace'), lost, report);
  for (const ring of [...ofType('pmsg'), ...ofType('console')]) yield* ringDrafts(ring, device.kernel, lost.has(ring));
}

function* slotDrafts(slot: SlotReading, copyOf: number | undefined, kernel: KernelVersion): Generator<Draft> {
  const { zone, header, dump, stored, state, rest } = slot;
  const id = BigInt(zone.index);
  if (dump !== null) {
    const { payload, text, compression } = dump;
    const line = parsePartLine(text.bytes);
    const file = state === 'live' ? dumpFile(slot, kernel) : null;
    const isKept = dump.complete && file?.name.endsWith('.enc.z') === true;
    const kept: Finding[] = isKept ? [{ code: 'compress.kept', at: stored }] : [];
    const count: Finding[] =
      header === null
        ? []
        : [{ code: 'blk.counter', at: stored, detail: `${header.reason}, ${header.counter} in all` }];
    const copied: Finding[] =
      copyOf === undefined ? [] : [{ code: 'blk.duplicate', at: stored, detail: `of dump ${copyOf}` }];
    yield {
      record: {
        backend: 'pstore_blk',
        type: 'dmesg',
        ...(zone.isStray ? {} : { id }),
        ...(header === null ? {} : { reason: header.reason }),
        ...line,
        ...(header === null || header.time.seconds === 0n ? {} : { time: header.time }),
        ...(compression === undefined ? {} : { compression }),
        stored,
        payload,
        text,
        findings: [...slot.findings, ...count, ...copied, ...dump.findings, ...kept],
      },
      state,
      file,
      endsList: slot.endsList,
    };
  }
  const at = extent(rest);
  if (at === null) return;
  const findings: Finding[] = [{ code: 'blk.older', at }];
  const record = { backend: 'pstore_blk', type: 'dmesg', id, stored: at, payload: rest, text: rest, findings } as const;
  yield { record, state: 'stale', file: null };
}

function* ringDrafts(ring: RingReading, kernel: KernelVersion, isLost: boolean): Generator<Draft> {
  const { zone, log, rest, stored, findings } = ring;
  const { type } = zone;
  const common = { backend: 'pstore_blk', type, id: 0n } as const;
  if (log !== null) {
    const name = kernelFileName(type, 'pstore_blk', 0n, false, kernel);
    const record = { ...common, stored, payload: log, text: log, findings };
    yield { record, state: isLost ? 'hidden' : 'live', file: { name, content: log } };
  }
  if (rest === null) return;
  const at = extent(rest.content) as ByteRange;
  const older: Finding[] = rest.state === 'stale' ? [{ code: 'blk.older', at }] : [...findings];
  const ordered = isFull(ring) ? ringInOrder(rest.content, 0) : null;
  const payload = ordered?.content ?? rest.content;
  if (ordered !== null) older.push({ code: 'blk.order', at, detail: ordered.detail });
  const record = { ...common, stored: log === null ? stored : at, payload, text: payload, findings: older };
  yield { record, state: rest.state, file: null };
}

/** What is valid in the zones of all CPUs as one record, and what is not as one each. */
function* ftraceDrafts(
  device: DeviceReading,
  rings: readonly RingReading[],
  lost: ReadonlySet<RingReading>,
  report: Report,
): Generator<Draft> {
  const { endian, kernel } = device;
  const { layout, evident } = layoutOfTraces(rings, endian, kernel);
  const draftOf = (payload: TracedBytes, stored: ByteRange, more: readonly Finding[]): Draft['record'] | null => {
    if (payload.bytes.length < ftraceRecordSize(layout)) {
      report({ code: 'ftrace.remainder', at: stored, detail: 'no whole record' });
      return null;
    }
    const guessed: Finding[] = evident ? [] : [{ code: 'ftrace.guessed', at: stored }];
    const text = derive(new TextEncoder().encode(ftraceText(payload.bytes, layout)), payload);
    return { backend: 'pstore_blk', type: 'ftrace', id: 0n, stored, payload, text, findings: [...more, ...guessed] };
  };
  for (const isLost of [false, true]) {
    const group = rings.filter((ring) => ring.log !== null && lost.has(ring) === isLost);
    if (group.length === 0) continue;
    const payload = mergeFtrace(
      group.flatMap(({ log }) => log ?? []),
      layout,
    );
    const record = draftOf(payload, hull(group.map(({ stored }) => stored)) as ByteRange, []);
    const name = kernelFileName('ftrace', 'pstore_blk', 0n, false, kernel);
    if (record !== null) yield { record, state: isLost ? 'hidden' : 'live', file: { name, content: record.text } };
  }
  for (const ring of rings) yield* ftraceRests(ring, layout, draftOf);
}

/** Bytes that are a multiple of every size that a record can have. */
function wholeRecords({ content, filled }: Rest): Uint8Array {
  return filled.bytes.subarray(0, Math.ceil(content.bytes.length / 48) * 48);
}

/** Rings of a device: one writer made all of them. */
const mostTried = 8;

function layoutOfTraces(rings: readonly RingReading[], endian: Endian, kernel: KernelVersion): GuessedLayout {
  const logs = rings.flatMap(({ log }) => log?.bytes ?? []);
  const aligned = rings.flatMap((ring) => (isFull(ring) || ring.rest === null ? [] : wholeRecords(ring.rest)));
  for (const { rest } of logs.length > 0 ? [] : rings.filter(isFull).slice(0, mostTried)) {
    const layout = rest === null ? null : layoutOfErased(rest.filled.bytes, endian, kernel);
    if (layout !== null) return { layout, evident: true };
  }
  return guessFtraceLayout(logs.length > 0 ? logs : aligned, endian, kernel);
}

function* ftraceRests(
  ring: RingReading,
  layout: FtraceLayout,
  draftOf: (payload: TracedBytes, stored: ByteRange, more: readonly Finding[]) => Draft['record'] | null,
): Generator<Draft> {
  const { rest, log, stored, findings } = ring;
  if (rest === null) return;
  const at = extent(rest.content) as ByteRange;
  const step = ftraceRecordSize(layout);
  const ordered = isFull(ring) ? tracesInOrder(rest.filled, layout) : null;
  // The last record may end in zeros that look like fill; what is over at the end of a ring is behind all records.
  const { length } = rest.filled.bytes;
  const whole = Math.min(Math.ceil(rest.content.bytes.length / step), Math.floor(length / step)) * step;
  const payload = ordered?.content ?? slice(rest.filled, 0, whole);
  const more: Finding[] = rest.state === 'stale' ? [{ code: 'blk.older', at }] : [...findings];
  if (ordered !== null) more.push({ code: 'blk.order', at, detail: ordered.detail });
  const record = draftOf(payload, log === null ? stored : at, more);
  if (record !== null) yield { record, state: rest.state, file: null };
}
