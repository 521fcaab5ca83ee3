import { describe, expect, test } from 'vitest';
import {
  kmsgHeader32,
  kmsgHeader64,
  kmsgHeaderI386,
  signatureOf,
  type ZoneType,
  zoneHeader,
} from '../../src/zone/layout.js';
import { zonesOf } from '../../src/zone/zones.js';
import { formatPage, tableBehind } from '../format-page.js';

const page = formatPage('zone.md');

const table = (behind: string) => tableBehind(page, behind);

describe('docs/formats/zone.md says what the code says', () => {
  test.each([
    ['Zone header', zoneHeader],
    ['Dump header of 64-bit kernels', kmsgHeader64],
    ['Dump header of 32-bit kernels', kmsgHeader32],
    ['Dump header of i386', kmsgHeaderI386],
  ])('%s', (heading, layout) => {
    const fields = layout.fields.map(({ name, offset, field }) => [`${offset}`, `${field.size}`, name, field.doc]);
    expect(table(`### ${heading}$`)).toEqual(fields);
  });

  test('signatures', () => {
    const rows = table('### Signatures$');
    expect(rows).toHaveLength(4);
    for (const [type = '', ...words] of rows) {
      const sig = signatureOf(type as ZoneType);
      const bytesOf = (endian: 'le' | 'be') =>
        Buffer.from(zoneHeader.encode({ sig, datalen: 0, start: 0 }, endian))
          .toString('hex', 0, 4)
          .replace(/..(?=.)/g, '$& ');
      expect(words, type).toEqual([bytesOf('le'), bytesOf('be')]);
    }
  });

  test('where zones begin', () => {
    const sizes = { kmsgSize: 0x10000, pmsgSize: 0x10000, consoleSize: 0x10000, ftraceSize: 0x10000 };
    const rows = table('`zonesOf` gives');
    expect(rows).toHaveLength(3);
    for (const [cpus = '', ...places] of rows) {
      const zones = zonesOf(sizes, 1 << 20, Number(cpus));
      const startsOf = (type: ZoneType) =>
        zones.filter((zone) => zone.type === type).map(({ start }) => `0x${start.toString(16)}`);
      expect(places).toEqual([startsOf('ftrace').join(', '), startsOf('dmesg')[0]]);
    }
  });
});
