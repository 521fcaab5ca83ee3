/** The instructions of LZO1X, by the first byte; `after few` and `after many` are the matches 0 to 15, by the literals before. */
export const lzoInstructions = [
  'first literals',
  'literals',
  'long literals',
  'after few',
  'after many',
  '64',
  '128',
  '32',
  'long 32',
  '16',
  'long 16',
  'zeros',
] as const;
export type LzoInstruction = (typeof lzoInstructions)[number];

export interface LzoChoices {
  /** 1 is lzo-rle: two bytes in front, and runs of zeros. */
  readonly version?: 0 | 1;
  /** Up to 238 literals at the start take one byte, as where liblzo finds no match at all. Else only 1 to 3 do. */
  readonly shortStart?: boolean;
  /** Hears of each instruction but the end marker. */
  readonly emitted?: (instruction: LzoInstruction) => void;
}

/**
 * An LZO1X stream that holds `text`. Greedy; takes every form that the format has wherever it fits, also those that
 * LZO1X-1, the compressor of pstore, never writes.
 */
export function encodeLzo(text: Uint8Array, choices: LzoChoices = {}): Uint8Array<ArrayBuffer> {
  const { version = 0, shortStart = false, emitted = () => undefined } = choices;
  const out: number[] = version === 1 ? [17, 1] : [];
  const finder = matchFinder(text, version === 1);
  /** Where the low two bits say how many literals follow the last match. */
  let countAt: number | null = null;

  const put = (instruction: LzoInstruction, bytes: readonly number[]) => {
    emitted(instruction);
    for (const byte of bytes) out.push(byte);
  };

  /** Gives what the next instruction is read by: the number of literals before it, 4 for more. */
  const literals = (start: number, end: number): number => {
    const count = end - start;
    if (count > 0) {
      if (countAt === null && count <= (shortStart ? 238 : 3)) put('first literals', [17 + count]);
      else if (countAt !== null && count <= 3) out[countAt] = (out[countAt] as number) | count;
      else if (count <= 18) put('literals', [count - 3]);
      else put('long literals', [0, ...extension(count - 18)]);
      for (let i = start; i < end; i++) out.push(text[i] as number);
    }
    return Math.min(count, 4);
  };

  let done = 0;
  for (let at = 0; at < text.length; ) {
    // The first byte of a stream is never read as a run of zeros.
    const zeros = version === 1 && at > 0 ? zerosAt(text, at) : 0;
    const pending = at - done;
    const match = zeros >= fewestZeros ? null : finder.find(at, pending > 0 && pending < 4);
    const length = match?.length ?? (zeros >= fewestZeros ? zeros : 0);
    if (length > 0) {
      const before = literals(done, at);
      if (match === null) put('zeros', [0x18 | ((zeros - 4) & 7), 0xfc, 0xff, (zeros - 4) >> 3]);
      else put(...matchCode(match, before));
      countAt = out.length - (match === null ? 3 : 2);
      done = at + length;
    }
    finder.pass(at, at + Math.max(1, length));
    at += Math.max(1, length);
  }
  literals(done, text.length);
  out.push(17, 0, 0);
  return Uint8Array.from(out);
}

interface Match {
  readonly length: number;
  readonly distance: number;
}

const farBase = 16384;
const fewestZeros = 4;
const mostZeros = 2051;

/** The count of literals behind it, still 0, stands in the last byte but one of every form. */
function matchCode({ length, distance }: Match, before: number): [LzoInstruction, number[]] {
  if (length === 2) return ['after few', [((distance - 1) & 3) << 2, (distance - 1) >> 2]];
  if (length === 3 && before === 4 && distance > 2048 && distance <= 3072) {
    return ['after many', [((distance - 2049) & 3) << 2, (distance - 2049) >> 2]];
  }
  if (length <= 8 && distance <= 2048) {
    const code = ((length - 1) << 5) | (((distance - 1) & 7) << 2);
    return [length <= 4 ? '64' : '128', [code, (distance - 1) >> 3]];
  }
  const far = distance > farBase;
  const operand = far ? (distance - farBase) & 0x3fff : distance - 1;
  const operandBytes = [(operand << 2) & 0xff, operand >> 6];
  const code = far ? 16 + (distance < 2 * farBase ? 0 : 8) : 32;
  const longest = far ? 9 : 33;
  if (length <= longest) return [far ? '16' : '32', [code + length - 2, ...operandBytes]];
  return [far ? 'long 16' : 'long 32', [code, ...extension(length - longest), ...operandBytes]];
}

/** At least 1: each zero byte stands for 255, and the last byte is no zero. */
function extension(rest: number): number[] {
  const zeros = Math.ceil(rest / 255) - 1;
  return [...new Array<number>(zeros).fill(0), rest - 255 * zeros];
}

function zerosAt(text: Uint8Array, start: number): number {
  let at = start;
  while (at < text.length && at - start < mostZeros && text[at] === 0) at++;
  return at - start;
}

/** Earlier places of the same bytes, latest first. */
function matchFinder(text: Uint8Array, zeroRuns: boolean) {
  const lastTriple = new Int32Array(1 << 16).fill(-1);
  const lastPair = new Int32Array(1 << 16).fill(-1);
  const previousTriple = new Int32Array(text.length).fill(-1);
  const placesTried = 32;
  // The farthest one, and some lengths of far ones, would read as a run of zeros.
  const farthest = zeroRuns ? 49150 : 49151;
  const pairAt = (at: number) => ((text[at] as number) << 8) | (text[at + 1] ?? 0);
  const tripleHashAt = (at: number) => Math.imul((pairAt(at) << 8) | (text[at + 2] ?? 0), 0x9e3779b1) >>> 16;

  function lengthAt(at: number, distance: number): number {
    let end = at;
    while (end < text.length && text[end] === text[end - distance]) end++;
    const length = end - at;
    return zeroRuns && distance >= 2 * farBase && length > 260 ? 260 : length;
  }

  return {
    /** The longest match of three bytes or more, the nearest of these; else one of two, if they may be that short. */
    find(at: number, alsoPairs: boolean): Match | null {
      let best: Match | null = null;
      let place = lastTriple[tripleHashAt(at)] as number;
      for (let tried = 0; tried < placesTried && place >= 0 && at - place <= farthest; tried++) {
        const length = lengthAt(at, at - place);
        if (length >= 3 && length > (best?.length ?? 0)) best = { length, distance: at - place };
        place = previousTriple[place] as number;
      }
      if (best !== null || !alsoPairs || at + 2 > text.length) return best;
      const pair = lastPair[pairAt(at)] as number;
      return pair >= 0 && at - pair <= 1024 ? { length: 2, distance: at - pair } : null;
    },
    /** Makes places `start` to `end` known. */
    pass(start: number, end: number): void {
      for (let at = start; at < end; at++) {
        const hash = tripleHashAt(at);
        previousTriple[at] = lastTriple[hash] as number;
        lastTriple[hash] = at;
        lastPair[pairAt(at)] = at;
      }
    },
  };
}
