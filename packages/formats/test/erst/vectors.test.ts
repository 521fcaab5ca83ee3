import { describe, expect, test } from 'vitest';
import { parseKernelVersion } from '../../src/index.js';
import { codesOf, readAll, vector } from './read.js';

interface Expected {
  readonly files: readonly ExpectedFile[];
  readonly filesBeforeErase?: readonly ExpectedFile[];
}

interface ExpectedFile {
  readonly name: string;
  readonly mtime: number;
}

const expectedOf = (path: string): Expected => JSON.parse(Buffer.from(vector(path)).toString());

describe('a store that a 6.1 kernel wrote', () => {
  const medium = vector('panic-6.1/erst.bin');
  const { files } = expectedOf('panic-6.1/expected.json');

  test.each([{}, { asKernel: parseKernelVersion('6.1') }])('gives its files, hints %j', (hints) => {
    const reading = readAll(medium, hints);
    expect(reading.files.map(({ name, mtime }) => [name, mtime])).toEqual(
      files.map(({ name, mtime }) => [name, { seconds: BigInt(mtime), nanoseconds: 0 }]),
    );
    for (const { name, content } of reading.files) {
      expect(Buffer.from(content.bytes).equals(vector(`panic-6.1/kernel/${name}`)), name).toBe(true);
    }
    expect(new Set(reading.records.map(({ state }) => state))).toEqual(new Set(['live']));
    expect(new Set(reading.records.flatMap(({ findings }) => codesOf(findings)))).toEqual(
      new Set(['compress.recognised']),
    );
  });

  test('has an oops and a panic of two parts each', () => {
    expect(readAll(medium).records.map(({ reason, count, part }) => [reason, count, part])).toEqual([
      ['Oops', 1, 1],
      ['Oops', 1, 2],
      ['Panic', 2, 1],
      ['Panic', 2, 2],
    ]);
  });

  test.each([
    ['7.2', 'dmesg-erst-ID'],
    ['4.4', 'dmesg-erst-ID.enc.z'],
    ['3.12', 'dmesg-erst-ID.enc.z'],
    ['3.11', 'unknown-erst-ID'],
  ])('to kernel %s is %s', (version, pattern) => {
    const { files: shown, records } = readAll(medium, { asKernel: parseKernelVersion(version) });
    expect(shown.map(({ name }) => name)).toEqual(records.map(({ id }) => pattern.replace('ID', `${id}`)));
    if (pattern.startsWith('dmesg-erst-ID.')) return;
    expect(shown[0]?.content.bytes.length).toBe(version === '7.2' ? 17666 : 5590);
  });

  test('is told of with every byte', () => {
    const { findings } = readAll(medium);
    expect(findings.map(({ code, detail }) => [code, detail])).toEqual([
      ['erst.store', 'record_size 8192; 7 slots: 4 in use, 0 cleared, 3 blank, 0 not legible'],
      ['area.writer', expect.stringMatching(/^6\.1\./)],
    ]);
  });

  test('is found inside of a larger medium', () => {
    const disk = new Uint8Array(medium.length + 0x5000);
    disk.set(medium, 0x3200);
    expect(readAll(disk).files.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
  });
});

describe('the store after its records were erased', () => {
  const reading = readAll(vector('erased-6.1/erst.bin'));

  test('holds every text as it was', () => {
    const { files, filesBeforeErase = [] } = expectedOf('erased-6.1/expected.json');
    expect(files).toEqual([]);
    expect(reading.records.map(({ state }) => state)).toEqual(filesBeforeErase.map(() => 'erased'));
    for (const [i, { name, mtime }] of filesBeforeErase.entries()) {
      const record = reading.records[i];
      expect(`dmesg-${record?.backend}-${record?.id}`).toBe(name);
      expect(record?.time).toEqual({ seconds: BigInt(mtime), nanoseconds: 0 });
      const text = vector(`erased-6.1/kernel-before-erase/${name}`);
      expect(Buffer.from(record?.text.bytes ?? []).equals(text), name).toBe(true);
    }
    expect(filesBeforeErase).toHaveLength(4);
  });

  test('shows nothing to a kernel', () => {
    expect(reading.files).toEqual([]);
  });
});
