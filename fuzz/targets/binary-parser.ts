import { layouts, toParser } from '@pstore-decode/formats/binary-parser';
import { type Endian, FormatError, type Struct } from '@pstore-decode/formats/bytes';
import { promise, type Target, unless } from '../target.js';
import { everyField } from './bytes.js';

const endians: readonly Endian[] = ['le', 'be'];
const tables = [...Object.values(layouts), everyField] as readonly Struct<unknown>[];
const readers = endians.flatMap((endian) =>
  tables.map((table) => ({ endian, table, parser: toParser(table, endian) })),
);

/** Two independent readers of every layout give the same. */
export const binaryParserTarget: Target = {
  name: 'binary-parser',
  covers: ['binary-parser/parsers', 'binary-parser/toParser'],
  maxBytes: 64,
  slice: 2000,
  seeds: () => [
    { bytes: new Uint8Array(32).map((_, i) => i * 11), fields: [0, 4, 8].map((offset) => ({ offset, size: 4 })) },
  ],
  run(bytes) {
    for (const { endian, table, parser } of readers) {
      const ours = unless(FormatError, () => table.decode(bytes, 0, endian));
      const theirs = unless(RangeError, () => parser.parse(bytes));
      promise(shown(ours) === shown(theirs), 'both readers of a layout agree');
    }
  },
};

function shown(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'bigint' ? `${part}n` : part instanceof Uint8Array ? [...part] : part,
  );
}
