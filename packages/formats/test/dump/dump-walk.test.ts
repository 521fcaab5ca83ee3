import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { walkDump } from '../../src/dump/dump-walk.js';
import { inZone, kernelStream } from './kernel-stream.js';

describe('a walk over a whole stream finds nothing odd', () => {
  test.each([
    ['damaged-noecc-7.2/base.bin', 36],
    ['damaged-noecc-7.2/base.bin', 16420],
    ['damaged-ecc16-7.2/base.bin', 36],
    ['deflate-ecc16-6.1/ramoops.bin', 36],
    ['deflate-noecc-6.1-ppc64/ramoops.bin', 36],
  ])('%s at %i', (file, at) => {
    const { stream, text } = kernelStream(file, at);
    const walk = walkDump(inZone(stream), 1 << 16);
    const { bit, isEnd } = walk.follow(Number.POSITIVE_INFINITY, 0);
    expect([isEnd, Math.ceil(bit / 8), walk.oddities()]).toEqual([true, stream.length, 0]);
    expect(walk.text.subarray(0, walk.textAt(walk.count()))).toEqual(text);
  });
});

const { stream } = kernelStream('damaged-ecc16-7.2/base.bin');
const whole = walkDump(stream, 1 << 15);
const end = whole.follow(Number.POSITIVE_INFINITY, 0);

test.prop([fc.array(fc.nat(whole.count() - 1), { maxLength: 8 })], { seed: 18, numRuns: 20 })(
  'taken back anywhere, it goes on as before',
  (places) => {
    const walk = walkDump(stream, 1 << 15);
    for (const place of places) {
      walk.follow(whole.bitAt(place), 0);
      walk.rewind(place >> 1);
    }
    expect(walk.follow(Number.POSITIVE_INFINITY, 0)).toEqual(end);
    expect(Buffer.compare(walk.text, whole.text)).toBe(0);
  },
);

test.prop([fc.uint8Array({ maxLength: 300 })], { seed: 18, numRuns: 300 })('garbage is no dump', (garbage) => {
  const { isEnd, suspects } = walkDump(garbage, 1 << 12).follow(Number.POSITIVE_INFINITY, 0);
  expect(isEnd).toBe(false);
  expect(suspects.start).toBeLessThan(suspects.end);
});
