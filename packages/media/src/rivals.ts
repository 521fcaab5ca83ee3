import { type Backend, type Finding, type PstoreRecord, severityOf } from '@pstore-decode/formats';
import { type ByteRange, gaps, hull } from '@pstore-decode/formats/bytes';
import { type RangeSet, rangeSet } from './range-set.js';

/** An area that a backend wants to read. */
export interface Claim {
  readonly backend: Backend;
  readonly range: ByteRange;
}

/** What a backend makes of a piece of the medium that another one claims too. */
export interface Reading {
  readonly backend: string;
  readonly records: readonly PstoreRecord[];
  readonly findings: readonly Finding[];
}

/** Claims that overlap those of another backend together, any other alone; each group where its first claim was. */
export function contests<C extends Claim>(claims: readonly C[]): C[][] {
  const groups: C[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const claim of [...claims].sort((a, b) => a.range.start - b.range.start)) {
    if (claim.range.start < end) groups.at(-1)!.push(claim);
    else groups.push([claim]);
    end = Math.max(end, claim.range.end);
  }
  const place = new Map(claims.map((claim, i) => [claim, i]));
  const inOrder = (a: C, b: C) => place.get(a)! - place.get(b)!;
  return groups
    .flatMap((group) =>
      group.every(({ backend }) => backend.name === group[0]!.backend.name) ? group.map((c) => [c]) : [group],
    )
    .map((group) => group.sort(inOrder))
    .sort((a, b) => inOrder(a[0]!, b[0]!));
}

/**
 * Where records of several backends overlap, the reading that accounts for most bytes stays, and the others lose what
 * they have between its first byte and its last; of equals all stay. Either is told as `area.ambiguous`. Nobody says
 * of bytes that another one reads that they belong to nothing.
 */
export function settle(readings: readonly Reading[]): Reading[] {
  const kept = new Map<Reading, Reading>();
  for (const reading of [...readings].sort((a, b) => heavier(b, a))) {
    const rivals = [...kept].filter(([rival]) => overlap(rival, reading) !== null);
    const winners = rivals.filter(([rival]) => heavier(rival, reading) > 0);
    const taken = setOf(winners.map(([, { records }]) => hull(records.map(({ stored }) => stored)) ?? nothing));
    const findings = reading.findings.filter(({ at }) => at === null || !touches(taken, at));
    kept.set(reading, {
      backend: reading.backend,
      records: reading.records.filter(({ stored }) => !touches(taken, stored)),
      findings: [...findings, ...rivals.map(([rival]) => ambiguity(rival, reading))],
    });
  }
  return readings.map((reading) => {
    const others = readings.filter((other) => other !== reading).flatMap((other) => kept.get(other)!.records);
    return withoutForeign(kept.get(reading)!, setOf(others.map(({ stored }) => stored)));
  });
}

/** Above 0 when `a` explains more bytes than `b`, first by records without damage. */
function heavier(a: Reading, b: Reading): number {
  return (
    bytesOf(a.records.filter(isSound)) - bytesOf(b.records.filter(isSound)) || bytesOf(a.records) - bytesOf(b.records)
  );
}

function isSound({ findings }: PstoreRecord): boolean {
  return findings.every(({ code }) => severityOf(code) === 'note');
}

function bytesOf(records: readonly PstoreRecord[]): number {
  const parts = setOf(records.map(({ stored }) => stored)).within(everything);
  return parts.reduce((sum, { start, end }) => sum + end - start, 0);
}

function ambiguity(rival: Reading, reading: Reading): Finding {
  const figures = [rival, reading].map(({ backend, records }) => `${backend} explains ${bytesOf(records)} bytes`);
  return { code: 'area.ambiguous', at: overlap(rival, reading), detail: figures.join(', ') };
}

/** From the first byte that records of both have to the last. */
function overlap(a: Reading, b: Reading): ByteRange | null {
  const mine = setOf(a.records.map(({ stored }) => stored));
  return hull(b.records.flatMap(({ stored }) => mine.within(stored)));
}

/** A reading without records is silent about what others have; nobody has slack where another one has a record. */
function withoutForeign(reading: Reading, foreign: RangeSet): Reading {
  const findings = reading.findings.flatMap((finding) => {
    const { code, at } = finding;
    if (at === null || !touches(foreign, at) || code === 'area.ambiguous') return [finding];
    if (reading.records.length === 0) return [];
    return code === 'area.slack' ? gaps(at, foreign.within(at)).map((open) => ({ ...finding, at: open })) : [finding];
  });
  return { ...reading, findings };
}

const nothing: ByteRange = { start: 0, end: 0 };
const everything: ByteRange = { start: 0, end: Number.MAX_SAFE_INTEGER };

function setOf(ranges: readonly ByteRange[]): RangeSet {
  const set = rangeSet();
  for (const range of ranges) set.add(range);
  return set;
}

function touches(set: RangeSet, range: ByteRange): boolean {
  return set.within(range).length > 0;
}
