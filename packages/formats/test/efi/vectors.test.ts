import { describe, expect, test } from 'vitest';
import { parseKernelVersion } from '../../src/index.js';
import { codesOf, readAll, storesOf, vector } from './read.js';

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
  const medium = vector('panic-6.1/OVMF_VARS.fd');
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

  test.each(['6.2', '6.6', '7.2'])('and other names to kernel %s', (version) => {
    const reading = readAll(medium, { asKernel: parseKernelVersion(version) });
    expect(reading.files.map(({ name }) => name)).toEqual(
      files.map(({ name }) => name.replace('dmesg-efi-', 'dmesg-efi_pstore-')),
    );
    expect(new Set(reading.records.map(({ backend }) => backend))).toEqual(new Set(['efi_pstore']));
  });

  test('is told of with every byte', () => {
    const reading = readAll(medium);
    expect(storesOf(reading)).toEqual([
      'authenticated, 262072 bytes: dumps 35 (25088) live, 0 (0) deleted, 0 (0) other; others 24 (10756) live, ' +
        '24 (4736) dead; header 28, damaged 0, free 221464; reclaims 0',
    ]);
    expect(codesOf(reading.findings)).toEqual(['efi.volume', 'efi.store', 'area.writer']);
  });
});

describe('the store after its records were erased', () => {
  const reading = readAll(vector('erased-6.1/OVMF_VARS.fd'));

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
    expect(filesBeforeErase).toHaveLength(35);
  });

  test('shows nothing to a kernel', () => {
    expect(reading.files).toEqual([]);
  });
});
