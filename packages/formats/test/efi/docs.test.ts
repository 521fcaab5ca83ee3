import { describe, expect, test } from 'vitest';
import { encodeEfi, encodeStore, flashGeometries, parseDumpVariableName } from '../../src/efi/index.js';
import {
  authenticatedVariable,
  checkedVariable,
  efiTime,
  plainVariable,
  storeHeader,
  volumeHeader,
  vssStoreHeader,
} from '../../src/efi/layout.js';
import { ffsFileHeader, nvarEntry } from '../../src/efi/nvar-layout.js';
import { storeAt } from '../../src/efi/store-header.js';
import { queuedWrite, workingBlockHeader, writeRecord } from '../../src/efi/working-block-layout.js';
import { formatKernelVersion, isSince, newestKernel, parseKernelVersion } from '../../src/kernel-version.js';
import { formatPage, tableBehind } from '../format-page.js';
import { dumpPart, tiny } from './media.js';
import { latin, readAll } from './read.js';

const page = formatPage('efi.md');

const table = (heading: string) => tableBehind(page, `#+ ${heading}$`);

const hex = (number: number) => `0x${number.toString(16)}`;

describe('docs/formats/efi.md says what the code says', () => {
  test.each([
    ['Volume header', volumeHeader],
    ['Store header', storeHeader],
    ['Authenticated variable', authenticatedVariable],
    ['Plain variable', plainVariable],
    ['Time', efiTime],
    ['Working block header', workingBlockHeader],
    ['Queued write', queuedWrite],
    ['Write record', writeRecord],
    ['VSS store header', vssStoreHeader],
    ['Apple’s variable', checkedVariable],
    ['File header', ffsFileHeader],
    ['NVAR entry', nvarEntry],
  ])('%s', (heading, layout) => {
    const fields = layout.fields.map(({ name, offset, field }) => [`${offset}`, `${field.size}`, name, field.doc]);
    expect(table(heading)).toEqual(fields);
  });

  test('Kinds of store', () => {
    const kinds = ['authenticated', 'plain', 'VSS2', '$VSS', '$SVS', '$NSS'] as const;
    const rows = kinds.map((kind) => {
      const store = encodeStore([], 64, kind);
      const head = storeAt(store, 0);
      const signature = store.subarray(0, kind.startsWith('$') ? 4 : 16);
      const bytes = Array.from(signature, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
      return [kind, bytes, `${head?.headerSize}`, head?.kinds.join(', '), `${head?.alignment}`];
    });
    expect(table('Kinds of store')).toEqual(rows);
  });

  test('Where the parts stand', () => {
    expect(table('Where the parts stand')).toEqual(
      Object.values(flashGeometries).map(({ size, storeEnd, workingAt, spareAt }) => [
        expect.any(String),
        hex(size),
        `0x48 to ${hex(storeEnd)}`,
        hex(workingAt),
        hex(spareAt),
      ]),
    );
  });

  test('States', () => {
    for (const [byte = '', , , state] of table('States')) {
      const medium = encodeEfi({ variables: [dumpPart(1, 1, { state: Number(`0x${byte}`) })], geometry: tiny });
      const [record] = readAll(medium).records;
      expect(record?.state ?? 'none', byte).toBe(state?.split(',')[0]);
    }
    expect(table('States')).toHaveLength(7);
  });

  test('Names', () => {
    for (const [kernels = '', name = '', part, count, time, flag] of table('Names')) {
      const kernel = parseKernelVersion(/[\d.]+$/.exec(kernels)?.[0] ?? '');
      const found = parseDumpVariableName(name, kernel);
      expect([found?.part, found?.count, found?.time, found?.compressed], formatKernelVersion(kernel)).toEqual([
        Number(part),
        Number(count),
        BigInt(time ?? ''),
        flag === 'compressed',
      ]);
    }
    expect(table('Names')).toHaveLength(4);
  });

  test('Files', () => {
    for (const [kernels = '', name] of table('Files')) {
      const kernel = parseKernelVersion(/[\d.]+$/.exec(kernels)?.[0] ?? '');
      const plain = { ...dumpPart(1), name: isSince(kernel, 3, 12) ? 'dump-type0-1-1-1795210374-D' : 'dump-type0-1-1' };
      const [file] = readAll(encodeEfi({ variables: [plain], geometry: tiny }), { asKernel: kernel }).files;
      expect(file?.name, kernels).toBe(name);
    }
    expect(parseKernelVersion('7.2')).toEqual(newestKernel);
  });

  test('the example of the page is what is read', () => {
    const [, dump = ''] = /```hex\n([\s\S]*?)```/.exec(page) ?? [];
    const bytes = dump.split('\n').flatMap((line) => line.slice(6).split(' ').filter(Boolean));
    const [record] = readAll(Uint8Array.from(bytes, (digits) => Number.parseInt(digits, 16))).records;
    expect(record).toMatchObject({ part: 1, count: 1, state: 'hidden', id: 170000000001001n });
    expect(latin(record?.text.bytes ?? new Uint8Array(0))).toBe('Panic#1 Part1\n<0>x\n');
  });
});
