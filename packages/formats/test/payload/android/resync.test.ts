import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  decodeLogEntry,
  encodeLoggerFrame,
  isLoggerLog,
  logcatText,
  readLoggerFrames,
} from '../../../src/payload/android/index.js';
import { madeLog, seeded } from './made-log.js';
import { naiveFrames } from './naive.js';

/** Where the entries of a made log stand: end by start. */
function places({ written }: ReturnType<typeof madeLog>): Map<number, number> {
  const found = new Map<number, number>();
  let at = 0;
  for (const frame of written) {
    const end = at + encodeLoggerFrame(frame).length;
    found.set(at, end);
    at = end;
  }
  return found;
}

describe.for([
  // Bits, zones; entries missed of 64 KiB zones by this reader and by the search for `l`, false ones of either.
  [0, 5, { missed: 0, falsely: 0 }, { missed: 0, falsely: 0 }],
  [1, 50, { missed: 0, falsely: 0 }, { missed: 1, falsely: 0 }],
  [10, 20, { missed: 0, falsely: 0 }, { missed: 8, falsely: 0 }],
  [100, 20, { missed: 1, falsely: 1 }, { missed: 232, falsely: 32 }],
] as const)('%d flipped bits', ([flips, zones, ours, search]) => {
  test('costs fewer entries than a search for the magic', () => {
    const found = { missed: 0, falsely: 0 };
    const searched = { missed: 0, falsely: 0 };
    for (let seed = 1; seed <= zones; seed++) {
      const log = madeLog(1 << 16, seed);
      const random = seeded(seed * 7919 + flips);
      const zone = log.bytes.slice();
      for (let i = 0; i < flips; i++) {
        const at = random(zone.length);
        zone[at] = (zone[at] as number) ^ (1 << random(8));
      }
      const written = places(log);
      for (const [sum, ranges] of [
        [found, readLoggerFrames(zone).frames.map(({ range }) => range)],
        [searched, naiveFrames(zone)],
      ] as const) {
        const right = ranges.filter(({ start, end }) => written.get(start) === end).length;
        sum.missed += written.size - right;
        sum.falsely += ranges.length - right;
      }
    }
    expect([found, searched]).toEqual([ours, search]);
  });
});

describe('any bytes', () => {
  const hostile = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constant(
        Uint8Array.of(0x6c, 0x1c, 0, 0xe8, 3, 0xd2, 4, 0, 0xd3, 4, 0, 0xf1, 0x53, 0x65, 5, 0, 0, 0, 4, 0x74, 0),
      ),
      fc.constant(
        Uint8Array.of(0x6c, 0x1c, 0, 0xe8, 3, 0xd2, 4, 2, 0xd3, 4, 0, 0xf1, 0x53, 0x65, 5, 0, 0, 0, 1, 0, 0, 0, 3),
      ),
    ),
    { maxLength: 20 },
  );
  test.prop([hostile])('frames and lost bytes lie end to end and make up all', (parts) => {
    const bytes = new Uint8Array(Buffer.concat(parts));
    const reading = readLoggerFrames(bytes);
    const all = [...reading.frames.map(({ range }) => range), ...reading.lost].sort((a, b) => a.start - b.start);
    let at = 0;
    for (const { start, end } of all) {
      expect(start).toBe(at);
      expect(end).toBeGreaterThan(start);
      at = end;
    }
    expect(at).toBe(bytes.length);
    const text = logcatText(reading.frames.map((frame) => decodeLogEntry(frame)));
    expect(text.length).toBeLessThanOrEqual(128 * (bytes.length + 8));
  });

  test('a log that is longer than a window', () => {
    const log = madeLog(900_000, 3);
    const { frames, lost } = readLoggerFrames(log.bytes);
    expect(lost).toEqual([]);
    expect(frames.length).toBe(log.written.length);
    expect(frames.every((frame, i) => frame.seconds === log.written[i]?.seconds)).toBe(true);
    expect(isLoggerLog({ frames, lost }, log.bytes)).toBe(true);
  });

  test('of noise one false frame in some MiB', () => {
    const random = seeded(5);
    const noise = Uint8Array.from({ length: 1 << 21 }, () => random(256));
    const reading = readLoggerFrames(noise);
    expect(reading.frames.length).toBeLessThanOrEqual(1);
    expect(isLoggerLog(reading, noise)).toBe(false);
  });
});

describe('a MiB that is made to cost work is read within the limit of a test', () => {
  test.each([
    ['candidates everywhere', Uint8Array.of(0x6c, 9, 9)],
    ['magics', Uint8Array.of(0x6c)],
    ['zeros', Uint8Array.of(0)],
    ['text', Uint8Array.from(Buffer.from('lost lll '))],
  ])('%s', (_, pattern) => {
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_unused, i) => pattern[i % pattern.length] as number);
    const { frames, lost } = readLoggerFrames(bytes);
    expect(frames.length + lost.length).toBeGreaterThan(0);
  });
});
