import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, backends, type Finding } from '@pstore-decode/formats';
import { fromBytes, type LocateOptions, locate } from '@pstore-decode/media';
import { openFile } from '@pstore-decode/media/node';
import { afterAll, describe, expect, test } from 'vitest';
import { fakeBackend, signature } from '../fake-backend.js';

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ascii = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));
const probes: readonly Backend[] = [
  fakeBackend({
    signatures: [signature(ascii('DBGC')), signature([0, 0, 0x40, 0x43], [0, 0, 0xf0, 0xff])],
    window: 12,
  }),
  fakeBackend({ signatures: [signature(ascii('a signature of 24 bytes.'))], window: 40 }),
];

/** Noise and zeros, by turns, with a signature across every multiple of 32 KiB, at another place each time. */
function medium(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    if ((at >> 13) % 2 === 0) bytes[at] = state >>> 24;
  }
  for (let edge = 1 << 15; edge < length; edge += 1 << 15) {
    const planted = probes[(edge >> 15) % 2]!.probe.signatures[0]!.bytes;
    bytes.set(planted, edge - ((edge >> 15) % (planted.length + 1)));
  }
  return bytes;
}

async function locateIn(bytes: Uint8Array, options: LocateOptions, size = bytes.length) {
  const path = join(folder, 'medium');
  writeFileSync(path, bytes);
  const source = await openFile(path, { size });
  const findings: Finding[] = [];
  try {
    const located = await locate(source, probes, (finding) => findings.push(finding), options);
    return { hits: located.map(({ hits }) => hits), findings };
  } finally {
    await source.close();
  }
}

const plainly = { kernelFrom: Number.POSITIVE_INFINITY };
const unexpected = (finding: Finding) => expect.fail(JSON.stringify(finding));

describe('a file', () => {
  const bytes = medium(3 << 20);

  test('gives the same hits whatever the chunk and the number of threads', async () => {
    const expected = (await locate(fromBytes(bytes), probes, unexpected, plainly)).map(({ hits }) => hits);
    expect(expected.flat().length).toBeGreaterThan(96);
    for (const chunkSize of [1 << 16, 100_001, 1 << 18, 1 << 20, 4 << 20, 16 << 20]) {
      for (const threads of [1, 2, 4]) {
        const { hits } = await locateIn(bytes, { chunkSize, threads, kernelFrom: 0 });
        expect(hits).toEqual(expected);
      }
    }
  });

  test('that has become shorter gives what is left, and the same findings as without threads', async () => {
    const size = bytes.length + 300_000;
    const expected = await locateIn(bytes, { chunkSize: 1 << 18, ...plainly }, size);
    expect(expected.findings.length).toBeGreaterThan(0);
    for (const threads of [1, 3]) {
      const { hits, findings } = await locateIn(bytes, { chunkSize: 1 << 18, kernelFrom: 0, threads }, size);
      expect(hits).toEqual(expected.hits);
      expect(new Set(findings.map(({ at }) => at?.end))).toEqual(new Set(expected.findings.map(({ at }) => at?.end)));
    }
  });

  test('full of hits gives the first ones, whatever the number of threads', async () => {
    const full = new Uint8Array(1 << 21);
    for (let at = 0; at < full.length; at += 8) full.set(ascii('DBGC'), at);
    const expected = Array.from({ length: 10_000 }, (_, i) => 8 * i);
    for (const threads of [1, 3]) {
      const { hits, findings } = await locateIn(full, { chunkSize: 1 << 16, threads, kernelFrom: 0, maxHits: 10_000 });
      expect(hits).toEqual([expected, []]);
      expect(findings.map(({ code, at }) => [code, at])).toEqual([['limit.hits', { start: 80_000, end: full.length }]]);
    }
  });

  test('is searched no further once the signal says so, and every segment is told as progress', async () => {
    const seen: number[] = [];
    const stop = new AbortController();
    const options: LocateOptions = {
      chunkSize: 1 << 16,
      threads: 2,
      kernelFrom: 0,
      signal: stop.signal,
      onProgress(done, total) {
        expect(total).toBe(bytes.length);
        seen.push(done);
        if (seen.length === 5) stop.abort(new Error('enough'));
      },
    };
    await expect(locateIn(bytes, options)).rejects.toThrow('enough');
    expect(seen.slice(0, 5)).toEqual([1, 2, 3, 4, 5].map((n) => n << 16));
    expect(seen.length).toBeLessThan(48);
  });
});

test('the real backends find the same with the kernel and without', async () => {
  const bytes = medium(1 << 18);
  for (const [i, { probe }] of backends.entries()) {
    probe.signatures.forEach((row, j) => {
      bytes.set(row.bytes, 4096 * (i + 1) + 200 * j);
    });
  }
  const rows = await Promise.all(
    [0, plainly.kernelFrom].map((kernelFrom) => locate(fromBytes(bytes), backends, unexpected, { kernelFrom })),
  );
  expect(rows[0]).toEqual(rows[1]);
  expect(rows[0]!.flatMap(({ hits }) => hits).length).toBeGreaterThan(0);
});
