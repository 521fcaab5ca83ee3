import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { rangeSet } from '../src/range-set.js';

fc.configureGlobal({ seed: 1905 });

const range = fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));

test.prop([fc.array(range, { maxLength: 30 }), range])('is the set of its offsets', (added, asked) => {
  const set = rangeSet();
  const offsets = new Set<number>();
  for (const one of added) {
    set.add(one);
    for (let at = one.start; at < one.end; at++) offsets.add(at);
  }
  const whole = set.within({ start: 0, end: 60 });
  expect(whole).toHaveLength(set.count());
  for (const [i, part] of whole.entries()) {
    expect(part.start).toBeLessThan(part.end);
    if (i > 0) expect(whole[i - 1]!.end).toBeLessThan(part.start); // disjoint, ascending, touching ones joined
  }
  expect(whole.flatMap(offsetsOf)).toEqual([...offsets].sort((a, b) => a - b));
  expect(set.within(asked).flatMap(offsetsOf)).toEqual(offsetsOf(asked).filter((at) => offsets.has(at)));
});

function offsetsOf({ start, end }: { start: number; end: number }): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
