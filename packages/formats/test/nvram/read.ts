import { readFileSync } from 'node:fs';
import { type ByteRange, type Fuel, fuel, gaps, trace } from '../../src/bytes/index.js';
import type { Finding, Hints, KernelFile, PstoreRecord } from '../../src/index.js';
import { nvram } from '../../src/nvram/index.js';

export interface Reading {
  readonly records: PstoreRecord[];
  readonly findings: Finding[];
  readonly areas: ByteRange[];
  /** What the kernel would show, in its order. */
  readonly files: KernelFile[];
}

/** Offsets where the probe of the backend finds something: the plain loop. */
function hitsOf(medium: Uint8Array): number[] {
  const { signatures, window, accepts } = nvram.probe;
  const hits: number[] = [];
  for (let at = 0; at < medium.length; at++) {
    const stands = signatures.some(({ bytes, mask }) =>
      bytes.every((byte, i) => ((medium[at + i] ?? 0) & (mask[i] as number)) === byte),
    );
    if (stands && accepts(medium.subarray(at, at + window))) hits.push(at);
  }
  return hits;
}

/** The backend alone on a medium in memory. Every byte of an area must be in a record or a finding about a piece of it. */
export function readAll(medium: Uint8Array, hints: Hints = {}, budget: Fuel = fuel()): Reading {
  const hits = hitsOf(medium);
  const findings: Finding[] = [];
  const report = (finding: Finding) => findings.push(finding);
  const areas = nvram.areas(hits, medium.length, hints, report);
  const records = areas.flatMap((range) => {
    const content = trace(medium.subarray(range.start, range.end), range.start);
    const inside = hits.filter((at) => at >= range.start && at < range.end);
    return [...nvram.records({ range, content, hits: inside }, report, hints, budget)];
  });
  const told = findings.filter(({ code }) => !isOfDevice(code)).flatMap(({ at }) => at ?? []);
  const open = areas.flatMap((area) => gaps(area, [...records.map(({ stored }) => stored), ...told]));
  if (open.length > 0) throw new Error(`bytes that nothing tells of: ${JSON.stringify(open)}`);
  return { records, findings, areas, files: records.flatMap(({ file }) => file ?? []) };
}

/** Told of the whole NVRAM: it does not say what each byte is. */
function isOfDevice(code: string): boolean {
  return code === 'nvram.list-ends' || code === 'area.writer';
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

/** A file below `test-vectors/nvram/`. */
export function vector(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../../../test-vectors/nvram/${path}`, import.meta.url)));
}
