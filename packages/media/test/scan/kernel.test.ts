import { type Backend, backends } from '@pstore-decode/formats';
import { describe, expect, test } from 'vitest';
import { bucketsOf } from '../../src/scan/buckets.js';
import { kernelBase64 } from '../../src/scan/kernel-bytes.js';
import { costOf } from '../../src/scan/pairs.js';
import { compileKernel, simdScanner } from '../../src/scan/simd-scanner.js';
import { kernelTable } from '../../src/scan/table.js';

const script = new URL('../../../../scripts/build-scan-kernel.mjs', import.meta.url).href;

test('the bytes that are checked in are what the compiler makes of the source', async () => {
  const { compileKernel: compiled } = await import(script);
  expect(Buffer.from(await compiled()).toString('base64')).toBe(kernelBase64);
});

describe('the signatures of all backends', () => {
  const searched = backends
    .flatMap(({ probe }: Backend) => probe.signatures)
    .map((signature, index) => ({ signature, index }));

  test('stand in one bucket each, and stop the kernel at one place of 160 at most', () => {
    const buckets = bucketsOf(searched);
    const members = buckets.flatMap((bucket) => bucket.members.map(({ index }) => index));
    expect(members.toSorted((a, b) => a - b)).toEqual(searched.map(({ index }) => index));
    expect(buckets.reduce((sum, { pair }) => sum + costOf(pair), 0)).toBeLessThan(1 / 160);
  });

  test('are all found at the beginning, at the end and over the end of what is searched, and nothing in zeros', () => {
    const reach = Math.max(...searched.map(({ signature }) => signature.bytes.length));
    const scanner = simdScanner(compileKernel()!, kernelTable(searched), 2000, reach);
    for (const { signature, index } of searched) {
      for (const at of [0, 1, 495, 511, 512, 513, 1000, 2000 - signature.bytes.length]) {
        scanner.input.fill(0).set(signature.bytes, at);
        const found: unknown[] = [];
        scanner.find(1999, (...candidate) => found.push(candidate));
        expect(found).toContainEqual([at, index]);
      }
    }
    scanner.input.fill(0);
    scanner.find(2000, (at, index) => expect.fail(`${index} at ${at}`));
  });
});
