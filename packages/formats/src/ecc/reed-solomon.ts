import { type Errata, errataSolver, type Solve } from './errata.js';
import { type GaloisField, galoisField, multiply, order, withProducts } from './galois.js';
import { addPacked, remainderBy, unpack } from './remainder.js';

/** Which code. The kernel's persistent_ram (fs/pstore/ram_core.c) takes the defaults, and mostly 16 parity bytes. */
export interface ReedSolomonParameters {
  /** Parity bytes of a block, 1 to 64: the roots of the generator polynomial. */
  readonly parity: number;
  /** Primitive polynomial of GF(2^8) with its leading bit. Default: 0x11d. */
  readonly polynomial?: number;
  /** First consecutive root, as a power of β, 0 to 254. Default: 0. */
  readonly firstRoot?: number;
  /** β is α to this power, coprime with 255. Default: 1. */
  readonly primitive?: number;
}

/** The block is a codeword, or was corrected to one. */
export interface Corrected {
  readonly ok: true;
  /** Bytes changed, those in the parity included; 0 for a clean block. */
  readonly corrected: number;
  /** Where they stand in data followed by parity, ascending. */
  readonly positions: readonly number[];
  /** A corrected copy, or the very argument when nothing changed in it. */
  readonly data: Uint8Array;
  /** Likewise. */
  readonly parity: Uint8Array;
}

/** The block holds more damage than its parity can locate. */
export interface Uncorrectable {
  readonly ok: false;
}

/**
 * A systematic Reed-Solomon code over GF(2^8), shortened to any length: blocks of 1 to 255 − parity data bytes. The
 * first data byte is the highest power, the last parity byte is x^0. Arguments are never changed; no bytes make it
 * throw. RangeError: the length of data or parity is out of range. TypeError: they are no Uint8Array.
 */
export interface ReedSolomon {
  /** Parity bytes of a block. */
  readonly parity: number;
  /** The parity bytes of `data`. */
  encode(data: Uint8Array): Uint8Array<ArrayBuffer>;
  /** True when no byte of the block is wrong. Allocates nothing. */
  isCodeword(data: Uint8Array, parity: Uint8Array): boolean;
  /**
   * Corrects what can be corrected: ⌊parity / 2⌋ wrong bytes anywhere; with erasures (positions in data followed by
   * parity, known to be doubtful) all blocks with 2 · errors + erasures ≤ parity. A codeword is returned as it is.
   *
   * Without erasures the verdicts are those of the kernel since 5.3, which accepts every pattern that leads to a codeword
   * by a locator with all its roots inside the block. Those can be more than ⌊parity / 2⌋ bytes, mostly where parity is
   * odd, and are then a guess: `corrected > parity >> 1` tells.
   * @throws RangeError when an erasure is out of range or named twice
   */
  decode(data: Uint8Array, parity: Uint8Array, erasures?: readonly number[]): Corrected | Uncorrectable;
}

/**
 * Builds the tables of a code: 80 KiB for parity up to 16, 128 KiB for 64. Keep it and use it for all blocks.
 * @throws RangeError when there is no such code
 */
export function reedSolomon(parameters: ReedSolomonParameters): ReedSolomon {
  const { parity: size, polynomial = 0x11d, firstRoot = 0, primitive = 1 } = parameters;
  expectWithin('parity', size, 1, 64);
  expectWithin('firstRoot', firstRoot, 0, order - 1);
  expectWithin('primitive', primitive, 1, order - 1);
  const field = galoisField(polynomial, primitive);
  const roots = Uint8Array.from({ length: size }, (_, i) => (firstRoot + i) % order);
  const remainder = remainderBy(field, generatorOf(field, roots));
  // Built by the first damaged block: most media have none.
  let solve: Solve | null = null;
  // Scratch of every call; a call leaves nothing in it that a later one reads.
  const packed = new Int32Array(remainder.words);

  /** Leaves the remainder of the block in `packed`: zero for a codeword. */
  function isClean(data: Uint8Array, parity: Uint8Array): boolean {
    expectBytes('data', data, 1, order - size);
    expectBytes('parity', parity, size, size);
    remainder.into(packed, data);
    return addPacked(packed, parity) === 0;
  }

  return {
    parity: size,
    encode(data) {
      expectBytes('data', data, 1, order - size);
      remainder.into(packed, data);
      return unpack(packed, size);
    },
    isCodeword: isClean,
    decode(data, parity, erasures = none) {
      const clean = isClean(data, parity);
      const length = data.length + size;
      const erased = erasures.length === 0 ? none : placesOf(erasures, length);
      if (clean) return { ok: true, corrected: 0, positions: none, data, parity };
      solve ??= errataSolver(withProducts(field), roots);
      const errata = solve(unpack(packed, size), length, erased);
      return errata === null ? { ok: false } : apply(errata, data, parity);
    },
  };
}

const none: readonly number[] = Object.freeze([]);

/** Π (x − β^root), without its leading 1, highest degree first. */
function generatorOf(field: GaloisField, roots: Uint8Array): Uint8Array {
  const generator = new Uint8Array(roots.length + 1);
  generator[0] = 1;
  roots.forEach((root, degree) => {
    for (let j = degree + 1; j > 0; j -= 1) generator[j]! ^= multiply(field, generator[j - 1]!, field.exp[root]!);
  });
  return generator.subarray(1);
}

function apply({ places, values }: Errata, data: Uint8Array, parity: Uint8Array): Corrected {
  const last = data.length + parity.length - 1;
  const positions: number[] = [];
  let fixedData = data;
  let fixedParity = parity;
  for (let i = places.length - 1; i >= 0; i -= 1) {
    if (values[i] === 0) continue;
    const position = last - places[i]!;
    positions.push(position);
    if (position < data.length) {
      if (fixedData === data) fixedData = new Uint8Array(data);
      fixedData[position]! ^= values[i]!;
    } else {
      if (fixedParity === parity) fixedParity = new Uint8Array(parity);
      fixedParity[position - data.length]! ^= values[i]!;
    }
  }
  return { ok: true, corrected: positions.length, positions, data: fixedData, parity: fixedParity };
}

function placesOf(erasures: readonly number[], length: number): number[] {
  const places = erasures.map((position) => {
    expectWithin('erasure', position, 0, length - 1);
    return length - 1 - position;
  });
  if (new Set(places).size < places.length) throw new RangeError('an erasure is named twice');
  return places;
}

function expectWithin(name: string, value: number, min: number, max: number): void {
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw new RangeError(`${name} is ${value}, not an integer from ${min} to ${max}`);
  }
}

function expectBytes(name: string, bytes: Uint8Array, min: number, max: number): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name} is no Uint8Array`);
  if (bytes.length < min || bytes.length > max) {
    throw new RangeError(`${name} has ${bytes.length} bytes, not ${min === max ? min : `${min} to ${max}`}`);
  }
}
