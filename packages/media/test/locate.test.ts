import { fc, test } from '@fast-check/vitest';
import { type Backend, backends, type Finding, type Signature } from '@pstore-decode/formats';
import { fromBytes, locate } from '@pstore-decode/media';
import { describe, expect } from 'vitest';
import { fakeBackend, signature } from './fake-backend.js';

fc.configureGlobal({ seed: 1905 });

/** Few values and many zeros, so that signatures meet, overlap and nearly match. */
const byte = fc.constantFrom(0, 0, 0, 0x40, 0x43, 0x44, 0xff);
const someSignature = fc
  .array(fc.tuple(byte, fc.constantFrom(0xff, 0xff, 0xf0, 0)), { minLength: 1, maxLength: 6 })
  .map(
    (pairs): Signature => ({ bytes: pairs.map(([value, mask]) => value & mask), mask: pairs.map(([, mask]) => mask) }),
  );
const someBackend = fc
  .record({ signatures: fc.array(someSignature, { maxLength: 3 }), window: fc.nat(9), odd: fc.boolean() })
  .map(({ signatures, window, odd }) =>
    // A test of the structure that looks at all it was given, its length too.
    fakeBackend({
      signatures,
      window,
      accepts: (seen) => !odd || seen.reduce((sum, b) => sum + b, seen.length) % 2 === 1,
    }),
  );
const medium = fc.array(byte, { maxLength: 90 }).map((values) => Uint8Array.from(values));
const chunkSize = fc.integer({ min: 1, max: 100 });
/** With the kernel or without. */
const kernelFrom = fc.constantFrom(0, Number.POSITIVE_INFINITY);

/** The definition, slow: every offset, every signature. */
function naive(bytes: Uint8Array, { probe }: Backend, isWanted: (at: number) => boolean = () => true): number[] {
  return Array.from(bytes.keys()).filter(
    (at) =>
      isWanted(at) &&
      probe.signatures.some((row) =>
        row.bytes.every((b, i) => at + i < bytes.length && (bytes[at + i]! & row.mask[i]!) === b),
      ) &&
      probe.accepts(bytes.subarray(at, at + probe.window)),
  );
}

describe('the hits', () => {
  test.prop([medium, fc.array(someBackend, { maxLength: 3 }), chunkSize, fc.nat(5), kernelFrom], { numRuns: 400 })(
    'are those of the definition, whatever the chunk and wherever the bytes lie in memory',
    async (bytes, list, chunkSize, shift, kernelFrom) => {
      const shifted = new Uint8Array([...new Uint8Array(shift), ...bytes]).subarray(shift);
      const located = await locate(fromBytes(shifted), list, unexpected, { chunkSize, kernelFrom });
      expect(located).toEqual(list.map((backend) => ({ backend, hits: naive(bytes, backend) })));
    },
  );

  test.prop([medium, someBackend, chunkSize, fc.array(fc.tuple(fc.nat(90), fc.nat(90)), { maxLength: 4 }), kernelFrom])(
    'of named ranges are those that begin there',
    async (bytes, backend, chunkSize, pairs, kernelFrom) => {
      const within = pairs.map(([a, b]) => ({
        start: Math.min(a, b, bytes.length),
        end: Math.min(Math.max(a, b), bytes.length),
      }));
      const [located] = await locate(fromBytes(bytes), [backend], unexpected, { chunkSize, within, kernelFrom });
      const isWanted = (at: number) => within.some(({ start, end }) => at >= start && at < end);
      expect(located?.hits).toEqual(naive(bytes, backend, isWanted));
    },
  );

  test('are found across every chunk edge, at every place, over long zeros', async () => {
    const planted = signature([0x43, 0x40, 0x00, 0x44]);
    for (let at = 0; at < 300; at++) {
      const bytes = new Uint8Array(304 + (at % 3));
      bytes.set(planted.bytes, at);
      for (const [chunkSize, kernelFrom] of [
        [1, 999],
        [7, 999],
        [100, 999],
        [64, 0],
        [4096, 0],
        [4096, 999],
      ] as const) {
        const [located] = await locate(fromBytes(bytes), [fakeBackend({ signatures: [planted] })], unexpected, {
          chunkSize,
          kernelFrom,
        });
        expect(located?.hits).toEqual([at]);
      }
    }
  });

  test('of the real backends do not depend on the chunk', async () => {
    const bytes = new Uint8Array(3000);
    const zone = [0x43, 0x47, 0x42, 0x44, 1, 0, 0, 0, 2, 0, 0, 0];
    for (const at of [0, 13, 700, 1023, 1040, 2976, 2988]) bytes.set(zone, at);
    for (const at of [100, 1500, 2040]) bytes.set(new TextEncoder().encode('====1.000002\n'), at);
    for (const chunkSize of [1, 13, 1024, 1 << 20]) {
      const located = await locate(fromBytes(bytes), backends, unexpected, { chunkSize });
      expect(located.map(({ hits }) => hits)).toEqual(backends.map((backend) => naive(bytes, backend)));
      expect(located.flatMap(({ hits }) => hits).length).toBeGreaterThan(5);
    }
  });
});

describe('the bounds', () => {
  const everywhere = fakeBackend({ signatures: [signature([0], [0])] });

  test.prop([fc.nat(60), chunkSize, kernelFrom])(
    'no more hits are kept than allowed, the first ones, and the rest is told',
    async (maxHits, chunkSize, kernelFrom) => {
      const findings: Finding[] = [];
      const source = fromBytes(new Uint8Array(50));
      const [located] = await locate(source, [everywhere], (finding) => findings.push(finding), {
        maxHits,
        chunkSize,
        kernelFrom,
      });
      const kept = Math.min(maxHits, 50);
      expect(located).toEqual({
        backend: everywhere,
        hits: Array.from({ length: kept }, (_, i) => i),
      });
      expect(findings.map(({ code, at }) => [code, at])).toEqual(
        kept < 50 ? [['limit.hits', { start: kept, end: 50 }]] : [],
      );
    },
  );

  test('progress ascends to the end', async () => {
    const seen: [number, number][] = [];
    await locate(fromBytes(new Uint8Array(100)), [everywhere], unexpected, {
      chunkSize: 30,
      within: [{ start: 10, end: 90 }],
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(seen).toEqual([
      [30, 80],
      [60, 80],
      [80, 80],
    ]);
  });

  test('a signal ends it between chunks, with its reason', async () => {
    const stop = new AbortController();
    const chunks: number[] = [];
    const search = locate(fromBytes(new Uint8Array(100)), [everywhere], unexpected, {
      chunkSize: 10,
      signal: stop.signal,
      onProgress(done) {
        chunks.push(done);
        if (done === 30) stop.abort(new Error('enough'));
      },
    });
    await expect(search).rejects.toThrow('enough');
    expect(chunks).toEqual([10, 20, 30]);
  });

  test('a long search in memory lets other work in', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await locate(fromBytes(new Uint8Array(1 << 20)), [everywhere], () => undefined, { chunkSize: 1 << 12 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  const wrong: [name: string, call: () => Promise<unknown>, error: new (...given: never[]) => Error][] = [
    ['a chunk of 0', () => locate(fromBytes(new Uint8Array(9)), [], unexpected, { chunkSize: 0 }), RangeError],
    ['half a chunk', () => locate(fromBytes(new Uint8Array(9)), [], unexpected, { chunkSize: 0.5 }), RangeError],
    [
      'a range outside',
      () => locate(fromBytes(new Uint8Array(9)), [], unexpected, { within: [{ start: 0, end: 10 }] }),
      RangeError,
    ],
    [
      'an empty signature',
      () => locate(fromBytes(new Uint8Array(9)), [fakeBackend({ signatures: [signature([])] })], unexpected),
      TypeError,
    ],
    [
      'a short mask',
      () => locate(fromBytes(new Uint8Array(9)), [fakeBackend({ signatures: [signature([1, 2], [255])] })], unexpected),
      TypeError,
    ],
  ];
  test.each(wrong)('%s is the fault of the caller', async (_, call, error) => {
    await expect(call()).rejects.toThrow(error);
  });
});

function unexpected(finding: Finding): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
