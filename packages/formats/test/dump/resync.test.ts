import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type TextWithHoles, withHoles } from '../../src/dump/index.js';
import { inZone, kernelStream } from './kernel-stream.js';

const room = 1 << 16;
const streams = [
  ['a window of 2^15', kernelStream('damaged-noecc-7.2/base.bin', 16420)],
  ['a window of 2^11', kernelStream('deflate-ecc16-6.1/ramoops.bin')],
] as const;

function withHole(stream: Uint8Array, at: number, size: number): Uint8Array {
  return inZone(stream).fill(0xff, at, at + size);
}

function budget(steps: number): (spent: number) => boolean {
  let left = steps;
  return (spent) => {
    left -= spent;
    return left >= 0;
  };
}

/** The lines of which every byte is surely known, behind the first. */
function sureLines({ bytes, known }: TextWithHoles): string[] {
  const shown = bytes.map((byte, at) => (known[at] === 1 ? byte : 0));
  return new TextDecoder('latin1')
    .decode(shown)
    .split('\n')
    .slice(1, -1)
    .filter((line) => /^<[^\0]*$/.test(line));
}

describe.each(streams)('holes in a stream with %s', (_, { stream, text }) => {
  const truth = new Set(new TextDecoder('latin1').decode(text).split('\n'));

  test('its text is read to its end', () => {
    const read = withHoles(withHole(stream, 1500, 16), room, budget(2 ** 21)) as TextWithHoles;
    expect(read.bytes.length).toBe(text.length);
    expect(sureLines(read).length).toBeGreaterThan(truth.size / 2);
    expect(sureLines(read).filter((line) => !truth.has(line))).toEqual([]);
  });

  test('there is nothing to do without one, nor without steps', () => {
    expect(withHoles(inZone(stream), room, budget(2 ** 21))).toBeNull();
    expect(withHoles(withHole(stream, 1500, 16), room, budget(1000))).toBeNull();
  });

  test.prop([fc.nat(stream.length - 64), fc.integer({ min: 1, max: 64 })], { seed: 18, numRuns: 15 })(
    'what is known is mostly right',
    (at, size) => {
      const read = withHoles(withHole(stream, at, size), room, budget(2 ** 20));
      const lines = read === null ? [] : sureLines(read);
      expect(lines.filter((line) => !truth.has(line)).length).toBeLessThanOrEqual(lines.length / 20);
    },
  );
});

test.prop([fc.uint8Array({ maxLength: 400 })], { seed: 18, numRuns: 40 })('garbage gives nothing', (garbage) => {
  expect(withHoles(garbage, 4 * garbage.length, budget(1 << 14))).toBeNull();
});
