import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  errorLogInfo,
  knownPartitions,
  oldOopsHeader,
  oopsHeader,
  partitionHeader,
  signatureWords,
} from '../../src/nvram/layout.js';
import { readAll } from './read.js';

const page = readFileSync(new URL('../../../../docs/formats/nvram.md', import.meta.url), 'utf8');

/** The rows of the first table below a heading, without its head; cells without backticks. */
function table(heading: string): string[][] {
  const [, section = ''] = page.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [first = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  const rows = first.trimEnd().split('\n').slice(2);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

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
