import type { Fuel } from '../bytes/need.js';
import type { Compressor, Decompressed } from '../compress/index.js';
import { compressors } from '../compress/index.js';
import { looksLikeText, parsePartLine } from '../payload/dmesg.js';

/**
 * How sure it is that a compressor made a stream. `certain`: it ends cleanly, and its text begins as every part of a
 * dump does. `likely`: it ends cleanly at the end of the bytes, in printable text. `named`: the caller says so. `broken`: it does not end
 * cleanly, and the text before the fault is that of a dump.
 */
export type Confidence = 'certain' | 'likely' | 'named' | 'broken';

/** One compressor that accepts a stream. */
export interface Candidate {
  readonly compressor: Compressor;
  readonly decompressed: Decompressed;
  readonly confidence: Confidence;
}

/**
 * Which compressors accept a stream, the surest first; empty when none does. Nothing on a medium names the compressor,
 * so each is tried, first those whose traces stand in the bytes. Of a million random blobs of 1 to 8 KiB none passes: raw
 * deflate ends cleanly on one in 200, never so; the others never.
 * @param named the one compressor that the caller knows it to be: its output is taken as it is
 */
export function recognise(stream: Uint8Array, fuel: Fuel, named?: string): Candidate[] {
  const maxOutput = fuel.allowance(stream.length);
  const found: Candidate[] = [];
  for (const compressor of named === undefined ? likelyFirst(stream) : compressors) {
    if (named !== undefined && compressor.name !== named) continue;
    const decompressed = compressor.decompress(stream, { maxOutput });
    fuel.spend(stream.length + decompressed.bytes.length);
    const confidence = named === undefined ? confidenceIn(stream, decompressed) : 'named';
    if (confidence !== null) found.push({ compressor, decompressed, confidence });
  }
  return found.sort(
    (a, b) => order.indexOf(a.confidence) - order.indexOf(b.confidence) || (isBroken(a) ? longer(a, b) : 0),
  );
}

const order: readonly Confidence[] = ['named', 'certain', 'likely', 'broken'];

function isBroken({ confidence }: Candidate): boolean {
  return confidence === 'broken';
}

function longer(a: Candidate, b: Candidate): number {
  return b.decompressed.bytes.length - a.decompressed.bytes.length;
}

/** Padding behind a stream: 842 fills up to 8 bytes. */
const mostPadding = 8;

function confidenceIn(stream: Uint8Array, { bytes, complete, used, literals }: Decompressed): Confidence | null {
  // A block that is cut may have its literals alone, and they begin as the text does.
  const begins = parsePartLine(bytes.length > 0 || literals === undefined ? bytes : literals) !== null;
  if (begins) return complete ? 'certain' : 'broken';
  const isWhole = complete && stream.length - used <= mostPadding;
  return isWhole && bytes.length >= 16 && looksLikeText(bytes) ? 'likely' : null;
}

/** The list, those first whose traces are in the bytes; the others keep their order. */
function likelyFirst(stream: Uint8Array): Compressor[] {
  const likely = compressors.filter(({ traces }) => traces(stream));
  return [...likely, ...compressors.filter((compressor) => !likely.includes(compressor))];
}
