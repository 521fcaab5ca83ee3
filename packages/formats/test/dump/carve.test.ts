import { deflateRawSync } from 'node:zlib';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { withCarvedDumps } from '../../src/dump/carve.js';
import { isDynamicBlock } from '../../src/dump/dynamic-block.js';
import { fuel, type Hints, type PstoreRecord, trace } from '../../src/index.js';
import { log, streams } from './streams.js';

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

function carve(medium: Uint8Array, records: readonly PstoreRecord[] = [], hints: Hints = {}): PstoreRecord[] {
  const area = { range: { start: 100, end: 100 + medium.length }, content: trace(medium, 100), hits: [] };
  return [...withCarvedDumps('efi', area, records, hints, fuel())];
}

/** Bytes without structure. */
function noise(length: number): Uint8Array {
  let state = 7;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

describe('dumps that no record holds', () => {
  test.each(streams)('$name, between bytes without structure', ({ stream, text }) => {
    const [found, ...others] = carve(joined(noise(3001), stream, noise(20)));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ backend: 'efi', type: 'dmesg', state: 'carved', reason: 'Panic', part: 1 });
    expect(latin(text)).toContain(latin(found?.text.bytes ?? noise(4)));
    expect(found?.text.bytes.length).toBeGreaterThan(text.length / 2);
    expect(found?.stored.start).toBe(3101);
  });

  test('plain, up to the first line that is none', () => {
    const [found] = carve(joined(noise(50), log, noise(500)));
    expect(found?.grade).toBe('possible');
    expect(latin(log).startsWith(latin(found?.text.bytes ?? noise(4)))).toBe(true);
  });

  test('a stream that ends in sound lines is probable, a broken one possible', () => {
    const stream = new Uint8Array(deflateRawSync(log));
    expect(carve(stream).map(({ grade }) => grade)).toEqual(['probable']);
    const broken = stream.slice();
    broken.fill(0xff, stream.length - 120, stream.length - 60);
    expect(carve(broken).map(({ grade }) => grade)).toEqual(['possible']);
  });

  test('with a named kernel nothing is carved', () => {
    expect(carve(new Uint8Array(deflateRawSync(log)), [], { asKernel: { major: 6, minor: 1 } })).toEqual([]);
  });

  test('what a record shows is left out', () => {
    const stream = new Uint8Array(deflateRawSync(log));
    const [whole] = carve(stream) as [PstoreRecord];
    const short = { ...whole, text: trace(log.subarray(0, 100), 0), findings: [{ code: 'compress.broken', at: null }] };
    expect(carve(stream, [whole])).toHaveLength(1);
    expect(carve(stream, [short as PstoreRecord])).toHaveLength(2);
  });
});

test('blocks with codes of their own', () => {
  for (let level = 1; level <= 9; level++) expect(isDynamicBlock(deflateRawSync(log, { level }))).toBe(true);
  expect(isDynamicBlock(deflateRawSync(log, { level: 0 }))).toBe(false);
  const bytes = noise(20_000);
  const passed = Array.from(bytes.subarray(20), (_, at) => isDynamicBlock(bytes.subarray(at, at + 20)));
  expect(passed.filter(Boolean).length).toBeLessThan(200);
});

property.prop([fc.uint8Array({ maxLength: 4000 })])('random bytes hold none', (bytes) => {
  expect(carve(bytes)).toEqual([]);
});
