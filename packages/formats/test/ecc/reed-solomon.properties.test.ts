import { fc, test } from '@fast-check/vitest';
import { type ReedSolomon, reedSolomon } from '@pstore-decode/formats/ecc';
import { describe, expect } from 'vitest';
import { anyBytes, anyCode, anyDamage, anyData, damaged, kernelCode } from './codes.js';
import { type Code, isCodeword, nearestCodeword } from './textbook.js';

const runs = { seed: 842, numRuns: 300 };

/** A code and a codeword of it: data followed by parity. */
function anyCodeword(codes = anyCode()) {
  return codes.chain((code) =>
    anyData(code).map((data) => ({ code, length: data.length, word: joined(data, reedSolomon(code).encode(data)) })),
  );
}

test.prop([anyCodeword()], runs)(
  'what was encoded is a codeword by the textbook, and clean',
  ({ code, length, word }) => {
    expect(isCodeword(code, word)).toBe(true);
    expect(decode(code, length, word)).toEqual({ ok: true, corrected: 0, positions: [], ...split(length, word) });
  },
);

const withDamage = anyCodeword().chain((c) =>
  anyDamage(c.word.length, fc.integer({ min: 1, max: c.word.length })).map((damage) => ({ ...c, damage })),
);

test.prop([withDamage], runs)('isCodeword says what the textbook says', ({ code, length, word, damage }) => {
  const wrong = damaged(word, damage);
  const { data, parity } = split(length, wrong);
  expect(reedSolomon(code).isCodeword(data, parity)).toBe(isCodeword(code, wrong));
});

const withErrors = anyCodeword().chain((c) =>
  anyDamage(c.word.length, fc.nat(c.code.parity >> 1)).map((damage) => ({ ...c, damage })),
);

test.prop([withErrors], runs)('up to half the parity in wrong bytes is corrected, and nothing else', (c) => {
  expect(decode(c.code, c.length, damaged(c.word, c.damage))).toEqual({
    ok: true,
    corrected: c.damage.length,
    positions: c.damage.map(([position]) => position),
    ...split(c.length, c.word),
  });
});

/** As many erasures and errors as the bound admits; the first `right` erasures are not damaged at all. */
const withErasures = anyCodeword().chain((c) =>
  fc.nat(c.code.parity).chain((erasures) =>
    fc.record({
      c: fc.constant(c),
      erasures: fc.constant(erasures),
      places: anyDamage(c.word.length, fc.constant(erasures + ((c.code.parity - erasures) >> 1))).chain((places) =>
        fc.shuffledSubarray(places, { minLength: places.length }),
      ),
      right: fc.nat(erasures),
    }),
  ),
);

test.prop([withErasures], runs)('2 · errors + erasures up to the parity is corrected', (example) => {
  const { c, places, erasures, right } = example;
  const erased = places.slice(0, erasures).map(([position]) => position);
  const damage = places.slice(right).sort(([a], [b]) => a - b);
  expect(decode(c.code, c.length, damaged(c.word, damage), erased)).toEqual({
    ok: true,
    corrected: damage.length,
    positions: damage.map(([position]) => position),
    ...split(c.length, c.word),
  });
});

describe('overloaded blocks are a codeword’s neighbours exactly when the textbook says so', () => {
  const fewParity = anyCode(fc.integer({ min: 1, max: 7 }));
  const noise = fewParity.chain((code) =>
    fc.record({ code: fc.constant(code), data: anyData(code), parity: anyBytes(code.parity) }),
  );

  test.prop([noise], { ...runs, numRuns: 1000 })('noise', ({ code, data, parity }) => {
    expectVerdict(code, data.length, joined(data, parity));
  });

  test.prop([anyBytes(12), anyBytes(16)], runs)('noise in the place of a zone header', (data, parity) => {
    expectVerdict(kernelCode(16), data.length, joined(data, parity));
  });

  const tooMany = anyCodeword(anyCode(fc.integer({ min: 1, max: 12 }))).chain((c) => {
    const half = c.code.parity >> 1;
    return anyDamage(c.word.length, fc.integer({ min: half + 1, max: Math.min(half + 3, c.word.length) })).map(
      (damage) => ({ ...c, damage }),
    );
  });

  test.prop([tooMany], { ...runs, numRuns: 500 })('a few wrong bytes too many', ({ code, length, word, damage }) => {
    expectVerdict(code, length, damaged(word, damage));
  });
});

const withAnyErasures = anyCode().chain((code) =>
  anyData(code).chain((data) =>
    fc.record({
      code: fc.constant(code),
      length: fc.constant(data.length),
      block: anyBytes(code.parity).map((parity) => joined(data, parity)),
      erasures: fc.uniqueArray(fc.nat(data.length + code.parity - 1), { maxLength: code.parity + 1, size: 'max' }),
    }),
  ),
);

test.prop([withAnyErasures], runs)(
  'any erasures of any bytes end in a codeword within the bound, or in none',
  (example) => {
    const { code, length, block, erasures } = example;
    const result = decode(code, length, block, erasures);
    if (!result.ok) return;
    const errors = result.positions.filter((position) => !erasures.includes(position)).length;
    expect(isCodeword(code, joined(result.data, result.parity))).toBe(true);
    if (erasures.length > 0) expect(2 * errors + erasures.length).toBeLessThanOrEqual(code.parity);
  },
);

test.prop(
  [
    anyCode().chain((code) =>
      fc.tuple(fc.constant(code), fc.array(anyData(code), { maxLength: 5 }), anyBytes(code.parity)),
    ),
  ],
  runs,
)('a block is not judged by the blocks before it', ([code, blocks, parity]) => {
  const codec = reedSolomon(code);
  const near = blocks.map((data) => damaged(joined(data, codec.encode(data)), [[0, 1]]));
  for (const block of near.flatMap((word, i) => [word, joined(blocks[i]!, parity)])) {
    const length = block.length - code.parity;
    expect(decode(code, length, block, [], codec)).toEqual(decode(code, length, block));
  }
});

/** Held against the textbook. What the kernel corrects beyond half the parity must still be a codeword. */
function expectVerdict(code: Code, length: number, block: Uint8Array): void {
  const result = decode(code, length, block);
  const nearest = nearestCodeword(code, block);
  if (!result.ok) {
    expect(result).toEqual({ ok: false });
    expect(nearest).toBeNull();
    return;
  }
  const word = joined(result.data, result.parity);
  expect(isCodeword(code, word)).toBe(true);
  expect(result.positions).toEqual([...word.keys()].filter((i) => word[i] !== block[i]));
  expect(result.corrected).toBe(result.positions.length);
  if (nearest === null) expect(result.corrected).toBeGreaterThan(code.parity >> 1);
  else expect(word).toEqual(nearest);
}

/** Decodes, and holds that the block was not touched. */
function decode(
  code: Code,
  length: number,
  block: Uint8Array,
  erasures: number[] = [],
  codec: ReedSolomon = reedSolomon(code),
) {
  const before = Uint8Array.from(block);
  const { data, parity } = split(length, block);
  const result = codec.decode(data, parity, erasures);
  expect(block).toEqual(before);
  return result;
}

function split(length: number, block: Uint8Array): { data: Uint8Array; parity: Uint8Array } {
  return { data: block.subarray(0, length), parity: block.subarray(length) };
}

function joined(data: Uint8Array, parity: Uint8Array): Uint8Array {
  return Uint8Array.of(...data, ...parity);
}
