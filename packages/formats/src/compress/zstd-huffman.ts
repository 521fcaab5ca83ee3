import { backwardBits, readFseTable } from './zstd-fse.js';

/** Longest code of a literal, in bits (RFC 8878, section 4.2.1). */
const longestCode = 11;

/** Where the Huffman tree described at `start` ends (RFC 8878, section 4.2.1); null when it does not end by `end`. */
export function endOfTree(input: Uint8Array, start: number, end: number): number | null {
  if (start >= end) return null;
  const header = input[start] as number;
  const behind = start + 1 + (header < 128 ? header : (header - 126) >> 1);
  return behind <= end ? behind : null;
}

/**
 * The `count` symbols of one stream or of four together, each of four with a fourth of them, rounded up (RFC 8878,
 * section 4.2.2), by the tree described in `tree`. Null when the tree is none or a stream does not end with its symbols.
 */
export function decodeFour(tree: Uint8Array, streams: readonly Uint8Array[], count: number): Uint8Array | null {
  if (count > 8 * streams.reduce((sum, { length }) => sum + length, 0)) return null;
  const table = tableOf(readWeights(tree));
  if (table === null) return null;
  const symbols = new Uint8Array(count);
  const each = Math.ceil(count / streams.length);
  for (const [i, stream] of streams.entries()) {
    const own = symbols.subarray(i * each, Math.min(count, (i + 1) * each));
    if (!decodeStream(stream, table, own).sound) return null;
  }
  return symbols;
}

/** The symbols of one stream, as many as come of it before it fails, and whether it is sound. */
export function decodeAlone(
  tree: Uint8Array,
  stream: Uint8Array,
  count: number,
): { readonly symbols: Uint8Array; readonly sound: boolean } {
  const table = count > 8 * stream.length ? null : tableOf(readWeights(tree));
  const symbols = new Uint8Array(table === null ? 0 : count);
  const { length, sound } = table === null ? { length: 0, sound: false } : decodeStream(stream, table, symbols);
  return { symbols: symbols.subarray(0, length), sound };
}

/** By the next `log` bits: the symbol, and how many of them are its code. */
interface HuffmanTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly lengths: Uint8Array;
}

/** The weights of all symbols but the last; null when they are not a proper description. */
function readWeights(tree: Uint8Array): number[] | null {
  const header = tree[0] as number;
  if (header >= 128) {
    return Array.from(
      { length: header - 127 },
      (_, i) => ((tree[1 + (i >> 1)] as number) >> (i % 2 === 0 ? 4 : 0)) & 15,
    );
  }
  const read = readFseTable(tree, 1, tree.length, { largestLog: 6, largestSymbol: 255 });
  const bits = read === null ? null : backwardBits(tree, read.end, tree.length);
  if (read === null || bits === null) return null;
  const { log, symbols, lengths, bases } = { ...read.table, lengths: read.table.bits };
  const states = [bits.take(log), bits.take(log)];
  const weights: number[] = [];
  // The two states take turns. A state that has no bits left to go on with has one weight more, and so has the other.
  for (let turn = 0; bits.left() >= 0; turn = 1 - turn) {
    if (weights.length > 253) return null;
    const state = states[turn] as number;
    weights.push(symbols[state] as number);
    states[turn] = (bases[state] as number) + bits.take(lengths[state] as number);
    if (bits.left() < 0) weights.push(symbols[states[1 - turn] as number] as number);
  }
  return weights.length < 2 ? null : weights;
}

/** The table of codes of these weights and the one that fills it up; null when none does. */
function tableOf(weights: readonly number[] | null): HuffmanTable | null {
  if (weights === null) return null;
  const sum = weights.reduce((total, weight) => total + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  const log = sum === 0 ? 0 : 32 - Math.clz32(sum);
  const last = 2 ** log - sum;
  if (log === 0 || log > longestCode || (last & (last - 1)) !== 0) return null;
  const all = [...weights, 32 - Math.clz32(last)];
  if (!all.includes(1)) return null;
  const symbols = new Uint8Array(2 ** log);
  const lengths = new Uint8Array(2 ** log);
  let at = 0;
  for (let weight = 1; weight <= log; weight++) {
    for (const [symbol, own] of all.entries()) {
      if (own !== weight) continue;
      const next = at + 2 ** (weight - 1);
      symbols.fill(symbol, at, next);
      lengths.fill(log + 1 - weight, at, next);
      at = next;
    }
  }
  return { log, symbols, lengths };
}

/** Fills `out` with the symbols of `stream`, as far as it goes; sound when both end together. */
function decodeStream(stream: Uint8Array, table: HuffmanTable, out: Uint8Array): { length: number; sound: boolean } {
  const last = stream.length === 0 ? 0 : (stream[stream.length - 1] as number);
  if (last === 0) return { length: 0, sound: false };
  const { log, symbols, lengths } = table;
  const mask = 2 ** log - 1;
  let bit = 8 * stream.length - 1 - (Math.clz32(last) - 24) - log;
  let i = 0;
  for (; i < out.length && bit > -log; i++) {
    const at = bit >> 3;
    const bytes = (stream[at] as number) | ((stream[at + 1] as number) << 8) | ((stream[at + 2] as number) << 16);
    const code = (bytes >>> (bit & 7)) & mask;
    out[i] = symbols[code] as number;
    bit -= lengths[code] as number;
  }
  return { length: bit < -log ? i - 1 : i, sound: i === out.length && bit === -log };
}
