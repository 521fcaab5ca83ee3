import { describe, expect, test } from 'vitest';
import type { PstoreRecord } from '../../src/index.js';
import { parseKernelVersion } from '../../src/kernel-version.js';
import { encodeNvram, encodeReport, type NvramPartition } from '../../src/nvram/index.js';
import { common, dumpText, firmware, ofConfig, oopsLog, rawDeflate, rtas, skiboot, time, zlib12 } from './media.js';
import { codesOf, latin, readAll } from './read.js';

const text = dumpText(1200);
const plain = { sequence: 7, payload: text, time };
const size = 0x1800;

/** What each record is, in order. */
const names = (records: readonly PstoreRecord[]) =>
  records.map(({ state, type, file }) => (state === 'live' ? (file?.name ?? '') : `${state} ${type}`));

describe('the list of the kernel', () => {
  const lists: [title: string, partitions: NvramPartition[], shown: string[]][] = [
    [
      'pseries',
      [ofConfig, common, rtas, oopsLog(plain)],
      ['dmesg-nvram-7', 'powerpc-common-nvram-6', 'rtas-nvram-9', 'powerpc-ofw-nvram-5'],
    ],
    ['OPAL', [skiboot, common, oopsLog(plain)], ['dmesg-nvram-7', 'powerpc-common-nvram-6', 'powerpc-opal-nvram-8']],
    ['no dump yet', [common, rtas, oopsLog(null)], ['hidden powerpc-common', 'hidden rtas']],
    ['no common', [rtas, oopsLog(plain)], ['dmesg-nvram-7', 'hidden rtas']],
    ['no partition for dumps', [firmware, common, rtas], ['hidden powerpc-common', 'hidden rtas']],
    [
      'a dump in the partition of RTAS',
      [common, { ...rtas, data: encodeReport(plain), size: 2096 }],
      ['dmesg-nvram-7', 'powerpc-common-nvram-6', 'rtas-nvram-7'],
    ],
  ];
  test.each(lists)('%s', (_, partitions, shown) => {
    const { records, findings } = readAll(encodeNvram(partitions, size));
    expect(names(records)).toEqual(shown);
    const isCut = shown.some((name) => name.startsWith('hidden'));
    expect(codesOf(findings).includes('nvram.list-ends')).toBe(isCut);
  });
});

describe('the file of a dump', () => {
  const files: [title: string, report: Parameters<typeof oopsLog>[0], kernel: string, name: string, isText: boolean][] =
    [
      ['plain', plain, '7.2', 'dmesg-nvram-7', true],
      ['raw deflate', { ...plain, payload: rawDeflate(text), compressed: true }, '7.2', 'dmesg-nvram-7', true],
      ['raw deflate', { ...plain, payload: rawDeflate(text), compressed: true }, '4.4', 'dmesg-nvram-7.enc.z', false],
      ['zlib', { ...plain, payload: zlib12(text), compressed: true }, '7.2', 'dmesg-nvram-7.enc.z', false],
      ['zlib', { ...plain, payload: zlib12(text), compressed: true }, '3.12', 'dmesg-nvram-7', true],
      ['zlib', { ...plain, payload: zlib12(text), compressed: true }, '3.11', 'dmesg-nvram-7', true],
      ['raw deflate', { ...plain, payload: rawDeflate(text), compressed: true }, '3.11', 'dmesg-nvram-7', false],
      ['of a kernel up to 3.10', { sequence: 7, payload: text }, '4.4', 'dmesg-nvram-7', true],
    ];
  test.each(files)('%s, as %s', (_, report, kernel, name, isText) => {
    const medium = encodeNvram([common, oopsLog(report)], size);
    const { files, records } = readAll(medium, { asKernel: parseKernelVersion(kernel) });
    expect(files[0]?.name).toBe(name);
    expect(latin(files[0]?.content.bytes ?? text)).toBe(latin(isText ? text : (report?.payload ?? text)));
    expect(files[0]?.mtime).toEqual(report?.time === undefined ? undefined : { seconds: time, nanoseconds: 0 });
    expect(latin(records[0]?.text.bytes ?? text)).toBe(latin(text));
    const isKept = records[0]?.findings.some(({ code }) => code === 'compress.kept');
    expect(isKept).toBe(name.endsWith('.enc.z'));
  });

  test('without a word the rules are those of the kernel that the text names', () => {
    const old = zlib12(dumpText(1200, 1, '4.4.302'));
    const medium = encodeNvram([oopsLog({ sequence: 1, payload: old, compressed: true, time })], size);
    expect(readAll(medium).files.map(({ name }) => name)).toEqual(['dmesg-nvram-1']);
  });

  test('a dump of the kernel’s own path has no first line; its compressor is found all the same', () => {
    const own = text.subarray(13);
    const medium = encodeNvram([oopsLog({ sequence: 1, payload: zlib12(own), compressed: true, time })], size);
    const [record] = readAll(medium).records;
    expect(record?.compression).toBe('zlib');
    expect(latin(record?.payload.bytes ?? own)).toBe(latin(own));
    expect(record?.part).toBeUndefined();
    const [found] = record?.findings ?? [];
    expect([found?.code, found?.detail]).toEqual(['compress.recognised', expect.stringContaining('zlib, likely')]);
  });
});
