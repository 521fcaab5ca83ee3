import { describe, expect, test } from 'vitest';
import { parseKernelVersion } from '../../src/index.js';
import { parseZoneParameters } from '../../src/zone/index.js';
import { latin, readAll, vector } from './read.js';

interface ExpectedFile {
  readonly name: string;
  readonly mtime: number;
}

const expectedOf = (path: string): { files: ExpectedFile[]; filesBeforeErase?: ExpectedFile[] } =>
  JSON.parse(latin(vector(path)));

const cases = [
  ['oops-6.1', 'kmsg_size=64,pmsg_size=64,console_size=64,ftrace_size=64'],
  ['ftrace-6.1', 'kmsg_size=32,pmsg_size=16,console_size=32,ftrace_size=64'],
  ['erased-6.1', 'kmsg_size=64,pmsg_size=64,console_size=64,ftrace_size=64'],
] as const;

describe.each(cases)('%s', (name, parameters) => {
  const medium = vector(`blk/${name}/partition.bin`);
  const { files } = expectedOf(`blk/${name}/expected.json`);
  const order = ['dmesg', 'ftrace', 'pmsg', 'console'];
  const rank = (file: string) => order.indexOf(file.split('-')[0] ?? '');

  test.each([
    {},
    { asKernel: parseKernelVersion('6.1') },
    { blk: parseZoneParameters(parameters) },
    { blk: parseZoneParameters(parameters), asKernel: parseKernelVersion('6.1') },
  ])('gives the files of the kernel, hints %j', (hints) => {
    const reading = readAll(medium, hints);
    expect(reading.files.map((file) => file.name)).toEqual(
      files.map((file) => file.name).toSorted((a, b) => rank(a) - rank(b)),
    );
    for (const { name: file, content, mtime } of reading.files) {
      const shown = vector(`blk/${name}/kernel/${file}`);
      expect(Buffer.from(content.bytes).equals(shown), file).toBe(true);
      const time = files.find((one) => one.name === file)?.mtime ?? 0;
      if (file.startsWith('dmesg')) expect(mtime?.seconds).toBe(BigInt(time));
      else expect(mtime).toBeUndefined();
    }
  });
});

describe('the device after its records were erased', () => {
  const reading = readAll(vector('blk/erased-6.1/partition.bin'));

  test('holds what was not written over, byte for byte', () => {
    const erased = reading.records.filter(({ state }) => state === 'erased');
    expect(erased.map(({ type, id }) => `${type}-pstore_blk-${id}`)).toEqual([
      'dmesg-pstore_blk-0',
      'dmesg-pstore_blk-1',
      'pmsg-pstore_blk-0',
    ]);
    const before = expectedOf('blk/erased-6.1/expected.json').filesBeforeErase ?? [];
    for (const { type, id, text, time } of erased) {
      const file = `${type}-pstore_blk-${id}`;
      expect(Buffer.from(text.bytes).equals(vector(`blk/erased-6.1/kernel-before-erase/${file}`)), file).toBe(true);
      const { mtime = 0 } = before.find(({ name }) => name === file) ?? {};
      if (type === 'dmesg') expect(time?.seconds).toBe(BigInt(mtime));
    }
    expect(reading.records).toHaveLength(4);
  });

  test('holds nothing of the console before: the next boot wrote over all of its bytes', () => {
    const medium = vector('blk/erased-6.1/partition.bin');
    const before = vector('blk/erased-6.1/kernel-before-erase/console-pstore_blk-0');
    const now = vector('blk/erased-6.1/kernel/console-pstore_blk-0');
    const data = 0x1000c;
    expect(Buffer.from(medium.subarray(data, data + now.length)).equals(now)).toBe(true);
    expect(now.length).toBeLessThan(before.length);
    expect(medium.subarray(data + now.length, 0x20000).every((byte) => byte === 0xff)).toBe(true);
    expect(data + before.length).toBe(0x16e02);
  });
});
