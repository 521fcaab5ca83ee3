import { divide, multiply, order, type TabledField } from './galois.js';

/** Wrong bytes of a block. A place is the power of x that the byte is the coefficient of: 0 is the last parity byte. */
export interface Errata {
  /** Ascending. */
  readonly places: readonly number[];
  /** What to add to (exclusive or) the byte at each place; 0 where an erased byte turns out right. */
  readonly values: readonly number[];
}

/**
 * Null when the block is uncorrectable.
 * @param difference remainder of the data, plus the stored parity: the block modulo the generator polynomial, not zero
 * @param length bytes of the block, data and parity
 * @param erased places known to be doubtful: different ones, each less than `length`
 */
export type Solve = (difference: Uint8Array, length: number, erased: readonly number[]) => Errata | null;

/**
 * Solves for the wrong bytes of a dirty block: syndromes, Berlekamp-Massey, search for the locator's roots, Forney
 * (Blahut, Algebraic Codes for Data Transmission, chapter 7). The verdicts are those of the kernel's lib/reed_solomon
 * since 5.3: uncorrectable when the locator has degree 0, when it has not as many roots inside the block as its degree,
 * or when the pattern does not reproduce the syndromes.
 *
 * Without erasures nothing else bounds the errors, as in the kernel; with erasures 2 · errors + erasures ≤ parity holds.
 *
 * @param roots those of the generator polynomial, β^first, β^(first+1) …, as logarithms: one for each parity byte
 */
export function errataSolver(field: TabledField, roots: Uint8Array): Solve {
  const parity = roots.length;
  // Allocated once: new arrays for every block take longer than the arithmetic in them.
  const syndromes = new Uint8Array(parity);
  const locators: Locators = { now: new Uint8Array(parity + 1), former: new Uint8Array(parity + 1) };
  const scratch = new Uint8Array(parity + 1);
  return (difference, length, erased) => {
    if (erased.length > parity) return null;
    findSyndromes(field, roots, difference, syndromes);
    const degree = findLocator(field, syndromes, erased, locators);
    if (degree === 0) return null;
    if (erased.length > 0 && 2 * degree - erased.length > parity) return null;
    const places = findPlaces(field, locators.now, degree, length, scratch);
    if (places === null) return null;
    const values = findValues(field, roots, syndromes, locators.now, places, scratch);
    return reproduces(field, roots, syndromes, { places, values }) ? { places, values } : null;
  };
}

/** Writes the value of the polynomial `difference` (highest degree first) at each root. */
function findSyndromes(
  { exp, products }: TabledField,
  roots: Uint8Array,
  difference: Uint8Array,
  syndromes: Uint8Array,
): void {
  for (let i = 0; i < roots.length; i += 1) {
    const row = exp[roots[i]!]! << 8;
    let value = 0;
    for (let k = 0; k < difference.length; k += 1) value = products[row | value]! ^ difference[k]!;
    syndromes[i] = value;
  }
}

interface Locators {
  now: Uint8Array;
  former: Uint8Array;
}

/**
 * Berlekamp-Massey, started with the erasures. Leaves in `now` the shortest Λ(x) = Π (1 − X x), X = β^place, that the
 * syndromes obey, lowest degree first, and gives its degree. The former Λ is not moved: `shift` is the power of x that
 * it is to be multiplied by.
 */
function findLocator(field: TabledField, syndromes: Uint8Array, erased: readonly number[], locators: Locators): number {
  const { products } = field;
  startLocators(field, erased, locators);
  let length = erased.length;
  let formerLength = length;
  let formerDiscrepancy = 1;
  let shift = 1;
  for (let r = erased.length; r < syndromes.length; r += 1, shift += 1) {
    const { now, former } = locators;
    let discrepancy = syndromes[r]!;
    for (let j = 1; j <= length; j += 1) discrepancy ^= products[(now[j]! << 8) | syndromes[r - j]!]!;
    if (discrepancy === 0) continue;
    const row = divide(field, discrepancy, formerDiscrepancy) << 8;
    if (2 * length > r + erased.length) {
      for (let j = 0; j <= formerLength; j += 1) now[j + shift]! ^= products[row | former[j]!]!;
      continue;
    }
    // Λ grows: the new one is made in the place of the former, which is not needed any more.
    const grown = r + 1 + erased.length - length;
    for (let j = grown; j >= 0; j -= 1) {
      const moved = j >= shift ? former[j - shift]! : 0;
      former[j] = products[row | moved]! ^ now[j]!;
    }
    locators.now = former;
    locators.former = now;
    formerLength = length;
    formerDiscrepancy = discrepancy;
    length = grown;
    shift = 0;
  }
  while (length > 0 && locators.now[length] === 0) length -= 1;
  return length;
}

/** Both Λ have the erasures as roots. */
function startLocators(field: TabledField, erased: readonly number[], { now, former }: Locators): void {
  now.fill(0);
  now[0] = 1;
  erased.forEach((place, n) => {
    for (let j = n + 1; j > 0; j -= 1) now[j]! ^= multiply(field, now[j - 1]!, field.exp[place]!);
  });
  former.set(now);
}

/**
 * The places, ascending, whose X are the inverse roots of Λ, or null when they are fewer than its degree. Those in the
 * pad of a shortened code are not looked for: either way the block is uncorrectable. Each one found is divided out, so
 * that the work shrinks; the last is read off.
 */
function findPlaces(
  { exp, log, products }: TabledField,
  locator: Uint8Array,
  degree: number,
  length: number,
  rest: Uint8Array,
): number[] | null {
  // x^degree Λ(1/x), monic, highest degree first: its roots are the X themselves.
  rest.set(locator);
  const places: number[] = [];
  let left = degree;
  for (let place = 0; place < length && left > 1; place += 1) {
    const row = exp[place]! << 8;
    let value = 1;
    for (let j = 1; j <= left; j += 1) value = products[row | value]! ^ rest[j]!;
    if (value !== 0) continue;
    for (let j = 1; j < left; j += 1) rest[j]! ^= products[row | rest[j - 1]!]!;
    left -= 1;
    places.push(place);
  }
  // A last one that is not behind the others is one of them again.
  const last = log[rest[1]!]!;
  if (left > 1 || last >= length || last <= (places.at(-1) ?? -1)) return null;
  places.push(last);
  return places;
}

/** Forney: X^(1 − first) Ω(1/X) / Λ'(1/X), where Ω is the part of S(x) Λ(x) below the degree of Λ. */
function findValues(
  field: TabledField,
  roots: Uint8Array,
  syndromes: Uint8Array,
  locator: Uint8Array,
  places: readonly number[],
  evaluator: Uint8Array,
): number[] {
  const { exp, products } = field;
  const degree = places.length;
  for (let i = 0; i < degree; i += 1) {
    let sum = 0;
    for (let j = 0; j <= i; j += 1) sum ^= products[(locator[j]! << 8) | syndromes[i - j]!]!;
    evaluator[i] = sum;
  }
  return places.map((place) => {
    const row = exp[(order - place) % order]! << 8;
    let above = 0;
    for (let i = degree - 1; i >= 0; i -= 1) above = products[row | above]! ^ evaluator[i]!;
    // Λ' keeps the odd terms, Λ[j] x^(j − 1): a polynomial in x².
    const square = products[row | (row >> 8)]! << 8;
    let below = 0;
    for (let j = (degree - 1) | 1; j > 0; j -= 2) below = products[square | below]! ^ locator[j]!;
    return multiply(field, divide(field, above, below), exp[((order + 1 - roots[0]!) * place) % order]!);
  });
}

/** True when these wrong bytes make these syndromes. Uses them up: what is left there is what they do not explain. */
function reproduces(
  { exp, products }: TabledField,
  roots: Uint8Array,
  syndromes: Uint8Array,
  { places, values }: Errata,
): boolean {
  for (let k = 0; k < places.length; k += 1) {
    const row = exp[places[k]!]! << 8;
    let term = products[(exp[(roots[0]! * places[k]!) % order]! << 8) | values[k]!]!;
    for (let i = 0; i < syndromes.length; i += 1) {
      syndromes[i]! ^= term;
      term = products[row | term]!;
    }
  }
  let left = 0;
  for (let i = 0; i < syndromes.length; i += 1) left |= syndromes[i]!;
  return left === 0;
}
