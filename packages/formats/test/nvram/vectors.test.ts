import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseKernelVersion } from '../../src/kernel-version.js';
import { codesOf, readAll, vector } from './read.js';

interface Expected {
  readonly kernel: string;
  readonly files: readonly { name: string; size: number; sha256: string; mtime: number }[];
}

const medium = vector('oops-6.1-ppc64/nvram.bin');
const expected: Expected = JSON.parse(Buffer.from(vector('oops-6.1-ppc64/expected.json')).toString());

describe('an oops in the NVRAM of a pseries machine', () => {
  test.each([
    ['without a word', {}],
    ['as its kernel', { asKernel: parseKernelVersion(expected.kernel) }],
  ])('every file of the kernel, %s', (_, hints) => {
    const { files, records } = readAll(medium, hints);
    expect(files.map(({ name }) => name)).toEqual(expected.files.map(({ name }) => name).sort(inOrder));
    for (const { name, size, sha256, mtime } of expected.files) {
      const file = files.find((one) => one.name === name);
      expect(file?.content.bytes.length, name).toBe(size);
      expect(
        createHash('sha256')
          .update(file?.content.bytes ?? '')
          .digest('hex'),
        name,
      ).toBe(sha256);
      // Of the others it is the time of the boot that read them.
      expect(file?.mtime, name).toEqual(
        name.startsWith('dmesg') ? { seconds: BigInt(mtime), nanoseconds: 0 } : undefined,
      );
    }
    expect(records.map(({ state }) => state)).toEqual(['live', 'live', 'live']);
  });

  test('and all of its partitions', () => {
    const { findings, records } = readAll(medium);
    const partitions = findings.filter(({ code }) => code === 'nvram.partition');
    expect(partitions.map(({ at, detail }) => [at?.start, detail])).toEqual([
      [0x0, '51 firmware, ibm,CPU0log, data 8176'],
      [0x2000, '51 firmware, ibm,CPU1log, data 2032'],
      [0x2800, '70 system, common, data 4080'],
      [0x3800, 'a0 operating system, ibm,rtas-log, data 2080'],
      [0x4030, 'a0 operating system, lnx,oops-log, data 4000'],
      [0x4fe0, '7f free, free space, data 45072'],
    ]);
    expect(codesOf(findings).filter((code) => code !== 'nvram.partition')).toEqual(['area.writer']);
    expect(records.flatMap(({ findings }) => codesOf(findings))).toEqual(['compress.recognised']);
    const [dump] = records;
    expect([dump?.id, dump?.reason, dump?.count, dump?.part, dump?.compression]).toEqual([1n, 'Oops', 1, 1, 'deflate']);
  });

  test('which kernels before 3.11 did not show', () => {
    const { files, records } = readAll(medium, { asKernel: parseKernelVersion('3.10') });
    expect(files).toEqual([]);
    expect(records.map(({ state, type }) => `${state} ${type}`).sort()).toEqual([
      'hidden dmesg',
      'hidden powerpc-common',
      'hidden rtas',
    ]);
  });

  test.each([
    ['4.4', 'zlib'],
    ['3.12', 'zlib'],
  ])('and whose stream a kernel %s leaves as it is', (version) => {
    const { files } = readAll(medium, { asKernel: parseKernelVersion(version) });
    expect(files[0]?.name).toBe('dmesg-nvram-1.enc.z');
    expect(files[0]?.content.bytes.length).toBe(1860);
  });
});

/** The order of the kernel's list. */
function inOrder(a: string, b: string): number {
  const types = ['dmesg', 'powerpc-common', 'rtas', 'powerpc-ofw'];
  const place = (name: string) => types.findIndex((type) => name.startsWith(type));
  return place(a) - place(b);
}

test('the same in a larger medium', () => {
  const flash = new Uint8Array(4 << 20).fill(0x5a);
  flash.set(medium, 0x123450);
  expect(readAll(flash).files.map(({ name }) => name)).toEqual(readAll(medium).files.map(({ name }) => name));
});
