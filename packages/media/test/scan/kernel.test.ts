import { fc, test } from '@fast-check/vitest';
import { type Backend, backends } from '@pstore-decode/formats';
import { describe, expect } from 'vitest';
import { bucketsOf, withoutUnwanted } from '../../src/scan/buckets.js';
import { kernelBase64 } from '../../src/scan/kernel-bytes.js';
import { costOf } from '../../src/scan/pairs.js';
import { compileKernel, simdScanner } from '../../src/scan/simd-scanner.js';
import { kernelTable } from '../../src/scan/table.js';
import { scannerFor, stands } from '../../src/signatures.js';

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
    const scanner = simdScanner(compileKernel()!, kernelTable(bucketsOf(searched)), 2000, reach);
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

const byte = fc.constantFrom(0, 1, 0x11, 0x3d);
const signatures = fc
  .array(fc.array(fc.tuple(byte, fc.constantFrom(0, 0x0f, 0xf0, 0xff)), { minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((list) =>
    list.map((row) => ({ bytes: row.map(([value, mask]) => value & mask), mask: row.map(([, mask]) => mask) })),
  );

test.prop([signatures, fc.uint8Array({ max: 4, maxLength: 1200 }), fc.nat(), fc.nat(2)])(
  'any signatures are found where TypeScript finds them, and those alone that are left',
  (rows, noise, at, left) => {
    const bytes = noise.map((value) => [0, 1, 0x11, 0x3d, 0x0e][value]!);
    bytes.set(rows[0]!.bytes.slice(0, bytes.length), at % Math.max(1, bytes.length - rows[0]!.bytes.length));
    const isWanted = (index: number) => index % 3 <= left;
    const found = { kernel: new Set<string>(), plain: new Set<string>() };
    const keep = (set: Set<string>) => (offset: number, index: number) => {
      if (isWanted(index) && stands(rows[index]!, bytes, offset)) set.add(`${offset} ${index}`);
    };
    const all = bucketsOf(rows.map((signature, index) => ({ signature, index })));
    const [table, smaller] = [kernelTable(all), kernelTable(withoutUnwanted(all, isWanted))];
    expect(smaller.length).toBeLessThanOrEqual(table.length);
    const scanner = simdScanner(compileKernel()!, table, bytes.length, 20);
    scanner.load(smaller);
    scanner.input.set(bytes);
    scanner.find(bytes.length, (offset, index) => {
      expect(isWanted(index)).toBe(true);
      keep(found.kernel)(offset, index);
    });
    scannerFor(rows)(bytes, bytes.length, keep(found.plain));
    expect(found.kernel).toEqual(found.plain);
  },
);
