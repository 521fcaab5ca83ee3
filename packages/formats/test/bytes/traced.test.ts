import { fc, test } from '@fast-check/vitest';
import {
  type ByteRange,
  concat,
  derive,
  extent,
  fill,
  hull,
  nothing,
  type Origin,
  patch,
  type Span,
  slice,
  type TracedBytes,
  trace,
} from '@pstore-decode/formats/bytes';
import { describe, expect } from 'vitest';

const runs = { seed: 842, numRuns: 1000 };

const medium = Uint8Array.from({ length: 96 }, (_, i) => (i * 37 + 11) & 0xff);
const read = (start: number, end: number) => trace(medium.subarray(start, end), start);
const span = (how: Origin, length: number, start: number, end = start + length): Span => ({
  length,
  from: { start, end },
  how,
});

describe('by hand', () => {
  const ring = read(20, 30);
  const other = Uint8Array.from(medium.subarray(22, 26), (b, i) => (i === 1 || i === 2 ? b ^ 1 : b));
  const rows: [name: string, traced: TracedBytes, spans: Span[]][] = [
    ['trace', ring, [span('copied', 10, 20)]],
    ['trace of nothing', read(20, 20), []],
    ['fill', fill(4, 50), [span('filled', 4, 50)]],
    ['fill of nothing', fill(0, 50), []],
    ['slice', slice(ring, 3, 7), [span('copied', 4, 23)]],
    ['slice of nothing', slice(ring, 3, 3), []],
    ['a ring unrolled', concat(slice(ring, 4, 10), slice(ring, 0, 4)), [span('copied', 6, 24), span('copied', 4, 20)]],
    ['neighbours become one', concat(read(20, 24), read(24, 30)), [span('copied', 10, 20)]],
    [
      'a hole stays apart',
      concat(read(20, 24), fill(2, 24), read(26, 30)),
      [span('copied', 4, 20), span('filled', 2, 24), span('copied', 4, 26)],
    ],
    ['concat of nothing', concat(), []],
    ['patch', patch(ring, 2, other), [span('copied', 3, 20), span('corrected', 2, 23), span('copied', 5, 25)]],
    ['patch that changes nothing', patch(ring, 2, medium.subarray(22, 26)), [span('copied', 10, 20)]],
    [
      'patch of a hole',
      patch(fill(3, 50), 1, Uint8Array.of(9)),
      [span('filled', 1, 50), span('corrected', 1, 51), span('filled', 1, 52)],
    ],
    ['derive', derive(new Uint8Array(99), concat(read(40, 42), read(20, 30))), [span('derived', 99, 20, 42)]],
    ['derive from nothing', derive(new Uint8Array(2), nothing), [{ length: 2, from: null, how: 'derived' }]],
    ['slice of derived', slice(derive(new Uint8Array(99), ring), 50, 60), [span('derived', 10, 20, 30)]],
    ['patch of derived', patch(derive(new Uint8Array(9), ring), 2, Uint8Array.of(7)), [span('derived', 9, 20, 30)]],
  ];
  test.each(rows)('%s', (_, { spans }, expected) => {
    expect(spans).toEqual(expected);
  });

  test('patch changes a copy', () => {
    const before = ring.bytes.slice();
    const fixed = patch(ring, 2, other);
    expect(ring.bytes).toEqual(before);
    expect([...fixed.bytes.subarray(2, 6)]).toEqual([...other]);
  });

  test('trace and slice are views, concat is not', () => {
    expect(ring.bytes.buffer).toBe(medium.buffer);
    expect(slice(ring, 1, 2).bytes.buffer).toBe(medium.buffer);
    expect(concat(ring).bytes.buffer).not.toBe(medium.buffer);
  });

  test('extent', () => {
    expect(extent(nothing)).toBeNull();
    expect(extent(concat(read(40, 42), read(20, 30)))).toEqual({ start: 20, end: 42 });
  });

  const wrong: [start: number, end: number][] = [
    [-1, 2],
    [2, 1],
    [0, 11],
    [11, 11],
    [Number.NaN, 2],
    [0, Number.NaN],
  ];
  test.each(wrong)('slice %d..%d of 10 is the caller’s mistake', (start, end) => {
    expect(() => slice(ring, start, end)).toThrow(RangeError);
  });

  const unfit: [at: number, length: number][] = [
    [-1, 1],
    [10, 1],
    [0, 11],
    [9, 2],
    [Number.NaN, 1],
  ];
  test.each(unfit)('so is a patch at %d of %d', (at, length) => {
    expect(() => patch(ring, at, new Uint8Array(length))).toThrow(RangeError);
  });
});

/** What a single byte must say of itself. A plain model to hold the spans against. */
interface ModelByte {
  readonly value: number;
  readonly how: Origin;
  readonly from: ByteRange | null;
}
type Both = readonly [traced: TracedBytes, model: readonly ModelByte[]];

const at = (value: number, how: Origin, place: number): ModelByte => {
  return { value, how, from: { start: place, end: place + 1 } };
};

/** One step: makes a new value out of those that are there. The numbers are taken modulo what fits. */
type Step = (pool: readonly Both[]) => Both;
const numbers = fc.tuple(fc.nat(), fc.nat(), fc.nat());
const pick = (pool: readonly Both[], n: number) => pool[n % pool.length] as Both;

const steps: fc.Arbitrary<Step> = fc.oneof(
  numbers.map(
    ([a, b]): Step =>
      () => {
        const start = a % (medium.length + 1);
        const end = start + (b % (medium.length + 1 - start));
        return [read(start, end), [...medium.subarray(start, end)].map((value, i) => at(value, 'copied', start + i))];
      },
  ),
  numbers.map(
    ([a, b]): Step =>
      () => {
        const start = a % medium.length;
        return [fill(b % 6, start), Array.from({ length: b % 6 }, (_, i) => at(0, 'filled', start + i))];
      },
  ),
  numbers.map(
    ([a, b, c]): Step =>
      (pool) => {
        const [traced, model] = pick(pool, a);
        const start = b % (model.length + 1);
        const end = start + (c % (model.length + 1 - start));
        return [slice(traced, start, end), model.slice(start, end)];
      },
  ),
  fc.array(fc.nat(), { maxLength: 4 }).map(
    (picks): Step =>
      (pool) => {
        const parts = picks.map((n) => pick(pool, n));
        return [concat(...parts.map(([traced]) => traced)), parts.flatMap(([, model]) => model)];
      },
  ),
  fc.tuple(numbers, fc.array(fc.nat(2), { maxLength: 12 })).map(
    ([[a, b], masks]): Step =>
      (pool) => {
        const [traced, model] = pick(pool, a);
        const start = b % (model.length + 1);
        const patched = model.map((byte, i) => {
          const mask = masks[i - start] ?? 0;
          if (mask === 0) return byte;
          return { ...byte, value: byte.value ^ mask, how: byte.how === 'derived' ? byte.how : ('corrected' as const) };
        });
        const fixed = patched.slice(start, start + masks.length).map(({ value }) => value);
        return [patch(traced, start, Uint8Array.from(fixed)), patched];
      },
  ),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 6 })).map(
    ([a, bytes]): Step =>
      (pool) => {
        const [traced, model] = pick(pool, a);
        const from = hull(model.flatMap((byte) => byte.from ?? []));
        return [derive(bytes, traced), [...bytes].map((value) => ({ value, how: 'derived', from }))];
      },
  ),
);

/** The spans byte by byte, as the model has them. */
function expand({ bytes, spans }: TracedBytes): ModelByte[] {
  const places = spans.flatMap(({ length, from, how }) =>
    Array.from({ length }, (_, i) => ({
      how,
      from: how === 'derived' || from === null ? from : { start: from.start + i, end: from.start + i + 1 },
    })),
  );
  return places.map((place, i) => ({ value: bytes[i] as number, ...place }));
}

describe('after any steps', () => {
  const pools = fc.array(steps, { minLength: 1, maxLength: 12 }).map((all) => {
    const pool: Both[] = [[nothing, []]];
    for (const step of all) pool.push(step(pool));
    return pool;
  });

  test.prop([pools], runs)('each byte says what a model byte says', (pool) => {
    for (const [traced, model] of pool) {
      expect(expand(traced)).toEqual(model);
      expect(extent(traced)).toEqual(hull(model.flatMap(({ from }) => from ?? [])));
    }
  });

  test.prop([pools], runs)('the spans hold their promises', (pool) => {
    for (const [{ bytes, spans }] of pool) {
      let start = 0;
      for (const [i, { length, from, how }] of spans.entries()) {
        expect(length).toBeGreaterThan(0);
        if (how !== 'derived') expect(from).toEqual({ start: from?.start, end: (from?.start ?? 0) + length });
        if (how === 'copied') expect(bytes.slice(start, start + length)).toEqual(medium.slice(from?.start, from?.end));
        const last = spans[i - 1];
        if (last?.how === how && how !== 'derived') expect(last.from?.end).not.toBe(from?.start);
        start += length;
      }
      expect(start).toBe(bytes.length);
    }
  });
});

test('a Buffer is left as it is by whoever changes a copy of it', () => {
  const medium = Buffer.from([1, 2, 3]);
  const traced = trace(medium, 0);
  traced.bytes.slice()[0] = 9;
  expect([...patch(traced, 1, Uint8Array.of(7)).bytes]).toEqual([1, 7, 3]);
  expect([...medium]).toEqual([1, 2, 3]);
});
