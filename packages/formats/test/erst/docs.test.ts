import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseGuid } from '../../src/bytes/guid.js';
import { encodeCper, encodeErst, pstoreSections } from '../../src/erst/index.js';
import { cperHeader, machineCheck, sectionDescriptor, storeHeader } from '../../src/erst/layout.js';
import { newestKernel, parseKernelVersion } from '../../src/kernel-version.js';
import { formatPage, tableBehind } from '../format-page.js';
import { deflate, partText } from './media.js';
import { codesOf, latin, readAll } from './read.js';

const page = formatPage('erst.md');

const table = (heading: string) => tableBehind(page, `#+ ${heading}$`);

describe('docs/formats/erst.md says what the code says', () => {
  test.each([
    ['Record header', cperHeader],
    ['Section descriptor', sectionDescriptor],
    ['Machine check', machineCheck],
    ['The backing file of QEMU', storeHeader],
  ])('%s', (heading, layout) => {
    const fields = layout.fields.map(({ name, offset, field }) => [`${offset}`, `${field.size}`, name, field.doc]);
    expect(table(heading)).toEqual(fields);
  });

  test('Sections of pstore', () => {
    const rows = table('Sections of pstore');
    expect(rows.map(([kind]) => kind)).toEqual(Object.keys(pstoreSections));
    for (const [kind = '', guid = '', bytes] of rows) {
      expect(parseGuid(guid), kind).toEqual(pstoreSections[kind as keyof typeof pstoreSections]);
      expect(
        Buffer.from(parseGuid(guid))
          .toString('hex')
          .replaceAll(/..(?!$)/g, '$& '),
      ).toBe(bytes);
    }
  });

  test('Files', () => {
    for (const [kind = '', kernels = '', name] of table('Files')) {
      const sectionType = pstoreSections[kind as keyof typeof pstoreSections] ?? new Uint8Array(16).fill(7);
      const payload = kind === 'dmesg_z' ? deflate(partText(1)) : partText(1);
      const record = encodeCper({ recordId: 7710369287424180225n }, [{ descriptor: { sectionType }, body: payload }]);
      const asKernel = parseKernelVersion(/[\d.]+$/.exec(kernels)?.[0] ?? '');
      const { files } = readAll(encodeErst({ slots: [{ record }] }), { asKernel });
      expect(files.map((file) => file.name)).toEqual([name]);
    }
    expect(parseKernelVersion('7.2')).toEqual(newestKernel);
  });

  test('the example of the page is what is read', () => {
    const [, dump = ''] = /```hex\n([\s\S]*?)```/.exec(page) ?? [];
    const bytes = dump.split('\n').flatMap((line) => line.slice(6).split(' ').filter(Boolean));
    const { records } = readAll(Uint8Array.from(bytes, (digits) => Number.parseInt(digits, 16)));
    expect(records).toMatchObject([
      { reason: 'Panic', part: 1, count: 1, state: 'live', time: { seconds: 1700000000n } },
    ]);
    expect(records[0]?.file?.name).toBe('dmesg-erst-7301444403200000001');
    expect(latin(records[0]?.text.bytes ?? new Uint8Array(0))).toMatch(/^Panic#1 Part1\n<0>\[/);
  });

  test('every finding of the backend is told of, there or in docs/findings.md', () => {
    const findings = readFileSync(new URL('../../../../docs/findings.md', import.meta.url), 'utf8');
    for (const code of page.match(/(?<=`)erst\.[a-z-]+(?=`)/g) ?? []) expect(findings).toContain(`### \`${code}\``);
    expect(codesOf(readAll(encodeErst({ slots: [undefined] })).findings)).toEqual(['erst.store']);
  });
});
