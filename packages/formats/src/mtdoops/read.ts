import type { Area, Hints } from '../backend.js';
import type { Fuel } from '../bytes/need.js';
import { type ByteRange, gaps } from '../bytes/range.js';
import { slice } from '../bytes/traced.js';
import type { Finding, Report } from '../finding.js';
import { gradeOf, type PstoreRecord } from '../record.js';
import type { PageHeader } from './layout.js';
import { pageText } from './page-text.js';
import { isErased, logStart, type Region, regionsOf } from './region.js';

/**
 * The walk over one area: its partitions in ascending order, of each the records from the oldest to the newest. No
 * kernel shows them: all are hidden.
 */
export function* readMtdoops(area: Area, report: Report, _hints: Hints, fuel: Fuel): Generator<PstoreRecord> {
  const { content, range } = area;
  fuel.spend(4 * content.bytes.length);
  const hits = area.hits.map((hit) => hit - range.start);
  const covered: ByteRange[] = [];
  for (const region of regionsOf(content.bytes, hits)) {
    report({ code: 'mtdoops.region', at: moved(region.range, range), detail: inWords(region) });
    const pages = pagesOf(area, region);
    for (const run of runs(pages.filter(({ kind }) => kind === 'erased').map((page) => page.range))) {
      covered.push(moved(run, range));
      report({ code: 'mtdoops.erased', at: moved(run, range) });
    }
    for (const page of oldestFirst(pages.filter(({ kind }) => kind === 'record'))) {
      covered.push(moved(page.range, range));
      yield* recordsOf(area, page, region.recordSize, report, fuel);
    }
  }
  for (const open of gaps(range, covered)) report({ code: 'area.slack', at: open });
}

/** One page of a partition; ranges are offsets in the bytes of the area. */
interface Page {
  readonly range: ByteRange;
  readonly kind: 'record' | 'erased' | 'foreign';
  /** Null where the header is not legible. */
  readonly header: PageHeader | null;
  /** Where the log begins. */
  readonly textAt: number;
  /** That of the header, else of the record before it. */
  readonly order: number;
}

function pagesOf({ content: { bytes } }: Area, { range, recordSize, headers }: Region): Page[] {
  const pages: Page[] = [];
  let next = 0;
  let order = ((headers[0]?.header.seq ?? 1) - 1) >>> 0;
  for (let at = range.start; at < range.end; at = (pages.at(-1) as Page).range.end) {
    const header = headers[next]?.at === at ? (headers[next++] as { header: PageHeader }).header : null;
    const end = Math.min(at + recordSize, headers[next]?.at ?? range.end, range.end);
    if (header !== null) order = header.seq;
    const lineAt = header === null ? logStart(bytes, at) : at + header.size;
    const isLog = header !== null || (lineAt !== null && lineAt < end);
    const kind = isLog ? 'record' : isErased(bytes, at, end) ? 'erased' : 'foreign';
    pages.push({ range: { start: at, end }, kind, header, textAt: lineAt ?? at, order });
  }
  return pages;
}

/** By the numbers of the records. The kernel takes one below 0x40000000 for newer than one above 0xc0000000. */
function oldestFirst(pages: readonly Page[]): Page[] {
  const wraps = pages.some(({ order }) => order > 0xc0000000);
  const place = ({ order }: Page) => (wraps && order < 0x40000000 ? order + 2 ** 32 : order);
  return [...pages].sort((a, b) => place(a) - place(b) || a.range.start - b.range.start);
}

/** What an earlier dump left behind the text, if anything, then the record itself. */
function* recordsOf(area: Area, page: Page, recordSize: number, report: Report, fuel: Fuel): Generator<PstoreRecord> {
  const { header, textAt } = page;
  const { start, end } = page.range;
  const stored = moved(page.range, area.range);
  const text = pageText(area.content.bytes.subarray(start, end), textAt - start);
  if (text.tail !== null) {
    const at = moved({ start: start + text.tail.start, end: start + text.tail.end }, area.range);
    const left = slice(area.content, start + text.tail.start, start + text.tail.end);
    fuel.record(left.bytes.length);
    const findings: Finding[] = [{ code: 'mtdoops.overwritten', at }];
    const grade = gradeOf(findings);
    yield { backend: 'mtdoops', type: 'dmesg', state: 'stale', grade, stored: at, payload: left, text: left, findings };
  }
  const payload = slice(area.content, start + text.start, start + text.end);
  fuel.record(payload.bytes.length);
  const findings: Finding[] = [];
  if (header === null)
    findings.push({ code: 'mtdoops.header', at: { start: stored.start, end: area.range.start + textAt } });
  if (payload.bytes.length === 0) findings.push({ code: 'dmesg.empty', at: stored });
  const isCut = !text.isEnded && end - start < recordSize && end === area.content.bytes.length;
  if (isCut) report({ code: 'area.truncated', at: { start: stored.end, end: stored.start + recordSize } });
  yield {
    backend: 'mtdoops',
    type: 'dmesg',
    state: 'hidden',
    grade: gradeOf(findings),
    ...(header === null ? {} : { id: BigInt(header.seq) }),
    ...(header?.time === undefined ? {} : { time: header.time }),
    stored,
    payload,
    text: payload,
    findings,
  };
}

/** Ranges that touch, joined. */
function runs(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: ByteRange[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (last?.end === range.start) joined[joined.length - 1] = { start: last.start, end: range.end };
    else joined.push(range);
  }
  return joined;
}

function inWords({ recordSize, headers }: Region): string {
  const generations = [...new Set(headers.map(({ header }) => `v${header.generation} ${header.endian}`))].sort();
  return `record_size=${recordSize}; headers ${headers.length}, ${generations.join(' and ')}`;
}

function moved(range: ByteRange, area: ByteRange): ByteRange {
  return { start: area.start + range.start, end: area.start + range.end };
}
