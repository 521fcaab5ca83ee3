import { readFileSync } from 'node:fs';
import type { Finding, Hints, KernelFile, PstoreRecord } from '../../src/index.js';
import { type ByteRange, diskEnd, type Fuel, fuel, gaps, partitionsOf, trace } from '../../src/index.js';
import { zone } from '../../src/zone/index.js';

export interface Reading {
  readonly records: PstoreRecord[];
  readonly findings: Finding[];
  readonly areas: ByteRange[];
  /** What the kernel would show, in its order. */
  readonly files: KernelFile[];
}

/** Offsets where the probe of the backend finds something. */
export function hitsOf(medium: Uint8Array): number[] {
  const { signatures, window, accepts } = zone.probe;
  const bytes = Buffer.from(medium.buffer, medium.byteOffset, medium.length);
  const hits = new Set<number>();
  for (const { bytes: wanted, mask } of signatures) {
    const magic = Buffer.from(wanted.slice(0, 4));
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      const stands = wanted.every((byte, i) => ((medium[at + i] ?? 0) & mask[i]!) === byte);
      if (stands && accepts(medium.subarray(at, at + window))) hits.add(at);
    }
  }
  return [...hits].sort((a, b) => a - b);
}

/** Findings that tell of a device or a partition as a whole. */
const ofTheWhole = new Set(['blk.layout', 'blk.partition', 'area.writer']);

/** The backend alone on a medium in memory. Every byte of an area must be in a record or a finding. */
export function readAll(medium: Uint8Array, hints: Hints = {}, budget: Fuel = fuel()): Reading {
  const hits = hitsOf(medium);
  const findings: Finding[] = [];
  const report = (finding: Finding) => findings.push(finding);
  const partitions = partitionsOf({
    head: medium.subarray(0, diskEnd),
    tail: medium.subarray(-diskEnd),
    size: medium.length,
  });
  const areas = zone.areas(hits, medium.length, hints, report);
  const records = areas.flatMap((range) => {
    const content = trace(medium.subarray(range.start, range.end), range.start);
    const inside = hits.filter((at) => at >= range.start && at < range.end);
    return [...zone.records({ range, content, hits: inside, partitions }, report, hints, budget)];
  });
  const told = findings.filter(({ code }) => !ofTheWhole.has(code));
  const known = [...records.map(({ stored }) => stored), ...told.flatMap(({ at }) => at ?? [])];
  const open = areas.flatMap((area) => gaps(area, known));
  if (open.length > 0) throw new Error(`bytes that nothing tells of: ${JSON.stringify(open)}`);
  return { records, findings, areas, files: records.flatMap(({ file }) => file ?? []) };
}

export function codesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ code }) => code);
}

/** The detail of the first finding with this code. */
export function detailOf({ findings, records }: Reading, code: Finding['code']): string | undefined {
  return [...findings, ...records.flatMap((record) => record.findings)].find((one) => one.code === code)?.detail;
}

export function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** A file below `test-vectors/`. */
export function vector(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../../../test-vectors/${path}`, import.meta.url)));
}

export function namesOf({ files }: Reading): string[] {
  return files.map(({ name }) => name);
}

export function statesOf({ records }: Reading): string[] {
  return records.map(({ state, type, id }) => `${state} ${type} ${id}`);
}
