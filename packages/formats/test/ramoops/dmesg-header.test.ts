import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { findDmesgHeaders, lineEnd, parseDmesgHeader } from '../../src/ramoops/dmesg-header.js';
import { formatDmesgHeader } from '../../src/ramoops/index.js';
import { bytesOf } from './read.js';

describe('the header line, as the kernel scans it', () => {
  // Log, seconds, microseconds, compressed, length.
  test.for([
    ['====1700000000.000123-D\nPanic', 1700000000n, 123n, false, 24],
    ['====1700000000.000123-C\nx', 1700000000n, 123n, true, 24],
    ['====1700000000.123-D\nPanic', 1700000000n, 123n, false, 21],
    ['====1.2\ntext', 1n, 2n, false, 8],
    // A missing line feed, blanks before numbers, a sign.
    ['====1.2-CPanic', 1n, 2n, true, 9],
    ['==== 1. 2-C\n', 1n, 2n, true, 12],
    ['====-5.7-D\n', -5n, 7n, false, 11],
    // All white space behind the line belongs to it, a0 included.
    ['====1.2-C\n\t\v\f\r \xa0x', 1n, 2n, true, 16],
    // A letter other than C is plain; a 00 byte or the end falls back to the old form, up to the minus.
    ['====1.2-X\n', 1n, 2n, false, 10],
    ['====1.2-\0rest', 1n, 2n, false, 7],
    ['====1.2-', 1n, 2n, false, 7],
    ['====1.2', 1n, 2n, false, 7],
    ['====1.2xyz', 1n, 2n, false, 7],
    // Numbers wrap at 2^64.
    ['====18446744073709551617.18446744073709551616-D\n', 1n, 0n, false, 48],
    ['====9223372036854775808.0-D\n', -9223372036854775808n, 0n, false, 28],
  ] as const)('%j', ([log, seconds, microseconds, compressed, length]) => {
    expect(parseDmesgHeader(bytesOf(log))).toEqual({ seconds, microseconds, compressed, length });
  });

  test.for([
    '',
    '===',
    '====',
    '====x',
    '====1',
    '====1.',
    '====1.-2',
    '====+1.2',
    '====--1.2',
    ' ====1.2-C\n',
    '===1.2',
  ])('%j is none', (log) => {
    expect(parseDmesgHeader(bytesOf(log))).toBeNull();
  });

  test('the payload may begin behind the line feed, where the kernel swallows more', () => {
    const log = bytesOf('====1.2-C\n\x0d\x0a\x0cdata');
    const header = parseDmesgHeader(log);
    expect(header?.length).toBe(13);
    expect(header && lineEnd(log, header)).toBe(10);
  });

  property.prop([fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.nat({ max: 999_999 }), fc.boolean()])(
    'what is written is read',
    (seconds, microseconds, compressed) => {
      const line = formatDmesgHeader(seconds, microseconds, compressed);
      const expected = { seconds, microseconds: BigInt(microseconds), compressed, length: line.length };
      expect(parseDmesgHeader(bytesOf(`${line}P`))).toEqual(expected);
      expect(findDmesgHeaders(bytesOf(`text\n${line}P`), 0)).toEqual([5]);
    },
  );

  property.prop([fc.uint8Array({ maxLength: 80 })])('any bytes: none, or a length within them', (log) => {
    const header = parseDmesgHeader(log);
    expect(header === null || (header.length >= 7 && header.length <= log.length)).toBe(true);
  });
});
