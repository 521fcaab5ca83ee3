import { pairTable } from '../signatures.js';
import type { Bucket } from './buckets.js';
import { fitsZeros } from './pairs.js';

/** As kernel.as describes it. */
const layout = { passesZeros: 64, most: 68, pairs: 80, rows: 80 + 2 * 65536, row: 48 };
const comparedAtOnce = 16;

/** The table for the kernel: everything that it knows of signatures. Of fewer members in the same buckets, none longer. */
export function kernelTable(buckets: readonly Bucket[]): Uint8Array {
  const { table: pairs, rows } = pairTable(
    buckets.flatMap(({ members }) => members),
    (first, second) => first | (second << 8),
  );
  const count = rows.reduce((sum, { length }) => sum + length, 1);
  const table = new Uint8Array(layout.rows + layout.row * count);
  const view = new DataView(table.buffer);
  const setNumbers = (at: number, numbers: readonly number[]) => {
    for (const [i, number] of numbers.entries()) view.setUint32(at + 4 * i, number, true);
  };
  for (const [bucket, { pair }] of buckets.entries()) {
    for (const [i, set] of [pair.low0, pair.high0, pair.low1, pair.high1].entries()) {
      for (let nibble = 0; nibble < 16; nibble++) table[16 * i + nibble]! |= ((set >>> nibble) & 1) << bucket;
    }
  }
  const passesZeros = !buckets.some(({ pair }) => fitsZeros(pair));
  setNumbers(layout.passesZeros, [Number(passesZeros), Math.max(...rows.map(({ length }) => length))]);
  table.fill(0xff, layout.rows, layout.rows + comparedAtOnce); // of row 0: nothing is that under no mask
  let number = 1;
  const numbers = rows.map((anchors) => {
    const first = number;
    for (const [i, { signature, index, offset }] of anchors.entries()) {
      const row = layout.rows + layout.row * number++;
      const { bytes, mask } = signature;
      const from = Math.max(0, Math.min(offset - comparedAtOnce / 2, bytes.length - comparedAtOnce));
      table.set(bytes.slice(from, from + comparedAtOnce), row);
      table.set(mask.slice(from, from + comparedAtOnce), row + 16);
      setNumbers(row + 32, [offset - from, offset, index, Number(i < anchors.length - 1)]);
    }
    return anchors.length === 0 ? 0 : first;
  });
  for (let pair = 0; pair < pairs.length; pair++) {
    const row = pairs[pair]!;
    if (row !== 0) view.setUint16(layout.pairs + 2 * pair, numbers[row]!, true);
  }
  return table;
}
