import type { Finding } from '@pstore-decode/formats';
import type { RandomAccessSource } from '@pstore-decode/media';
import { expect } from 'vitest';
import type { ContainedSource, Container } from '../../src/containers/container.js';

/** What should come out of a container, and which of it the container has bytes for. */
export interface Truth {
  readonly bytes: Uint8Array;
  /** For each byte 1 where the container stores it. */
  readonly stored: Uint8Array;
}

export async function opened(
  container: Container,
  medium: RandomAccessSource,
): Promise<{ source: ContainedSource; findings: Finding[] }> {
  const findings: Finding[] = [];
  const source = await container.open(medium, (finding) => findings.push(finding));
  if (source === null) throw new Error(`refused: ${JSON.stringify(findings)}`);
  return { source, findings };
}

/** Reads as the truth, leads back to the root, and finds all that is stored. */
export async function expectTrue(
  { bytes, stored }: Truth,
  source: ContainedSource,
  root: Uint8Array,
  pieces: readonly (readonly [number, number])[] = [],
): Promise<void> {
  expect(source.size).toBe(bytes.length);
  for (const [start, end] of [[0, source.size] as const, ...pieces]) {
    const read = await source.read({ start, end }, unexpected);
    expect(Buffer.compare(read.bytes, bytes.subarray(start, end))).toBe(0);
  }
  let at = 0;
  for (const { length, from, how } of await source.toRoot({ start: 0, end: source.size })) {
    if (how === 'copied') {
      expect(Buffer.compare(root.subarray(from!.start, from!.end), bytes.subarray(at, at + length))).toBe(0);
    } else if (how === 'filled') expect(bytes.subarray(at, at + length).every((byte) => byte === 0)).toBe(true);
    else expect(from!.start >= 0 && from!.start < from!.end && from!.end <= root.length).toBe(true);
    at += length;
  }
  expect(at).toBe(source.size);
  const found = maskOf(await source.dataRanges(unexpected), source.size);
  expect(stored.some((isStored, i) => isStored === 1 && bytes[i] !== 0 && found[i] === 0)).toBe(false);
}

/** Of a damaged container: byte for byte right, or zero and told, or doubtful and told. */
export async function expectHonest(container: Container, { bytes }: Truth, medium: RandomAccessSource): Promise<void> {
  const findings: Finding[] = [];
  const source = await container.open(medium, (finding) => findings.push(finding));
  if (source === null) {
    expect(findings.length).toBeGreaterThan(0);
    return;
  }
  const isDoubted = findings.length > 0;
  const size = Math.min(source.size, bytes.length);
  const read = await source.read({ start: 0, end: size }, (finding) => findings.push(finding));
  const told = maskOf(
    findings.flatMap(({ at }) => at ?? []),
    size,
  );
  const wrong = { bytes: 0, untold: 0 };
  for (const [at, byte] of read.bytes.entries()) {
    if (byte === bytes[at] || told[at] === 1) continue;
    if (byte !== 0) wrong.bytes += 1;
    else if (!isDoubted) wrong.untold += 1;
  }
  expect(wrong).toEqual({ bytes: 0, untold: 0 });
  expect(source.size).toBeLessThanOrEqual(bytes.length);
  // LiME and AVML do not say how many ranges there are: cut between two, nothing is missed.
  expect(source.size === bytes.length || isDoubted || /^(LiME|AVML)$/.test(container.name)).toBe(true);
}

function maskOf(ranges: readonly { readonly start: number; readonly end: number }[], size: number): Uint8Array {
  const mask = new Uint8Array(size);
  for (const { start, end } of ranges) mask.fill(1, start, end);
  return mask;
}

export function unexpected(finding: unknown): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
