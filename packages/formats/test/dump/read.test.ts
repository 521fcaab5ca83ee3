import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { fuel, trace } from '../../src/bytes/index.js';
import { compressors } from '../../src/compress/index.js';
import { readCompressedDump } from '../../src/dump/index.js';
import type { FindingCode } from '../../src/finding.js';
import { encode842 } from '../compress/842-encoder.js';
import { log, streams } from './streams.js';

const at = 0x1000;
const read = (stream: Uint8Array, compression?: string, doubtful: { start: number; end: number }[] = []) =>
  readCompressedDump(trace(stream, at), doubtful, compression === undefined ? {} : { compression }, fuel());
const codes = (reading: ReturnType<typeof read>) => reading.findings.map(({ code }) => code);
const detail = (reading: ReturnType<typeof read>, wanted: FindingCode) =>
  reading.findings.find(({ code }) => code === wanted)?.detail;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

test('there is a stream of every compressor', () => {
  expect(streams.map(({ name }) => name).sort()).toEqual(compressors.map(({ name }) => name).sort());
});

describe.each(streams)('$name', ({ name, stream, text: original }) => {
  test('is found without being told', () => {
    const reading = read(stream);
    expect(text(reading.text.bytes)).toBe(text(original));
    expect(reading).toMatchObject({ compression: name, complete: true });
    expect(reading.text.spans).toMatchObject([{ how: 'derived', from: { start: at } }]);
    expect(reading.findings).toMatchObject([
      { code: 'compress.recognised', detail: `${name}, certain; no other accepts it` },
    ]);
  });

  test('shows traces in its first bytes', () => {
    expect(compressors.find((each) => each.name === name)?.traces(stream)).toBe(true);
  });

  test('cut anywhere it gives the beginning of the text, and says so', () => {
    for (let length = 40; length < stream.length; length += 7) {
      const reading = read(stream.subarray(0, length));
      // An LZ4 block that is cut behind literals is a block.
      if (reading.compression === 'unknown' || (name === 'lz4' && reading.complete)) continue;
      expect(reading).toMatchObject({ compression: name, complete: false });
      expect(text(original).startsWith(text(reading.text.bytes))).toBe(true);
      expect(codes(reading)).toContain('compress.broken');
    }
    expect(read(stream.subarray(0, stream.length - 3))).toMatchObject({ compression: name, complete: false });
  });

  test('with bytes that ECC could not correct it is suspect from there on, also when it ends well', () => {
    const middle = stream.length >> 1;
    const reading = read(stream, undefined, [{ start: at + middle, end: at + middle + 1 }]);
    expect(reading.complete).toBe(true);
    const sure = Number(/^from byte (\d+) of the text on$/.exec(detail(reading, 'compress.suspect') ?? '')?.[1]);
    expect(sure).toBeGreaterThanOrEqual(0);
    expect(sure).toBeLessThan(original.length);
    const changed = stream.slice();
    changed[middle] = (changed[middle] ?? 0) ^ 0xff;
    expect(text(read(changed, name).payload.bytes.subarray(0, sure))).toBe(text(original.subarray(0, sure)));
  });

  test('can be named', () => {
    expect(detail(read(stream, name), 'compress.recognised')).toBe(`${name}, named; no other accepts it`);
    const other = name === 'lzo' ? '842' : 'lzo';
    expect(read(stream, other)).toMatchObject({ compression: other, complete: false });
  });
});

test('text in place of a stream is seen', () => {
  const reading = read(log);
  expect(text(reading.text.bytes)).toBe(text(log));
  expect(reading.compression).toBeUndefined();
  expect(codes(reading)).toEqual(['compress.plain']);
});

test('text that does not begin as a part does is likely, where the stream ends with the bytes', () => {
  const other = encode842(Buffer.from('a kernel of powernv that has no such first line\n'.repeat(3))).stream;
  expect(detail(read(other), 'compress.recognised')).toBe('842, likely; no other accepts it');
  expect(read(Uint8Array.of(...other, ...new Uint8Array(9))).compression).toBe('unknown');
});

test('of a zstd block that is cut the literals are given apart, as no text', () => {
  const { stream } = streams.find(({ name }) => name === 'zstd')!;
  const reading = read(stream.subarray(0, stream.length - 3));
  expect(codes(reading)).toEqual(['compress.recognised', 'compress.broken', 'compress.literals']);
  expect(reading.text.bytes).toHaveLength(0);
  expect(text(reading.payload.bytes)).toMatch(/^Panic#1 Part1\n<5>\[/);
});

property.prop([fc.uint8Array({ maxLength: 4096, size: 'max' })])('random bytes are kept as they are', (bytes) => {
  const reading = read(bytes);
  expect(reading).toMatchObject({ compression: 'unknown', complete: false });
  expect(reading.payload.bytes).toEqual(bytes);
  expect(codes(reading)).toEqual(['compress.unknown']);
});
