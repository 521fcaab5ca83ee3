/**
 * A second reader of RFC 1951, for comparison: bit by bit, one symbol at a time, straight from the text of the RFC. Slow,
 * and it keeps every byte up to the first symbol that cannot be.
 */
export interface SimplyInflated {
  readonly bytes: Uint8Array;
  readonly complete: boolean;
  /** Bytes up to the end of the stream; only when complete. */
  readonly used: number;
}

const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const lengthExtras = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const distanceExtras = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

class Stop extends Error {}

export function simpleInflate(input: Uint8Array): SimplyInflated {
  const out: number[] = [];
  let bit = 0;

  const bits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, bit++) {
      if (bit >> 3 >= input.length) throw new Stop('end of input');
      value += (((input[bit >> 3] as number) >> (bit & 7)) & 1) << i;
    }
    return value;
  };
  const symbol = (codes: ReadonlyMap<string, number>): number => {
    let code = '';
    for (;;) {
      code += bits(1);
      const found = codes.get(code);
      if (found !== undefined) return found;
      if (code.length === 15) throw new Stop('no such code');
    }
  };
  const stored = () => {
    bit = (bit + 7) & ~7;
    const length = bits(16);
    if (bits(16) !== (length ^ 0xffff)) throw new Stop('stored length');
    for (let i = 0; i < length; i++) out.push(bits(8));
  };
  const compressed = (literals: ReadonlyMap<string, number>, distances: ReadonlyMap<string, number>) => {
    for (;;) {
      const value = symbol(literals);
      if (value < 256) out.push(value);
      else if (value === 256) return;
      else {
        if (value > 285) throw new Stop('length symbol');
        const length = (lengthBases[value - 257] as number) + bits(lengthExtras[value - 257] as number);
        const code = symbol(distances);
        if (code > 29) throw new Stop('distance symbol');
        const distance = (distanceBases[code] as number) + bits(distanceExtras[code] as number);
        if (distance > out.length) throw new Stop('distance');
        for (let i = 0; i < length; i++) out.push(out[out.length - distance] as number);
      }
    }
  };
  const dynamic = () => {
    const literalCount = bits(5) + 257;
    const distanceCount = bits(5) + 1;
    const orderCount = bits(4) + 4;
    if (literalCount > 286 || distanceCount > 30) throw new Stop('too many symbols');
    const orderLengths = new Array<number>(19).fill(0);
    for (const place of codeLengthOrder.slice(0, orderCount)) orderLengths[place] = bits(3);
    const order = codesOf(orderLengths, false);
    const lengths: number[] = [];
    while (lengths.length < literalCount + distanceCount) {
      const value = symbol(order);
      if (value < 16) lengths.push(value);
      else {
        const last = lengths.at(-1);
        if (value === 16 && last === undefined) throw new Stop('nothing to repeat');
        const times = value === 16 ? 3 + bits(2) : value === 17 ? 3 + bits(3) : 11 + bits(7);
        for (let i = 0; i < times; i++) lengths.push(value === 16 ? (last as number) : 0);
      }
    }
    if (lengths.length > literalCount + distanceCount) throw new Stop('repeat too long');
    if (lengths[256] === 0) throw new Stop('no end of block');
    compressed(codesOf(lengths.slice(0, literalCount), true), codesOf(lengths.slice(literalCount), true));
  };

  let complete = false;
  try {
    for (let last = 0; last === 0; ) {
      last = bits(1);
      const type = bits(2);
      if (type === 0) stored();
      else if (type === 1) compressed(fixedLiterals, fixedDistances);
      else if (type === 2) dynamic();
      else throw new Stop('block type');
    }
    complete = true;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  return { bytes: Uint8Array.from(out), complete, used: (bit + 7) >> 3 };
}

/** Section 3.2.2. A set of one code of one bit may be incomplete where zlib allows it, a set of none as well. */
function codesOf(lengths: readonly number[], mayBeIncomplete: boolean): Map<string, number> {
  const codes = new Map<string, number>();
  let code = 0;
  let left = 1;
  for (let length = 1; length <= 15; length++) {
    code <<= 1;
    left <<= 1;
    for (const [value, own] of lengths.entries()) {
      if (own !== length) continue;
      codes.set(code.toString(2).padStart(length, '0'), value);
      code += 1;
      left -= 1;
    }
    if (left < 0) throw new Stop('too many codes');
  }
  const longest = Math.max(...lengths);
  if (left > 0 && longest > 0 && (!mayBeIncomplete || longest > 1)) throw new Stop('too few codes');
  return codes;
}

const fixedLiterals = codesOf([...fill(144, 8), ...fill(112, 9), ...fill(24, 7), ...fill(8, 8)], true);
const fixedDistances = codesOf(fill(32, 5), true);

function fill(count: number, length: number): number[] {
  return new Array<number>(count).fill(length);
}
