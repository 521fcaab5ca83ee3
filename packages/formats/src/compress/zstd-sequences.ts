import { beyondCap, type TextOutput } from './output.js';
import { largestBlock } from './zstd-frame.js';
import { backwardBits, type FseTable } from './zstd-fse.js';
import type { BlockBytes, Fault, Literals } from './zstd-literals.js';
import { lengthBases, lengthBits, matchBases, matchBits, readTables } from './zstd-tables.js';

/** What a block leaves to the next of its frame (RFC 8878, sections 3.1.1.3.2.1.1 and 3.1.1.5). */
export interface SequenceMemory {
  /** Tables for literal lengths, offsets and match lengths; null before the first block that has sequences. */
  readonly tables: readonly FseTable[] | null;
  /** Distances that a sequence can repeat. */
  readonly distances: readonly [number, number, number];
}

/** What a frame begins with. */
export const freshSequences: SequenceMemory = { tables: null, distances: [1, 4, 8] };

/** How far the sequences of a block went. */
export interface Executed {
  /** Literals that are in the output. */
  readonly placed: number;
  /** The first thing wrong with them or with the literals; null when nothing is. */
  readonly fault: Fault | null;
  /** Whether all text of the block is out, fault or not. */
  readonly whole: boolean;
  readonly memory: SequenceMemory;
}

/**
 * Reads the sequences at `start` and does what they say: literals, then a match, and at last the literals that are left
 * (RFC 8878, sections 3.1.1.3.2 and 3.1.1.4). All output is of this frame. What comes before a sequence that cannot be
 * followed is written, and if it is the match alone, its literals too.
 *
 * A fault is noticed when something impossible comes of it; what sequences before that gave may be wrong already. The
 * bits are read from the end of the block: damage lies at `at` or behind it.
 */
export function executeSequences(
  { input, start, end, short }: BlockBytes,
  literals: Literals,
  before: SequenceMemory,
  output: TextOutput,
): Executed {
  const blockStart = output.length();
  let placed = 0;
  let memory = before;
  let fault = literals.fault;
  function stopped(reason: string, at: number): Executed {
    fault ??= { reason, at };
    return { placed, fault, whole: false, memory };
  }

  /** The literals that no sequence took. */
  function finish(): Executed {
    const from = placed;
    placed = literals.placed;
    if (!output.literals(literals.bytes, from, placed)) return stopped(beyondCap, end);
    if (output.length() - blockStart > largestBlock) fault ??= { reason: 'a block of more than 128 KiB', at: end };
    return { placed, fault, whole: literals.whole, memory };
  }

  const head = readCount(input, start, end);
  if (head === null) return stopped(short.reason, short.at);
  if (head.count === 0) {
    if (head.end < end) fault ??= { reason: 'bytes behind the sequences', at: head.end };
    return finish();
  }

  const found = readTables(input, head.end, end, before.tables);
  if ('reason' in found) return stopped(found.reason, found.at);
  const { tables } = found;
  fault ??= found.fault;
  const [lengthTable, offsetTable, matchTable] = tables as [FseTable, FseTable, FseTable];
  const bits = backwardBits(input, found.end, end);
  if (bits === null) return stopped('no mark where the sequences begin', end - 1);
  const place = () => found.end + Math.max(0, bits.left() >> 3);

  let [first, second, third] = before.distances;
  let lengthState = bits.take(lengthTable.log);
  let offsetState = bits.take(offsetTable.log);
  let matchState = bits.take(matchTable.log);
  for (let left = head.count; left > 0; left--) {
    const offsetBits = offsetTable.symbols[offsetState] as number;
    const matchCode = matchTable.symbols[matchState] as number;
    const lengthCode = lengthTable.symbols[lengthState] as number;
    const high = offsetBits > 16 ? bits.take(offsetBits - 16) * 0x10000 : 0;
    const offset = 2 ** offsetBits + high + bits.take(Math.min(offsetBits, 16));
    const match = (matchBases[matchCode] as number) + bits.take(matchBits[matchCode] as number);
    const length = (lengthBases[lengthCode] as number) + bits.take(lengthBits[lengthCode] as number);
    if (bits.left() < 0) return stopped('the sequences end before their count', found.end);
    if (left > 1) {
      lengthState = (lengthTable.bases[lengthState] as number) + bits.take(lengthTable.bits[lengthState] as number);
      matchState = (matchTable.bases[matchState] as number) + bits.take(matchTable.bits[matchState] as number);
      offsetState = (offsetTable.bases[offsetState] as number) + bits.take(offsetTable.bits[offsetState] as number);
    }

    // Offsets 1 to 3 name a distance of before; without literals the first of them would be the match just made.
    const named = offset + (length === 0 ? 1 : 0);
    const distance =
      offset > 3 ? offset - 3 : named === 1 ? first : named === 2 ? second : named === 3 ? third : first - 1;
    if (offset > 3 || named > 2) third = second;
    if (offset > 3 || named > 1) second = first;
    first = distance;

    const lacking = placed + length - literals.placed;
    const from = placed;
    placed += lacking > 0 ? length - lacking : length;
    if (!output.literals(literals.bytes, from, placed)) return stopped(beyondCap, place());
    if (lacking > 0) return stopped('more literals wanted than there are', place());
    if (distance === 0) return stopped('a match at distance 0', place());
    if (distance > output.length()) return stopped('a match begins before the text', place());
    if (!output.match(distance, match)) return stopped(beyondCap, place());
  }
  memory = { tables, distances: [first, second, third] };
  if (bits.left() > 0) fault ??= { reason: 'bits behind the sequences', at: place() };
  return finish();
}

/** How many sequences there are, in one to three bytes; null when the block ends first. */
function readCount(input: Uint8Array, start: number, end: number): { count: number; end: number } | null {
  const [first = 0, second = 0, third = 0] = input.subarray(start, start + 3);
  const size = first < 128 ? 1 : first < 255 ? 2 : 3;
  if (start + size > end) return null;
  const count = size === 1 ? first : size === 2 ? ((first - 128) << 8) + second : second + (third << 8) + 0x7f00;
  return { count, end: start + size };
}
