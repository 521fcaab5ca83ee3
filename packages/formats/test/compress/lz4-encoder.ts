/** A part of an LZ4 block: literals, then a match. The last sequence of a block has no match. */
export interface Lz4Sequence {
  readonly literals: Uint8Array;
  readonly match?: { readonly distance: number; readonly length: number };
}

/** A block of these sequences, whatever they hold: distances are not looked at. */
export function lz4Block(sequences: readonly Lz4Sequence[]): Uint8Array<ArrayBuffer> {
  const block: number[] = [];
  for (const { literals, match } of sequences) {
    const length = match === undefined ? 0 : match.length - shortestMatch;
    block.push((Math.min(literals.length, 15) << 4) | Math.min(length, 15), ...extension(literals.length));
    for (const byte of literals) block.push(byte);
    if (match !== undefined) block.push(match.distance & 0xff, match.distance >> 8, ...extension(length));
  }
  return Uint8Array.from(block);
}

/**
 * `text` as an LZ4 block that every decoder takes: no match begins in the last 12 bytes or ends in the last 5.
 * `choose` is told the length of each match that could be taken and says how much of it shall be: from 4 up to all of
 * it, or less than 4 for none.
 */
export function lz4Encode(text: Uint8Array, choose = (longest: number) => longest): Uint8Array<ArrayBuffer> {
  const sequences: Lz4Sequence[] = [];
  const latest = new Map<number, number>();
  let start = 0;
  let at = 0;
  const remember = () => {
    const key = fourBytes(text, at);
    const before = latest.get(key);
    latest.set(key, at);
    return before;
  };
  while (at < text.length - 12) {
    const from = remember();
    const longest = from === undefined || at - from > 0xffff ? 0 : commonLength(text, from, at, text.length - 5);
    const length = longest < shortestMatch ? 0 : choose(longest);
    if (from === undefined || length < shortestMatch) {
      at++;
      continue;
    }
    sequences.push({ literals: text.subarray(start, at), match: { distance: at - from, length } });
    start = at + length;
    for (at++; at < start; at++) remember();
  }
  return lz4Block([...sequences, { literals: text.subarray(start) }]);
}

const shortestMatch = 4;

/** What follows a length that four bits do not hold. */
function extension(length: number): number[] {
  if (length < 15) return [];
  return [...new Array<number>(Math.floor((length - 15) / 255)).fill(255), (length - 15) % 255];
}

function fourBytes(text: Uint8Array, at: number): number {
  return new DataView(text.buffer, text.byteOffset, text.length).getInt32(at);
}

/** How many bytes from `from` on are those from `at` on, up to `end`. */
function commonLength(text: Uint8Array, from: number, at: number, end: number): number {
  let length = 0;
  while (at + length < end && text[from + length] === text[at + length]) length++;
  return length;
}
