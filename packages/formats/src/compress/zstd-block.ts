import { beyondCap, inputEnds, type TextOutput } from './output.js';
import { type BlockHeader, blockHeaderSize, largestBlock, readBlockHeader } from './zstd-frame.js';
import { type BlockBytes, type Fault, readLiterals } from './zstd-literals.js';
import { executeSequences, freshSequences, type SequenceMemory } from './zstd-sequences.js';

/** What a block leaves to the next of its frame. */
export interface BlockMemory {
  /** The Huffman tree as it was described last; null when none was. */
  readonly tree: Uint8Array | null;
  readonly sequences: SequenceMemory;
}

/** What a frame begins with. */
export const freshMemory: BlockMemory = { tree: null, sequences: freshSequences };

/** What became of a block. */
export interface DecodedBlock {
  /** The first thing wrong with it; null when nothing is. */
  readonly fault: Fault | null;
  /** Offset behind it, and whether it is the last; null when the text broke off in it. */
  readonly next: { readonly at: number; readonly last: boolean } | null;
  /** Literals that are not in the output. */
  readonly unplaced?: Uint8Array;
  readonly memory: BlockMemory;
}

/** Decodes the block whose header is at `at` into `output`, which holds what its frame gave so far and nothing else. */
export function decodeBlock(input: Uint8Array, at: number, memory: BlockMemory, output: TextOutput): DecodedBlock {
  const header = readBlockHeader(input, at);
  const broken = (reason: string, where = at): DecodedBlock => ({ fault: { reason, at: where }, next: null, memory });
  if (header === null) return broken(inputEnds, input.length);
  const { type, size } = header;
  if (type === 'reserved') return broken('a block of no known type');
  if (size > largestBlock) return broken('a block of more than 128 KiB');
  const start = at + blockHeaderSize;
  const behind = start + (type === 'rle' ? 1 : size);
  const end = Math.min(behind, input.length);
  const next = end < behind ? null : { at: behind, last: header.last };

  if (type === 'compressed') {
    const short = next === null ? { reason: inputEnds, at: end } : { reason: 'a block that ends too early', at: start };
    return decodeCompressed({ input, start, end, short }, next, memory, output);
  }
  if (!writeUncompressed(header, input, start, end, output)) return broken(beyondCap);
  return next === null ? broken(inputEnds, end) : { fault: null, next, memory };
}

function decodeCompressed(
  block: BlockBytes,
  next: DecodedBlock['next'],
  memory: BlockMemory,
  output: TextOutput,
): DecodedBlock {
  const literals = readLiterals(block, memory.tree);
  // The sequences are read from the end of the block on: without its end there are none.
  if (literals.end === null || next === null) {
    return { fault: literals.fault ?? block.short, next: null, unplaced: literals.bytes, memory };
  }
  const done = executeSequences({ ...block, start: literals.end }, literals, memory.sequences, output);
  return {
    fault: done.fault,
    next: done.whole ? next : null,
    unplaced: literals.bytes.subarray(done.placed),
    memory: { tree: literals.tree, sequences: done.memory },
  };
}

/** False when the cap kept some of it out. */
function writeUncompressed(
  header: BlockHeader,
  input: Uint8Array,
  start: number,
  end: number,
  output: TextOutput,
): boolean {
  if (header.type === 'raw') return output.literals(input, start, end);
  if (start === end || header.size === 0) return true;
  return output.literals(input, start, end) && output.match(1, header.size - 1);
}
