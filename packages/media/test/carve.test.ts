import { deflateRawSync } from 'node:zlib';
import type { Finding, PstoreRecord } from '@pstore-decode/formats';
import { fromBytes, type SalvageOptions, salvage } from '@pstore-decode/media';
import { describe, expect, test } from 'vitest';
import { fakeBackend, signature } from './fake-backend.js';

const line = (i: number) => `<4>[   ${(10 + i / 7).toFixed(6)}] it broke in the ${i}th way\n`;
const text = `Oops#1 Part1\n${Array.from({ length: 90 }, (_, i) => line(i)).join('')}`;
const dump = deflateRawSync(text);
const piece = 8 << 20;

function mediumWith(...placed: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const medium = new Uint8Array(2 * piece + 4096);
  for (const [at, bytes] of placed) medium.set(bytes, at);
  return medium;
}

async function carvedFrom(medium: Uint8Array, options: SalvageOptions = { carve: true }) {
  const records: PstoreRecord[] = [];
  const findings: Finding[] = [];
  const report = (finding: Finding) => findings.push(finding);
  for await (const record of salvage(fromBytes(medium), report, { backends: [], ...options })) records.push(record);
  return { records, findings };
}

const texts = (records: readonly PstoreRecord[]) =>
  records.map((one) => Buffer.from(one.text.bytes).toString('latin1'));

describe('carving', () => {
  test.for([0, 1000, piece - 100, piece - 1, piece, 2 * piece + 100])('finds a dump at %i', async (at) => {
    const { records } = await carvedFrom(mediumWith([at, dump]));
    expect(texts(records)).toEqual([text]);
    expect(records[0]?.stored).toEqual({ start: at, end: at + dump.length });
  });

  test('is done where it is wanted, and only there', async () => {
    const medium = mediumWith([1000, dump]);
    expect((await carvedFrom(medium, {})).records).toEqual([]);
    expect((await carvedFrom(medium, { carve: true, within: [{ start: 2000, end: 9000 }] })).records).toEqual([]);
    expect((await carvedFrom(medium, { carve: true, within: [{ start: 1000, end: 9000 }] })).records).toHaveLength(1);
  });

  test('shows a text once and tells of its copies', async () => {
    const { records, findings } = await carvedFrom(mediumWith([1000, dump], [piece + 7, dump]));
    expect(texts(records)).toEqual([text]);
    expect(findings).toContainEqual({
      code: 'recovered.same',
      at: { start: piece + 7, end: piece + 7 + dump.length },
      detail: 'as at 0x3e8',
    });
  });

  test('leaves alone what a record holds', async () => {
    const backend = fakeBackend(
      { signatures: [signature([...dump.subarray(0, 4)])] },
      { areas: (hits) => hits.map((start) => ({ start, end: start + dump.length })) },
    );
    const { records } = await carvedFrom(mediumWith([1000, dump]), { carve: true, backends: [backend] });
    expect(records.map(({ state }) => state)).toEqual(['live']);
  });

  test('stops when it is told to', async () => {
    const stop = new AbortController();
    const reading = carvedFrom(mediumWith([1000, dump], [piece + 7, dump]), {
      carve: true,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
