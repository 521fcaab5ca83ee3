import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mtdoopsHeaderV1, mtdoopsHeaderV2 } from '../../src/mtdoops/index.js';
import { pageHeaderAt } from '../../src/mtdoops/layout.js';

const page = readFileSync(new URL('../../../../docs/formats/mtdoops.md', import.meta.url), 'utf8');

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

describe('docs/formats/mtdoops.md says what the code says', () => {
  test.each([
    ['Header since 5.19', mtdoopsHeaderV2],
    ['Header up to 5.18', mtdoopsHeaderV1],
  ])('%s', (heading, layout) => {
    const fields = layout.fields.map(({ name, offset, field }) => [`${offset}`, `${field.size}`, name, field.doc]);
    expect(table(heading)).toEqual(fields);
  });

  test('the examples', () => {
    const [, hex = ''] = /```hex\n([^`]*)```/.exec(page) ?? [];
    const headers = hex
      .trim()
      .split('\n')
      .map((line) => pageHeaderAt(new Uint8Array(Buffer.from(line.replaceAll(' ', ''), 'hex')), 0));
    expect(headers).toEqual([
      { seq: 5, generation: 2, endian: 'le', size: 16, time: { seconds: 1700000000n, nanoseconds: 123456789 } },
      { seq: 5, generation: 1, endian: 'le', size: 8 },
    ]);
  });
});
