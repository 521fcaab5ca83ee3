import type { Area, Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { type ByteRange, gaps } from '../bytes/range.js';
import { concat, extent, fill, slice, type TracedBytes } from '../bytes/traced.js';
import { type KnownTexts, knownTexts } from '../dump/known-texts.js';
import type { Report } from '../finding.js';
import { formatKernelVersion, newestKernel } from '../kernel-version.js';
import { looksLikeText, parsePartLine } from '../payload/dmesg.js';
import type { PstoreRecord } from '../record.js';
import { carveDumps, carveLog } from './carve.js';
import { type Dump, readDumps } from './dumps.js';
import { type Codecs, eccGeometry, zoneCodecs } from './ecc-blocks.js';
import { type Effort, effortFor, effortOf } from './effort.js';
import { inferLayouts, type Layout } from './infer.js';
import { dumpTime, writerOf } from './kernel.js';
import { zoneHeader } from './layout.js';
import { formatRamoopsParameters } from './parameters.js';
import { isSlotStart, readPreZoneDump } from './pre-zone.js';
import { recordsOf } from './records.js';
import { unlessShown, withRecovered } from './recover.js';
import { readZone, type ZoneReading } from './zone.js';
import { arrangementOf, ramoopsZones } from './zones.js';

/** The walk over one area: its regions in ascending order, then dumps of kernels that knew no zones. */
export function* readRamoops(area: Area, report: Report, hints: Hints, fuel: Fuel): Generator<PstoreRecord> {
  const { content, range } = area;
  const hits = area.hits.map((hit) => hit - range.start);
  const given = hints.ramoops ?? {};
  const isExcerpt = area.isExcerpt === true && given.memAddress === undefined;
  const codecs = zoneCodecs();
  fuel.spend(content.bytes.length);
  const effort = effortFor(content.bytes.length, isExcerpt);
  const layouts = inferLayouts({
    bytes: content.bytes,
    hits,
    isExcerpt,
    given,
    asKernel: hints.asKernel,
    codecs,
    effort,
  });
  if (effort.isSpent()) report({ code: 'limit.layouts', at: range });
  if (layouts.length === 0 && hints.ramoops !== undefined) {
    report({ code: 'area.no-layout', at: range, detail: formatRamoopsParameters(hints.ramoops) });
  }
  const covered: ByteRange[] = [];
  const mending = effortOf(mostMended);
  const shown = knownTexts();
  const once = { covered, shown, mending };
  for (const layout of layouts) yield* readRegion(area, seenBy(layout, hints), codecs, once, report, hints, fuel);
  yield* readPreZone(area, hits, covered, fuel);
  if (hints.asKernel === undefined)
    yield* unlessShown(carve(content, isExcerpt || layouts.length > 0, shown, hints, fuel), shown, report);
  for (const open of gaps(range, covered)) report({ code: 'area.slack', at: open });
}

/** What the regions of one area share. */
interface Once {
  readonly covered: ByteRange[];
  readonly shown: KnownTexts;
  readonly mending: Effort;
}

/** What no structure holds: dumps by their lines and, where a whole medium has no structure at all, any lines of a log. */
function* carve(
  content: TracedBytes,
  dumpsOnly: boolean,
  shown: KnownTexts,
  hints: Hints,
  fuel: Fuel,
): Generator<PstoreRecord> {
  const taken = shown.all().flatMap(({ payload }) => extent(payload) ?? []);
  const log = dumpsOnly ? null : carveLog(content);
  for (const record of [...carveDumps(content, taken, hints, fuel), ...(log === null ? [] : [log])]) {
    fuel.record(record.payload.bytes.length);
    yield record;
  }
}

/** Streams of one area that are changed until they can be read: each takes about half a second. */
const mostMended = 4;

/** The layout that a named kernel would make of the same parameters. */
function seenBy(layout: Layout, hints: Hints): Layout {
  if (hints.asKernel === undefined) return layout;
  const arrangement = arrangementOf(hints.asKernel);
  const zones = ramoopsZones(layout.sizes, arrangement, layout.cpus) ?? [];
  return { ...layout, arrangement, zones, blockCount: arrangement.blockCount };
}

function* readRegion(
  area: Area,
  layout: Layout,
  codecs: Codecs,
  { covered, shown, mending }: Once,
  report: Report,
  hints: Hints,
  fuel: Fuel,
): Generator<PstoreRecord> {
  const base = area.range.start + layout.base;
  const range = { start: base, end: base + layout.sizes.memSize };
  report({
    code: 'area.layout',
    at: range,
    detail: formatRamoopsParameters({ memAddress: hints.ramoops?.memAddress ?? base, ...layout.sizes }),
  });
  if (layout.rival !== undefined) {
    report({ code: 'area.ambiguous', at: range, detail: formatRamoopsParameters(layout.rival) });
  }
  if (range.end > area.range.end) report({ code: 'area.truncated', at: { start: area.range.end, end: range.end } });
  const codec = codecs(layout.sizes.eccSize);
  const readings = layout.zones.flatMap((zone): ZoneReading[] => {
    const geometry = eccGeometry(zone.size, layout.sizes.eccSize, layout.blockCount);
    const content = zoneContent(area, layout.base + zone.start, zone.size);
    if (geometry === null || content === null) return [];
    fuel.spend(zone.size);
    // Parity behind the end of the medium is filled: it would "correct" what is there.
    const isCut = layout.base + zone.start + zone.size > area.content.bytes.length;
    return [readZone(zone, content, geometry, isCut ? null : codec, layout.endian)];
  });
  const dumps = new Map<ZoneReading, Dump[]>();
  for (const reading of readings) {
    covered.push(reading.stored);
    if (reading.zone.type === 'dmesg' && reading.log !== null)
      dumps.set(reading, readDumps(reading.log, reading.doubtful, hints, fuel));
  }
  const writer = writerOf(readings, textsOf(readings, dumps));
  const kernel = hints.asKernel ?? writer ?? newestKernel;
  if (writer !== null) report({ code: 'area.writer', at: range, detail: formatKernelVersion(writer) });
  const region = { layout, readings, dumps, kernel };
  // What a named kernel would show is not the place for what it would not.
  if (hints.asKernel !== undefined) yield* recordsOf(region, report, fuel);
  else yield* withRecovered(region, { layout, codec, hints, fuel, mending }, shown, report);
}

/** The bytes of a zone; what the medium is too short for is filled. Null when not even the header is there. */
function zoneContent(area: Area, start: number, size: number): TracedBytes | null {
  const { content } = area;
  const missing = start + size - content.bytes.length;
  if (missing <= 0) return slice(content, start, start + size);
  if (size - missing < zoneHeader.size) return null;
  return concat(slice(content, start, content.bytes.length), fill(missing, null));
}

/** All texts of a region that may name the kernel, the console first: it holds the banner of the last boot. */
function textsOf(readings: readonly ZoneReading[], dumps: ReadonlyMap<ZoneReading, readonly Dump[]>): TracedBytes[] {
  const consoles = readings.flatMap(({ zone, log }) => (zone.type === 'console' && log !== null ? [log] : []));
  return [...consoles, ...[...dumps.values()].flat().map((dump) => dump.payload)];
}

function* readPreZone(area: Area, hits: readonly number[], covered: ByteRange[], fuel: Fuel): Generator<PstoreRecord> {
  const { content, range } = area;
  const open = gaps(range, covered);
  const starts = hits.filter((at) => isSlotStart(range.start + at, open));
  for (const [i, at] of starts.entries()) {
    const dump = readPreZoneDump(content, at, starts[i + 1] ?? content.bytes.length);
    const stored = dump === null ? null : extent(dump.stored);
    if (dump === null || stored === null) continue;
    fuel.record(dump.payload.bytes.length);
    covered.push(stored);
    const time = dumpTime(dump.header);
    yield {
      backend: 'ramoops',
      type: 'dmesg',
      state: 'hidden',
      grade: looksLikeText(dump.payload.bytes) ? 'certain' : 'possible',
      ...(time === undefined ? {} : { time }),
      ...parsePartLine(dump.payload.bytes),
      stored,
      payload: dump.payload,
      text: dump.payload,
      findings: [{ code: 'dmesg.pre-zone', at: stored }],
    };
  }
}
