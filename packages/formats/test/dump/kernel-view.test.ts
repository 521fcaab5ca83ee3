import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fuel, trace } from '../../src/bytes/index.js';
import { kernelDumpText, readCompressedDump } from '../../src/dump/index.js';
import { parseKernelVersion } from '../../src/kernel-version.js';
import { log, streams } from './streams.js';

function shown(stream: Uint8Array, kernel: string, bufferSize = 4096): string | null {
  const source = trace(Uint8Array.from(stream), 0);
  const reading = readCompressedDump(source, [], {}, fuel());
  const text = kernelDumpText(source, reading, bufferSize, parseKernelVersion(kernel));
  return text && Buffer.from(text.bytes).toString('latin1');
}

/** The first kernel that reads it, and the first that does no more. */
const ages: Readonly<Record<string, readonly [from: string, to: string]>> = {
  zlib: ['3.12', '4.18'],
  deflate: ['4.18', '99.0'],
  lzo: ['4.7', '6.6'],
  lz4: ['4.7', '6.6'],
  '842': ['4.18', '6.6'],
  zstd: ['4.19', '6.6'],
};
const kernels = ['3.4', '3.12', '4.6', '4.7', '4.17', '4.18', '4.19', '5.10', '6.5', '6.6', '7.2'];
const before = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true }) < 0;

describe.each(streams)('$name', ({ name, stream, text }) => {
  test.each(kernels)('as kernel %s', (kernel) => {
    const [from = '', to = ''] = ages[name] ?? [];
    const reads = !before(kernel, from) && before(kernel, to);
    expect(shown(stream, kernel)).toBe(reads ? Buffer.from(text).toString('latin1') : null);
  });
});

describe('the room for the text', () => {
  // Smallest buffer that has it, from what the kernel derives: 3 times; a share; the worst case of the compressor.
  test.each([
    ['deflate', '7.2', Math.ceil(log.length / 3)],
    ['deflate', '6.1', Math.ceil((log.length * 56) / 100)],
    ['842', '6.1', log.length],
  ])('of %s in %s', (name, kernel, least) => {
    const { stream } = streams.find((each) => each.name === name)!;
    expect(shown(stream, kernel, least)).not.toBeNull();
    expect(shown(stream, kernel, least - 1)).toBeNull();
  });
});

test('a window above 12 bits is refused up to 4.17', () => {
  expect(shown(deflateSync(log, { windowBits: 15 }), '4.14')).toBeNull();
});

test('kernels up to 6.5 feed a zero byte to a stream that wants input', () => {
  const text = Buffer.concat([log, Buffer.from('x'.repeat(7))]);
  const stream = deflateRawSync(text);
  // Only a stream whose last byte is zero comes to its end by that.
  const padded = Array.from({ length: 64 }, (_, i) => deflateRawSync(Buffer.concat([text, Buffer.from('y'.repeat(i))])))
    .filter((each) => each.at(-1) === 0)
    .map((each) => each.subarray(0, -1));
  expect(padded.length).toBeGreaterThan(0);
  for (const cut of padded) {
    expect(shown(cut, '6.1')).toMatch(/^Panic#1 Part1\n/);
    expect(shown(cut, '7.2')).toBeNull();
  }
  expect(shown(stream.subarray(0, -4), '6.1')).toBeNull();
});

test('plain text in place of a stream is no stream to a kernel', () => expect(shown(log, '7.2')).toBeNull());
