import { type FseTable, fseTable, oneSymbol, readFseTable } from './zstd-fse.js';
import type { Fault } from './zstd-literals.js';

/** Tables for literal lengths, offsets and match lengths. */
export interface SequenceTables {
  readonly tables: readonly FseTable[];
  /** Offset behind them. */
  readonly end: number;
  /** What was noticed on the way; null when nothing was. */
  readonly fault: Fault | null;
}

/**
 * The three tables that sequences are coded by, at `start` (RFC 8878, section 3.1.1.3.2.1), or why there are none.
 * `before` are those of the last block that had sequences.
 */
export function readTables(
  input: Uint8Array,
  start: number,
  end: number,
  before: readonly FseTable[] | null,
): SequenceTables | Fault {
  const modes = input[start] ?? 0;
  let at = start + 1;
  const tables: FseTable[] = [];
  for (const [i, { largestLog, largestSymbol, predefined }] of fields.entries()) {
    const mode = (modes >> (6 - 2 * i)) & 3;
    const old = before?.[i];
    if (mode === 0) {
      tables.push(predefined);
    } else if (mode === 1) {
      const symbol = input[at] as number;
      if (at >= end || symbol > largestSymbol) return { reason: badTable, at };
      tables.push(oneSymbol(symbol));
      at++;
    } else if (mode === 2) {
      const read = readFseTable(input, at, end, { largestLog, largestSymbol });
      if (read === null) return { reason: badTable, at };
      tables.push(read.table);
      at = read.end;
    } else {
      if (old === undefined) return { reason: 'the table of a block that is missing', at: start };
      tables.push(old);
    }
  }
  return { tables, end: at, fault: (modes & 3) === 0 ? null : { reason: 'a reserved bit is set', at: start } };
}

const badTable = 'no table of sequences';

/** Extra bits of each code of a literal length (RFC 8878, section 3.1.1.3.2.1.1). */
export const lengthBits = Uint8Array.from([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
/** And of a match length. */
export const matchBits = Uint8Array.from([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3,
  3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
/** What the extra bits are added to. */
export const lengthBases = basesFrom(0, lengthBits);
export const matchBases = basesFrom(3, matchBits);

function basesFrom(least: number, bits: Uint8Array): Uint32Array {
  let base = least;
  return Uint32Array.from(bits, (count) => {
    base += 2 ** count;
    return base - 2 ** count;
  });
}

/** Of literal lengths, offsets and match lengths, with the tables of RFC 8878, section 3.1.1.3.2.2. */
const fields = [
  {
    largestLog: 9,
    largestSymbol: 35,
    predefined: fseTable(
      [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
      6,
    ),
  },
  {
    largestLog: 8,
    largestSymbol: 31,
    predefined: fseTable(
      [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
      5,
    ),
  },
  {
    largestLog: 9,
    largestSymbol: 52,
    predefined: fseTable(
      [
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
      ],
      6,
    ),
  },
];
