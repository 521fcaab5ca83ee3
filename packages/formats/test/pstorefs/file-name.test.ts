import { fc, test } from '@fast-check/vitest';
import { parseKernelVersion, recordTypes } from '@pstore-decode/formats';
import { describe, expect } from 'vitest';
import { kernelFileName } from '../../src/kernel-file.js';
import { type KernelFileName, parseKernelFileName } from '../../src/pstorefs/file-name.js';

const backends = ['ramoops', 'efi', 'efi_pstore', 'erst', 'nvram', 'pstore_blk'];

type Row = [name: string, type: KernelFileName['type'], backend: string, id?: bigint, compressed?: true];
const good: Row[] = [
  ['dmesg-ramoops-0', 'dmesg', 'ramoops', 0n],
  ['dmesg-efi-170000000001001', 'dmesg', 'efi', 170000000001001n],
  ['dmesg-efi_pstore-170000000001001', 'dmesg', 'efi_pstore', 170000000001001n],
  ['dmesg-erst-18446744073709551615', 'dmesg', 'erst', 2n ** 64n - 1n],
  ['dmesg-erst--2', 'dmesg', 'erst', 2n ** 64n - 2n],
  ['dmesg-erst--9223372036854775808', 'dmesg', 'erst', 2n ** 63n],
  ['dmesg-efi-1.enc.z', 'dmesg', 'efi', 1n, true],
  ['dmesg-pstore_blk-3.enc.z', 'dmesg', 'pstore_blk', 3n, true],
  ['console-ramoops-0.enc.z', 'console', 'ramoops', 0n, true],
  ['console-ramoops', 'console', 'ramoops'],
  ['ftrace-ramoops', 'ftrace', 'ramoops'],
  ['ftrace-pstore_blk-0', 'ftrace', 'pstore_blk', 0n],
  ['mce-erst-7', 'mce', 'erst', 7n],
  ['pmsg-ramoops-0', 'pmsg', 'ramoops', 0n],
  ['rtas-nvram-0', 'rtas', 'nvram', 0n],
  ['powerpc-ofw-nvram-1', 'powerpc-ofw', 'nvram', 1n],
  ['powerpc-common-nvram-1', 'powerpc-common', 'nvram', 1n],
  ['powerpc-opal-nvram-1', 'powerpc-opal', 'nvram', 1n],
  ['unknown-erst-1', 'unknown', 'erst', 1n],
  ['type9-efi-1', 'unknown', 'efi', 1n],
  ['type-1-efi-1', 'unknown', 'efi', 1n],
];

const bad = [
  '',
  'dmesg',
  'dmesg.txt',
  'dmesg-ramoops',
  'dmesg-ramoops-',
  'dmesg-ramoops-x',
  'dmesg-ramoops-00',
  'dmesg-ramoops-1.enc',
  'dmesg-ramoops-1.txt',
  'dmesg-ramoops-1.enc.z.gz',
  'dmesg-ramoops-18446744073709551616',
  'dmesg-ramoops--9223372036854775809',
  'dmesg-ramoops--0',
  'dmesg-other-1',
  'Dmesg-ramoops-0',
  ' dmesg-ramoops-0',
  'dmesg-ramoops-0\n',
  'sub/dmesg-ramoops-0',
  'powerpc-nvram-0',
  'pmsg-ramoops',
];

describe('the name of a file in pstorefs', () => {
  test.each(good)('%s', (name, type, backend, id, compressed = undefined) => {
    const expected = { type, backend, ...(id !== undefined && { id }), compressed: compressed === true };
    expect(parseKernelFileName(name)).toEqual(expected);
  });

  test.each(bad)('%j is none', (name) => {
    expect(parseKernelFileName(name)).toBeNull();
  });

  test.prop([
    fc.constantFrom(...recordTypes, 'unknown' as const),
    fc.constantFrom(...backends),
    fc.bigInt(0n, 2n ** 64n - 1n),
    fc.boolean(),
    fc.constantFrom('3.2', '3.11', '3.12', '3.18', '3.19', '4.17', '5.0', '6.1', '7.2'),
  ])('made by any kernel is read back', (type, backend, id, compressed, version) => {
    const kernel = parseKernelVersion(version);
    const name = kernelFileName(type, backend, id, compressed, kernel);
    const found = parseKernelFileName(name);
    expect(found).toMatchObject({ type, backend });
    const signed = name.replace(/-(\d{19,20})(?=$|\.)/, (_, digits) => `-${BigInt.asIntN(64, BigInt(digits))}`);
    expect(parseKernelFileName(signed)).toEqual(found);
    if (found?.id !== undefined) expect(found.id).toBe(id);
    expect(found?.compressed).toBe(name.endsWith('.enc.z'));
  });
});
