import { describe, expect, test } from 'vitest';
import {
  errorLogInfo,
  knownPartitions,
  oldOopsHeader,
  oopsHeader,
  partitionHeader,
  signatureWords,
} from '../../src/nvram/layout.js';
import { formatPage, tableBehind } from '../format-page.js';
import { readAll } from './read.js';

const page = formatPage('nvram.md');

const table = (heading: string) => tableBehind(page, `#+ ${heading}$`);

const hex = (signature: number) => signature.toString(16).padStart(2, '0');

describe('docs/formats/nvram.md says what the code says', () => {
  test.each([
    ['Partition header', partitionHeader],
    ['Error log info', errorLogInfo],
    ['Dump header since 3.11', oopsHeader],
    ['Dump header up to 3.10', oldOopsHeader],
  ])('%s', (heading, layout) => {
    const fields = layout.fields.map(({ name, offset, field }) => [`${offset}`, `${field.size}`, name, field.doc]);
    expect(table(heading)).toEqual(fields);
  });

  test('Signatures', () => {
    expect(table('Signatures')).toEqual([...signatureWords].map(([signature, word]) => [hex(signature), word]));
  });

  test('Names', () => {
    const rows = knownPartitions.map(({ name, signature, type }) => [name, hex(signature), type ?? 'none']);
    expect(table('Names').map((row) => row.slice(0, 3))).toEqual(rows);
  });

  test('the example', () => {
    const [, digits = ''] = /```hex\n([^`]*)```/.exec(page) ?? [];
    const [record] = readAll(new Uint8Array(Buffer.from(digits.replace(/\s/g, ''), 'hex'))).records;
    expect(record?.file?.name).toBe('dmesg-nvram-7');
    expect(record?.file?.mtime?.seconds).toBe(1700000000n);
  });
});
