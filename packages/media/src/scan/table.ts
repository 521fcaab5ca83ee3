import type { Signature } from '@pstore-decode/formats';
import { bucketsOf } from './buckets.js';
import { fitsZeros } from './pairs.js';

/** As kernel.as describes it. */
const layout = { passesZeros: 64, count: 68, starts: 72, rows: 112, row: 48 };
const comparedAtOnce = 16;

/**
 * The table for the kernel: everything that it knows of signatures.
 * @param searched with the indexes that are to be told of candidates
 */
export function kernelTable(searched: readonly { signature: Signature; index: number }[]): Uint8Array {
  const buckets = bucketsOf(searched);
  const table = new Uint8Array(layout.rows + layout.row * searched.length);
  const view = new DataView(table.buffer);
  const setNumbers = (at: number, numbers: readonly number[]) => {
    for (const [i, number] of numbers.entries()) view.setUint32(at + 4 * i, number, true);
  };
  setNumbers(layout.passesZeros, [Number(!buckets.some(({ pair }) => fitsZeros(pair)))]);
  setNumbers(layout.count, [searched.length]);
  let row = layout.rows;
  for (const [bucket, { pair, members }] of buckets.entries()) {
    for (const [i, set] of [pair.low0, pair.high0, pair.low1, pair.high1].entries()) {
      for (let nibble = 0; nibble < 16; nibble++) table[16 * i + nibble]! |= ((set >>> nibble) & 1) << bucket;
    }
    setNumbers(layout.starts + 4 * bucket, [row, row + layout.row * members.length]);
    for (const { signature, index, offset } of members) {
      const { bytes, mask } = signature;
      const from = Math.max(0, Math.min(offset - comparedAtOnce / 2, bytes.length - comparedAtOnce));
      table.set(bytes.slice(from, from + comparedAtOnce), row);
      table.set(mask.slice(from, from + comparedAtOnce), row + 16);
      setNumbers(row + 32, [offset - from, offset, index]);
      row += layout.row;
    }
  }
  return table;
}
