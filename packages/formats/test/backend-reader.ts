import { readFileSync } from 'node:fs';
import {
  type Backend,
  type ByteRange,
  diskEnd,
  type Finding,
  type Fuel,
  fuel,
  gaps,
  type Hints,
  type KernelFile,
  type PstoreRecord,
  partitionsOf,
  trace,
} from '../src/index.js';

export interface Reading {
  readonly records: PstoreRecord[];
  readonly findings: Finding[];
  readonly areas: ByteRange[];
  /** What the kernel would show, in its order. */
  readonly files: KernelFile[];
}

/** Offsets where the probe of a backend finds something, ascending: each signature by the longest run of its fixed bytes. */
export function hitsIn(medium: Uint8Array, { probe: { signatures, window, accepts } }: Backend): number[] {
  const bytes = Buffer.from(medium.buffer, medium.byteOffset, medium.length);
  const hits = new Set<number>();
  for (const { bytes: wanted, mask } of signatures) {
    const { start, end } = longestRun(mask);
    const run = Buffer.from(wanted.slice(start, end));
    for (let found = bytes.indexOf(run); found >= 0; found = bytes.indexOf(run, found + 1)) {
      const at = found - start;
      const stands = at >= 0 && wanted.every((byte, i) => ((medium[at + i] ?? 0) & (mask[i] ?? 0)) === byte);
      if (stands && accepts(medium.subarray(at, at + window))) hits.add(at);
    }
  }
  return [...hits].sort((a, b) => a - b);
}

function longestRun(mask: readonly number[]): ByteRange {
  let best = { start: 0, end: 0 };
  for (let start = 0, at = 0; at < mask.length; at++) {
    if (mask[at] !== 0xff) start = at + 1;
    else if (at + 1 - start > best.end - best.start) best = { start, end: at + 1 };
  }
  return best;
}

/** A backend alone on a medium in memory. */
export function readWith(backend: Backend, medium: Uint8Array, hints: Hints = {}, budget: Fuel = fuel()): Reading {
  const hits = hitsIn(medium, backend);
  const findings: Finding[] = [];
  const report = (finding: Finding) => findings.push(finding);
  const partitions = partitionsOf({
    head: medium.subarray(0, diskEnd),
    tail: medium.subarray(-diskEnd),
    size: medium.length,
  });
  const areas = backend.areas(hits, medium.length, hints, report);
  const records = areas.flatMap((range) => {
    const content = trace(medium.subarray(range.start, range.end), range.start);
    const inside = hits.filter((at) => at >= range.start && at < range.end);
    return [...backend.records({ range, content, hits: inside, partitions }, report, hints, budget)];
  });
  return { records, findings, areas, files: records.flatMap(({ file }) => file ?? []) };
}

/**
 * The same; every byte of an area must be in a record or a finding.
 * @param ofTheWhole findings that tell of a whole, and not of each byte of it
 */
export function readWholly(
  backend: Backend,
  ofTheWhole: readonly string[],
  medium: Uint8Array,
  hints?: Hints,
  budget?: Fuel,
): Reading {
  const reading = readWith(backend, medium, hints, budget);
  const told = reading.findings.filter(({ code }) => !ofTheWhole.includes(code));
  const known = [...reading.records.map(({ stored }) => stored), ...told.flatMap(({ at }) => at ?? [])];
  const open = reading.areas.flatMap((area) => gaps(area, known));
  if (open.length > 0) throw new Error(`bytes that nothing tells of: ${JSON.stringify(open)}`);
  return reading;
}

export function codesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ code }) => code);
}

export function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** A file below `test-vectors/`. */
export function vectorAt(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../../test-vectors/${path}`, import.meta.url)));
}
