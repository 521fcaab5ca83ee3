import type { Finding, Hints, PstoreRecord } from '../../src/index.js';
import { type ByteRange, type Fuel, fuel, trace } from '../../src/index.js';
import { ramoops } from '../../src/ramoops/index.js';

export interface Reading {
  readonly records: PstoreRecord[];
  readonly findings: Finding[];
  readonly areas: ByteRange[];
}

/** Every hit of the probe. */
export function hitsIn(medium: Uint8Array): number[] {
  const { probe } = ramoops;
  const hits: number[] = [];
  for (let at = 0; at + 4 <= medium.length; at++) {
    const matches = probe.signatures.some(({ bytes, mask }) =>
      bytes.every((b, i) => ((medium[at + i] ?? 0) & (mask[i] ?? 0)) === b),
    );
    if (matches && probe.accepts(medium.subarray(at, at + probe.window))) hits.push(at);
  }
  return hits;
}

/** The backend alone on a medium in memory: every hit of its probe, every area, every record. */
export function readAll(medium: Uint8Array, hints: Hints = {}, budget: Fuel = fuel()): Reading {
  const hits = hitsIn(medium);
  const findings: Finding[] = [];
  const report = (finding: Finding) => findings.push(finding);
  const areas = ramoops.areas(hits, medium.length, hints, report);
  const records = areas.flatMap((range) => {
    const content = trace(medium.subarray(range.start, range.end), range.start);
    const inside = hits.filter((at) => at >= range.start && at < range.end);
    return [...ramoops.records({ range, content, hits: inside }, report, hints, budget)];
  });
  return { records, findings, areas };
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function codesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ code }) => code);
}
