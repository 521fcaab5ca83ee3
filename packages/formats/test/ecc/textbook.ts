/**
 * A slow decoder to compare with, and nothing shared with the fast one: products by shifting, syndromes summed over the
 * whole block, Peterson-Gorenstein-Zierler instead of Berlekamp-Massey and Forney.
 */
export interface Code {
  readonly parity: number;
  readonly polynomial: number;
  readonly firstRoot: number;
  readonly primitive: number;
}

export function times(polynomial: number, a: number, b: number): number {
  let product = 0;
  for (let bit = 0x80; bit > 0; bit >>= 1) {
    product <<= 1;
    if (product > 0xff) product ^= polynomial;
    if (b & bit) product ^= a;
  }
  return product;
}

export function power(polynomial: number, a: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i += 1) result = times(polynomial, result, a);
  return result;
}

/** S[i] = Σ block[j] · β^((first + i) (last − j)): all zero for a codeword. */
function syndromes(code: Code, block: Uint8Array): number[] {
  const last = block.length - 1;
  return Array.from({ length: code.parity }, (_, i) => {
    const root = rootOf(code, i);
    return block.reduce(
      (sum, byte, j) => sum ^ times(code.polynomial, byte, power(code.polynomial, root, last - j)),
      0,
    );
  });
}

export function isCodeword(code: Code, block: Uint8Array): boolean {
  return syndromes(code, block).every((s) => s === 0);
}

/** The codeword at most ⌊parity / 2⌋ bytes from the block, or null when there is none. */
export function nearestCodeword(code: Code, block: Uint8Array): Uint8Array | null {
  const s = syndromes(code, block);
  if (s.every((value) => value === 0)) return block;
  for (let errors = code.parity >> 1; errors > 0; errors -= 1) {
    const rows = Array.from({ length: errors }, (_, i) => s.slice(i, i + errors));
    const locator = solveLinear(code.polynomial, rows, s.slice(errors, 2 * errors));
    if (locator === null) continue;
    // X^errors + locator[errors − 1] X^(errors − 1) + … + locator[0]
    const places = placesIn(code, block.length, [...locator, 1]);
    if (places.length < errors) return null;
    const terms = s.map((_, i) => places.map((place) => power(code.polynomial, rootOf(code, i), place)));
    const values = solveLinear(code.polynomial, terms.slice(0, errors), s.slice(0, errors));
    if (values === null) return null;
    const fixed = Uint8Array.from(block);
    places.forEach((place, k) => {
      fixed[block.length - 1 - place]! ^= values[k]!;
    });
    return isCodeword(code, fixed) ? fixed : null;
  }
  return null;
}

/** The x with matrix · x = right, or null when the matrix is singular. */
export function solveLinear(
  polynomial: number,
  matrix: readonly number[][],
  right: readonly number[],
): number[] | null {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < rows.length; column += 1) {
    const pivot = rows.findIndex((row, i) => i >= column && row[column] !== 0);
    if (pivot < 0) return null;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const inverse = power(polynomial, rows[column]![column]!, 254);
    const unit = rows[column]!.map((value) => times(polynomial, value, inverse));
    rows.forEach((row, i) => {
      rows[i] = i === column ? unit : row.map((value, j) => value ^ times(polynomial, row[column]!, unit[j]!));
    });
  }
  return rows.map((row) => row[rows.length]!);
}

/** β^(first + i). */
export function rootOf({ polynomial, firstRoot, primitive }: Code, i: number): number {
  return power(polynomial, 2, ((firstRoot + i) * primitive) % 255);
}

function placesIn({ polynomial, primitive }: Code, length: number, coefficients: readonly number[]): number[] {
  return Array.from({ length }, (_, place) => place).filter((place) => {
    const x = power(polynomial, 2, (place * primitive) % 255);
    return coefficients.reduceRight((value, coefficient) => times(polynomial, value, x) ^ coefficient, 0) === 0;
  });
}
