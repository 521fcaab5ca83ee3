// Source of all facts: the LZMA SDK's lzma-specification.txt (public domain). The names of probabilities are its own.

const half = 1024;

interface LengthCoder {
  readonly choice: Uint16Array;
  readonly low: Uint16Array;
  readonly mid: Uint16Array;
  readonly high: Uint16Array;
}

/** What a chunk leaves to the next: the probabilities, and the distances that were used last. */
export interface LzmaState {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
  state: number;
  readonly reps: [number, number, number, number];
  readonly isMatch: Uint16Array;
  readonly isRep: Uint16Array;
  readonly isRepG0: Uint16Array;
  readonly isRepG1: Uint16Array;
  readonly isRepG2: Uint16Array;
  readonly isRep0Long: Uint16Array;
  readonly literal: Uint16Array;
  readonly posSlot: Uint16Array;
  readonly posSpecial: Uint16Array;
  readonly align: Uint16Array;
  readonly length: LengthCoder;
  readonly repLength: LengthCoder;
}

function probabilities(count: number): Uint16Array {
  return new Uint16Array(count).fill(half);
}

function lengthCoder(): LengthCoder {
  return { choice: probabilities(2), low: probabilities(128), mid: probabilities(128), high: probabilities(256) };
}

/** The state that a stream begins with, for its three properties. */
export function lzmaState(lc: number, lp: number, pb: number): LzmaState {
  return {
    lc,
    lp,
    pb,
    state: 0,
    reps: [0, 0, 0, 0],
    isMatch: probabilities(12 << 4),
    isRep: probabilities(12),
    isRepG0: probabilities(12),
    isRepG1: probabilities(12),
    isRepG2: probabilities(12),
    isRep0Long: probabilities(12 << 4),
    literal: probabilities(0x300 << (lc + lp)),
    posSlot: probabilities(4 << 6),
    posSpecial: probabilities(128),
    align: probabilities(16),
    length: lengthCoder(),
    repLength: lengthCoder(),
  };
}

/** Where text goes: `position` in `buffer`, of which matches reach back over `reach` bytes, and at most a dictionary. */
export interface Target {
  readonly buffer: Uint8Array;
  readonly position: number;
  readonly reach: number;
  readonly dictionary: number;
}

/** Decodes `length` bytes of text from the range coder that begins at `start` of `input`. */
export function decodeLzma(
  s: LzmaState,
  input: Uint8Array,
  start: number,
  { buffer, position: first, reach: reachBefore, dictionary }: Target,
  length: number,
): { readonly count: number; readonly reason?: string } {
  let at = start + 5;
  let range = 0xffff_ffff;
  let code = 0;
  for (let i = 1; i < 5; i++) code = ((code << 8) | (input[start + i] ?? 0)) >>> 0;
  let { state } = s;
  let [rep0, rep1, rep2, rep3] = s.reps;
  const posMask = (1 << s.pb) - 1;
  const lpMask = (1 << s.lp) - 1;
  const end = first + length;
  let position = first;
  const base = reachBefore - first;

  const bit = (table: Uint16Array, index: number): number => {
    const probability = table[index] as number;
    const bound = (range >>> 11) * probability;
    let value: number;
    if (code < bound) {
      range = bound;
      table[index] = probability + ((2048 - probability) >> 5);
      value = 0;
    } else {
      range = (range - bound) >>> 0;
      code = (code - bound) >>> 0;
      table[index] = probability - (probability >> 5);
      value = 1;
    }
    if (range < 0x100_0000) {
      range = (range << 8) >>> 0;
      code = ((code << 8) | (input[at++] ?? 0)) >>> 0;
    }
    return value;
  };
  const tree = (table: Uint16Array, offset: number, bits: number): number => {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | bit(table, offset + symbol);
    return symbol - (1 << bits);
  };
  const reverseTree = (table: Uint16Array, offset: number, bits: number): number => {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const next = bit(table, offset + symbol);
      symbol = (symbol << 1) | next;
      value |= next << i;
    }
    return value;
  };
  const direct = (bits: number): number => {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      range >>>= 1;
      const next = code >= range ? 1 : 0;
      if (next === 1) code = (code - range) >>> 0;
      value = value * 2 + next;
      if (range < 0x100_0000) {
        range = (range << 8) >>> 0;
        code = ((code << 8) | (input[at++] ?? 0)) >>> 0;
      }
    }
    return value;
  };
  const lengthOf = (coder: LengthCoder, posState: number): number => {
    if (bit(coder.choice, 0) === 0) return 2 + tree(coder.low, posState << 3, 3);
    if (bit(coder.choice, 1) === 0) return 10 + tree(coder.mid, posState << 3, 3);
    return 18 + tree(coder.high, 0, 8);
  };
  const distanceOf = (count: number): number => {
    const slot = tree(s.posSlot, Math.min(count - 2, 3) << 6, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const distance = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return distance + reverseTree(s.posSpecial, distance - slot, bits);
    return distance + direct(bits - 4) * 16 + reverseTree(s.align, 0, 4);
  };
  /** Where the text ends that needed no byte but those of the chunk. */
  let sound = first;
  const finished = (reason?: string) => {
    s.state = state;
    s.reps[0] = rep0;
    s.reps[1] = rep1;
    s.reps[2] = rep2;
    s.reps[3] = rep3;
    const count = position - first;
    return reason === undefined ? { count } : { count, reason };
  };

  while (position < end) {
    if (at > input.length) {
      position = sound;
      return finished('the stream is cut');
    }
    sound = position;
    const total = base + position;
    const posState = total & posMask;
    if (bit(s.isMatch, (state << 4) + posState) === 0) {
      const before = total > 0 ? (buffer[position - 1] as number) : 0;
      const offset = 0x300 * (((total & lpMask) << s.lc) + (before >> (8 - s.lc)));
      let symbol = 1;
      if (state >= 7) {
        if (rep0 >= total) return finished('a match begins before the text');
        let matched = buffer[position - rep0 - 1] as number;
        while (symbol < 0x100) {
          const matchBit = (matched >> 7) & 1;
          matched <<= 1;
          const next = bit(s.literal, offset + ((1 + matchBit) << 8) + symbol);
          symbol = (symbol << 1) | next;
          if (matchBit !== next) break;
        }
      }
      while (symbol < 0x100) symbol = (symbol << 1) | bit(s.literal, offset + symbol);
      buffer[position++] = symbol;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count: number;
    if (bit(s.isRep, state) === 0) {
      [rep3, rep2, rep1] = [rep2, rep1, rep0];
      count = lengthOf(s.length, posState);
      state = state < 7 ? 7 : 10;
      rep0 = distanceOf(count);
    } else {
      if (bit(s.isRepG0, state) === 0) {
        if (bit(s.isRep0Long, (state << 4) + posState) === 0) {
          if (rep0 >= total) return finished('a match begins before the text');
          buffer[position] = buffer[position - rep0 - 1] as number;
          position += 1;
          state = state < 7 ? 9 : 11;
          continue;
        }
      } else {
        let distance = rep1;
        if (bit(s.isRepG1, state) === 1) {
          distance = rep2;
          if (bit(s.isRepG2, state) === 1) {
            distance = rep3;
            rep3 = rep2;
          }
          rep2 = rep1;
        }
        rep1 = rep0;
        rep0 = distance;
      }
      count = lengthOf(s.repLength, posState);
      state = state < 7 ? 8 : 11;
    }
    if (rep0 >= total || rep0 >= dictionary) return finished('a match begins before the text');
    if (count > end - position) return finished('more text than the chunk has');
    for (let i = 0; i < count; i++) buffer[position + i] = buffer[position + i - rep0 - 1] as number;
    position += count;
  }
  // The range coder ends at the end of the chunk, with nothing left in it.
  return finished(code === 0 && at === input.length ? undefined : 'the chunk is damaged');
}
