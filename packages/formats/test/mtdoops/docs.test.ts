import { describe, expect, test } from 'vitest';
import { mtdoopsHeaderV1, mtdoopsHeaderV2 } from '../../src/mtdoops/index.js';
import { pageHeaderAt } from '../../src/mtdoops/layout.js';
import { formatPage, tableBehind } from '../format-page.js';

const page = formatPage('mtdoops.md');

const table = (heading: string) => tableBehind(page, `#+ ${heading}$`);

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
