import type { Area, Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { type ByteRange, gaps, hull } from '../bytes/range.js';
import type { Endian } from '../bytes/struct.js';
import type { TracedBytes } from '../bytes/traced.js';
import type { Report } from '../finding.js';
import { formatKernelVersion, newestKernel } from '../kernel-version.js';
import { kernelVersionIn } from '../payload/dmesg.js';
import type { PstoreRecord } from '../record.js';
import { type Device, devicesIn } from './devices.js';
import { readSlot, type SlotReading } from './dump.js';
import { layoutOf } from './infer.js';
import { type Abi, zoneHeader } from './layout.js';
import { formatZoneParameters } from './parameters.js';
import { recordsOf } from './records.js';
import { type RingReading, readRing } from './ring.js';
import { type Pages, pagesOf } from './spare-areas.js';

/** The walk over one area: its devices in ascending order. */
export function* readZones(area: Area, report: Report, hints: Hints, fuel: Fuel): Generator<PstoreRecord> {
  fuel.spend(area.content.bytes.length);
  const covered: ByteRange[] = [];
  const pages = pagesOf(area, fuel);
  if (pages.geometry !== null) {
    const { page, spare } = pages.geometry;
    report({ code: 'blk.spare', at: area.range, detail: `pages of ${page} bytes, each with ${spare} spare` });
  }
  for (const device of devicesIn(pages, area.range.start, area.partitions ?? [])) {
    if (device.partition !== null) {
      const { range, description } = device.partition;
      report({ code: 'blk.partition', at: range, detail: description });
    }
    yield* readDevice(pages, device, covered, report, hints, fuel);
  }
  for (const open of gaps(area.range, covered)) report({ code: 'area.slack', at: open });
}

function* readDevice(
  pages: Pages,
  device: Device,
  covered: ByteRange[],
  report: Report,
  hints: Hints,
  fuel: Fuel,
): Generator<PstoreRecord> {
  const { endian } = device;
  const { zones, sizes, abi } = layoutOf(device, pages.bytes, hints.blk ?? {});
  const slots: SlotReading[] = [];
  const rings: RingReading[] = [];
  for (const zone of zones) {
    if (zone.end - zone.start < zoneHeader.size) continue;
    const content = pages.cut(zone.start, zone.end);
    fuel.spend(content.bytes.length);
    if (zone.type === 'dmesg') slots.push(readSlot(zone, content, endian, abi ?? '64-bit', hints, fuel));
    else rings.push(readRing(zone, content, endian));
  }
  const readings = [...rings, ...slots];
  const at = hull(readings.map(({ stored }) => stored));
  // Behind the last page of a zone stands its spare area.
  const spare = pages.geometry?.spare ?? 0;
  for (const { stored } of readings) covered.push({ start: stored.start, end: stored.end + spare });
  report({ code: 'blk.layout', at, detail: `${formatZoneParameters(sizes)} (${machineOf(endian, abi)})` });
  const writer = writerIn(rings, slots);
  if (writer !== null) report({ code: 'area.writer', at, detail: formatKernelVersion(writer) });
  for (const { rest, log, stored, findings } of rings) {
    if (log !== null || rest !== null) continue;
    report(findings[0] ?? { code: 'zone.empty', at: stored });
  }
  for (const { dump, stored } of slots) if (dump === null) report({ code: 'zone.empty', at: stored });
  yield* recordsOf({ endian, slots, rings, kernel: hints.asKernel ?? writer ?? newestKernel }, report, fuel);
}

/** What the headers tell of the machine: in little-endian those of most 32-bit ABIs are those of 64-bit ones. */
function machineOf(endian: Endian, abi: Abi | null): string {
  const order = endian === 'le' ? 'little-endian' : 'big-endian';
  if (abi === null) return order;
  return `${order}, ${endian === 'le' && abi !== 'i386' ? '64-bit or 32-bit other than i386' : abi}`;
}

/** The kernel that wrote a device: what its console says first, then its dumps from the newest on. */
function writerIn(rings: readonly RingReading[], slots: readonly SlotReading[]) {
  const newestFirst = slots.toSorted((a, b) => Number(secondsOf(b) - secondsOf(a)));
  const texts: TracedBytes[] = [
    ...rings.flatMap(({ zone, log }) => (zone.type === 'console' && log !== null ? [log] : [])),
    ...newestFirst.flatMap(({ dump }) => (dump === null ? [] : [dump.text])),
  ];
  for (const { bytes } of texts) {
    const named = kernelVersionIn(bytes);
    if (named !== null) return named;
  }
  return null;
}

function secondsOf({ header }: SlotReading): bigint {
  return header?.time.seconds ?? 0n;
}
