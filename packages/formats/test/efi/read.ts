import { readFileSync } from 'node:fs';
import { efi } from '../../src/efi/index.js';
import type { Finding, Hints, KernelFile, PstoreRecord } from '../../src/index.js';
import { type ByteRange, type Fuel, fuel, gaps, trace } from '../../src/index.js';

export interface Reading {
  readonly records: PstoreRecord[];
  readonly findings: Finding[];
  readonly areas: ByteRange[];
  /** What the kernel would show, in its order. */
  readonly files: KernelFile[];
}

/** Offsets where the probe of the backend finds something. */
export function hitsOf(medium: Uint8Array): number[] {
  const { signatures, window, accepts } = efi.probe;
  const bytes = Buffer.from(medium.buffer, medium.byteOffset, medium.length);
  const hits = new Set<number>();
  for (const signature of signatures) {
    const wanted = Buffer.from(signature.bytes);
    for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
      if (accepts(medium.subarray(at, at + window))) hits.add(at);
    }
  }
  return [...hits].sort((a, b) => a - b);
}

/** The backend alone on a medium in memory. Every byte of an area must be in a record or a finding. */
export function readAll(medium: Uint8Array, hints: Hints = {}, budget: Fuel = fuel()): Reading {
  const hits = hitsOf(medium);
  const findings: Finding[] = [];
  const report = (finding: Finding) => findings.push(finding);
  const areas = efi.areas(hits, medium.length, hints, report);
  const records = areas.flatMap((range) => {
    const content = trace(medium.subarray(range.start, range.end), range.start);
    const inside = hits.filter((at) => at >= range.start && at < range.end);
    return [...efi.records({ range, content, hits: inside }, report, hints, budget)];
  });
  const known = [...records.map(({ stored }) => stored), ...findings.flatMap(({ at }) => at ?? [])];
  const open = areas.flatMap((area) => gaps(area, known));
  if (open.length > 0) throw new Error(`bytes that nothing tells of: ${JSON.stringify(open)}`);
  return { records, findings, areas, files: records.flatMap(({ file }) => file ?? []) };
}

/** What the note of each store says, as a text. */
export function storesOf({ findings }: Reading): string[] {
  return findings.flatMap(({ code, detail }) => (code === 'efi.store' ? (detail ?? '') : []));
}

/** The figures of a store's note, by their names. */
export function sumOfFigures(detail: string): { size: number; sum: number } {
  const numbers = (text: string) => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const [, size = '', rest = ''] = /(\d+) bytes: ([^;]*;[^;]*;[^;]*)/.exec(detail) ?? [];
  const occupied = [...rest.matchAll(/\((\d+)\)/g)].map(([, digits]) => Number(digits));
  const others = numbers(rest.split('; ').at(-1) ?? '');
  return { size: Number(size), sum: [...occupied, ...others].reduce((sum, one) => sum + one, 0) };
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

/** A file below `test-vectors/efi/`. */
export function vector(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../../../test-vectors/efi/${path}`, import.meta.url)));
}
