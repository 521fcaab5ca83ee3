import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { deflate } from '../../src/compress/index.js';
import { withBitsMended } from '../../src/dump/index.js';
import { inZone, kernelStream } from './kernel-stream.js';

const { stream, text } = kernelStream('damaged-noecc-7.2/base.bin', 16420);
const room = 1 << 16;

function damaged(bits: readonly number[]): Uint8Array {
  const zone = inZone(stream);
  for (const bit of bits) zone[bit >> 3] = (zone[bit >> 3] as number) ^ (1 << (bit & 7));
  return zone;
}

/** Steps of one search. */
function budget(steps: number): (spent: number) => boolean {
  let left = steps;
  return (spent) => {
    left -= spent;
    return left >= 0;
  };
}

const linesOf = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes).split('\n');

describe('bits of a stream', () => {
  test.each([
    ['in the head of its first block', [2]],
    ['in the codes of that block', [133]],
    ['in a symbol', [13242]],
    ['in five symbols', [3275, 5230, 13242, 14055, 17396]],
  ])('%s', (_, bits) => {
    const mended = withBitsMended(damaged(bits), room, budget(1 << 20));
    expect(mended?.changed).toEqual(bits);
    expect(deflate.decompress(mended?.stream as Uint8Array, { maxOutput: room }).bytes).toEqual(text);
  });

  test('none is changed where none is wrong', () => {
    expect(withBitsMended(damaged([]), room, budget(1 << 20))).toEqual({ stream: damaged([]), changed: [] });
  });

  test('without steps there is no result', () => {
    expect(withBitsMended(damaged([13242]), room, budget(1000))).toBeNull();
  });
});

const places = fc.uniqueArray(fc.nat(8 * stream.length - 64), { minLength: 1, maxLength: 3 });

test.prop([places], { seed: 18, numRuns: 20 })(
  'what is mended ends cleanly, in lines that mostly were there',
  (bits) => {
    const mended = withBitsMended(damaged(bits), room, budget(1 << 18));
    if (mended === null) return;
    const { bytes, complete } = deflate.decompress(mended.stream, { maxOutput: room });
    const truth = new Set(linesOf(text));
    expect(complete).toBe(true);
    expect(linesOf(bytes).filter((line) => truth.has(line)).length).toBeGreaterThan(truth.size / 2);
  },
);

test.prop([fc.uint8Array({ maxLength: 400 })], { seed: 18, numRuns: 40 })('garbage stays as it is', (garbage) => {
  const before = garbage.slice();
  expect(withBitsMended(garbage, 4 * garbage.length, budget(1 << 14))).toBeNull();
  expect(garbage).toEqual(before);
});
