import { describe, expect, test } from 'vitest';
import { divide, galoisField, multiply, withProducts } from '../../src/ecc/galois.js';
import { primitivePolynomials } from './codes.js';
import { times } from './textbook.js';

test.each(primitivePolynomials)('products modulo %i are those of polynomials', (polynomial) => {
  const field = withProducts(galoisField(polynomial));
  for (let a = 0; a < 256; a += 1) {
    for (let b = 0; b < 256; b += 1) {
      if (multiply(field, a, b) !== times(polynomial, a, b)) expect.fail(`${a} · ${b}`);
      if (field.products[(a << 8) | b] !== times(polynomial, a, b)) expect.fail(`table: ${a} · ${b}`);
      if (b > 0 && divide(field, times(polynomial, a, b), b) !== a) expect.fail(`${a} · ${b} / ${b}`);
    }
  }
});

test('the field of the kernel begins with powers of 2', () => {
  const { exp, log } = galoisField(0x11d);
  expect([...exp.subarray(0, 12)]).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 0x1d, 0x3a, 0x74, 0xe8]);
  expect([...exp].map((element) => log[element])).toEqual([...exp.keys()]);
});

test('another generator gives the same products, other logarithms', () => {
  const field = withProducts(galoisField(0x187, 11));
  expect(field.products).toEqual(withProducts(galoisField(0x187)).products);
  expect(field.exp[1]).toBe(galoisField(0x187).exp[11]);
  expect(field.log[field.exp[200]!]).toBe(200);
});

describe('refuses', () => {
  test('all but the primitive polynomials of degree 8', () => {
    const accepted = Array.from({ length: 0x300 }, (_, polynomial) => polynomial).filter((polynomial) => {
      try {
        return galoisField(polynomial);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return false;
      }
    });
    expect(accepted).toEqual(primitivePolynomials);
  });

  test.each([Number.NaN, 0x11d + 0.5, -0x11d, Number.POSITIVE_INFINITY])('the polynomial %d', (polynomial) => {
    expect(() => galoisField(polynomial)).toThrow(RangeError);
  });

  test.each([3, 5, 15, 17, 51, 85])('α^%i, which generates less than the field', (primitive) => {
    expect(() => galoisField(0x11d, primitive)).toThrow('does not generate the field');
  });
});
