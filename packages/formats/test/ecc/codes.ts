import { fc } from '@fast-check/vitest';
import type { Code } from './textbook.js';

/** All primitive polynomials of degree 8 over GF(2). */
export const primitivePolynomials = [
  0x11d, 0x12b, 0x12d, 0x14d, 0x15f, 0x163, 0x165, 0x169, 0x171, 0x187, 0x18d, 0x1a9, 0x1c3, 0x1cf, 0x1e7, 0x1f5,
];

const coprime = Array.from({ length: 254 }, (_, i) => i + 1).filter((n) => n % 3 && n % 5 && n % 17);

/** Any code that can be asked for. */
export function anyCode(parity: fc.Arbitrary<number> = fc.integer({ min: 1, max: 64 })): fc.Arbitrary<Code> {
  return fc.record({
    parity,
    polynomial: fc.constantFrom(...primitivePolynomials),
    firstRoot: fc.integer({ min: 0, max: 254 }),
    primitive: fc.constantFrom(...coprime),
  });
}

/** What the kernel uses, with any parity. */
export function kernelCode(parity: number): Code {
  return { parity, polynomial: 0x11d, firstRoot: 0, primitive: 1 };
}

/** Data of any length that the code admits. */
export function anyData({ parity }: Code): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: 1, maxLength: 255 - parity, size: 'max' });
}

export function anyBytes(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}

/** `count` wrong bytes: different positions below `length`, ascending, and what to add to each. */
export function anyDamage(
  length: number,
  count: fc.Arbitrary<number>,
): fc.Arbitrary<[position: number, value: number][]> {
  return count.chain((n) =>
    fc
      .uniqueArray(fc.tuple(fc.nat(length - 1), fc.integer({ min: 1, max: 255 })), {
        minLength: n,
        maxLength: n,
        selector: ([position]) => position,
      })
      .map((damage) => damage.sort(([a], [b]) => a - b)),
  );
}

export function damaged(
  block: Uint8Array,
  damage: readonly (readonly [position: number, value: number])[],
): Uint8Array {
  const wrong = Uint8Array.from(block);
  for (const [position, value] of damage) wrong[position]! ^= value;
  return wrong;
}
