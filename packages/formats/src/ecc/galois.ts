/**
 * Arithmetic of GF(2^8) by tables. Elements are bytes: polynomials over GF(2) in α, bit i for α^i, modulo a primitive
 * polynomial. Addition is exclusive or.
 */
export interface GaloisField {
  /** Powers of the generator, 0 to 254. */
  readonly exp: Uint8Array;
  /** Logarithms to its base, 0 to 254; that of zero is never asked for. */
  readonly log: Uint8Array;
}

/** A field with its multiplication table: 64 KiB that only a damaged block needs. */
export interface TabledField extends GaloisField {
  /** All products: a · b at `(a << 8) | b`. One look-up where logarithms need three and a test for zero. */
  readonly products: Uint8Array;
}

/** The elements that are not zero, and so the order of the generator. */
export const order = 255;

/**
 * Tables of the field of `polynomial` (with its leading bit: 0x11d is x^8 + x^4 + x^3 + x^2 + 1), to the base of the
 * generator α^`primitive`.
 * @throws RangeError when the polynomial is not primitive of degree 8, or α^`primitive` does not generate the field
 */
export function galoisField(polynomial: number, primitive = 1): GaloisField {
  const powers = powersOfAlpha(polynomial);
  const exp = Uint8Array.from(powers, (_, i) => powers[(i * primitive) % order]!);
  const log = new Uint8Array(order + 1);
  exp.forEach((element, i) => {
    log[element] = i;
  });
  if (log[exp[0]!] !== 0)
    throw new RangeError(`α^${primitive} does not generate the field: ${primitive} and 255 have a common factor`);
  return { exp, log };
}

/** The product of two elements, by logarithms: for tables that are built once. */
export function multiply({ exp, log }: GaloisField, a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : exp[(log[a]! + log[b]!) % order]!;
}

/** The field with its multiplication table. */
export function withProducts(field: GaloisField): TabledField {
  return { ...field, products: productsOf(field.exp, field.log) };
}

/** a / b, where b is not zero. */
export function divide({ exp, log, products }: TabledField, a: number, b: number): number {
  return products[(a << 8) | exp[(order - log[b]!) % order]!]!;
}

/** Mostly by linearity, four products a step: start-up feels the difference. */
function productsOf(exp: Uint8Array, log: Uint8Array): Uint8Array {
  const products = new Uint8Array(1 << 16);
  const words = new Int32Array(products.buffer);
  for (let a = 1; a <= order; a += 1) {
    const lowest = a & -a;
    const others = a ^ lowest;
    if (others === 0) {
      for (let b = 1; b <= order; b += 1) products[(a << 8) | b] = exp[(log[a]! + log[b]!) % order]!;
    } else {
      for (let w = 0; w < 64; w += 1) words[(a << 6) | w] = words[(others << 6) | w]! ^ words[(lowest << 6) | w]!;
    }
  }
  return products;
}

/** α^0 to α^254. */
function powersOfAlpha(polynomial: number): Uint8Array {
  const powers = new Uint8Array(order);
  let element = 1;
  for (let i = 0; i < order; i += 1) {
    powers[i] = element;
    element <<= 1;
    if (element > order) element ^= polynomial;
  }
  const degreeIs8 = Number.isInteger(polynomial) && polynomial >> 8 === 1;
  if (!degreeIs8 || new Set(powers).size < order || element !== 1) {
    throw new RangeError(
      `${Number.isInteger(polynomial) ? `0x${polynomial.toString(16)}` : polynomial} is not a primitive polynomial of degree 8`,
    );
  }
  return powers;
}
