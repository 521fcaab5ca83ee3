import type { Area, Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { type ByteRange, gaps } from '../bytes/range.js';
import type { Report } from '../finding.js';
import type { PstoreRecord } from '../record.js';
import { type Device, devicesOf } from './chain.js';
import { inWords, isKnownPartition } from './partition.js';
import { recordsOfDevice } from './records.js';

/** The walk over one area: each NVRAM in it, of each the records of the kernel's list, then the others. */
export function* readNvram(area: Area, report: Report, hints: Hints, fuel: Fuel): Generator<PstoreRecord> {
  const { content, range } = area;
  fuel.spend(4 * content.bytes.length);
  const hits = area.hits.map((hit) => hit - range.start).filter((at) => isKnownPartition(content.bytes.subarray(at)));
  const devices = devicesOf(content.bytes, hits, range.start === 0);
  for (const device of devices) {
    reportDevice(device, range, report);
    yield* recordsOfDevice(area, device, report, hints, fuel);
  }
  const covered = devices.map((device) => moved(device.range, range));
  for (const open of gaps(range, covered)) report({ code: 'area.slack', at: open });
}

function reportDevice({ partitions, damaged }: Device, area: ByteRange, report: Report): void {
  for (const { header, range, excess } of partitions) {
    const at = moved(range, area);
    report({ code: 'nvram.partition', at, detail: inWords(header, Math.max(0, range.end - range.start - 16)) });
    if (excess > 0) report({ code: 'nvram.size', at, detail: `${excess} bytes are not there` });
  }
  for (const range of damaged) report({ code: 'nvram.damaged', at: moved(range, area) });
}

function moved(range: ByteRange, area: ByteRange): ByteRange {
  return { start: area.start + range.start, end: area.start + range.end };
}
