import { describe, expect, test } from 'vitest';
import { codesOf, latin, readAll, vector } from './read.js';

const medium = vector('oops-7.2/mtd.bin');
const pageSize = 0x4000;
const headerSize = 16;

describe('three oopses on an MTD device', () => {
  const { records, findings } = readAll(medium);

  test('are three logs, the oldest first', () => {
    expect(records.map(({ id, time, stored }) => [id, time?.seconds, time?.nanoseconds, stored.start])).toEqual([
      [1n, 1795211695n, 315821492, 0],
      [2n, 1795211695n, 541858066, pageSize],
      [3n, 1795211695n, 757941268, 2 * pageSize],
    ]);
    expect(records.map(({ payload }) => payload.bytes.length)).toEqual([16311, 16302, 16358]);
  });

  test('each equal to what its page holds', () => {
    for (const [i, { text, stored }] of records.entries()) {
      const page = latin(medium.subarray(i * pageSize, (i + 1) * pageSize));
      // One NUL, then erased flash.
      const end = page.lastIndexOf('\n') + 1;
      expect(page.slice(end)).toMatch(/^\0\xff+$/);
      expect(latin(text.bytes)).toBe(page.slice(headerSize, end));
      expect(stored).toEqual({ start: i * pageSize, end: (i + 1) * pageSize });
    }
  });

  test('and no file: no kernel reads them', () => {
    for (const { state, file, findings, backend, type } of records) {
      expect({ state, file, findings, backend, type }).toEqual({
        state: 'hidden',
        file: undefined,
        findings: [],
        backend: 'mtdoops',
        type: 'dmesg',
      });
    }
  });

  test('the rest of the partition is told of', () => {
    expect(codesOf(findings)).toEqual(['mtdoops.region', 'mtdoops.erased']);
    expect(findings[0]).toEqual({
      code: 'mtdoops.region',
      at: { start: 0, end: medium.length },
      detail: 'record_size=16384; headers 3, v2 le',
    });
    expect(findings[1]?.at).toEqual({ start: 3 * pageSize, end: medium.length });
  });
});

test('the medium inside of a larger one, at any multiple of 4096', () => {
  const flash = new Uint8Array((3 << 20) + 0x5000);
  flash.set(medium.subarray(0, 0x40000), 0x105000);
  const { records } = readAll(flash);
  expect(records.map(({ id, stored }) => [id, stored.start])).toEqual([
    [1n, 0x105000],
    [2n, 0x105000 + pageSize],
    [3n, 0x105000 + 2 * pageSize],
  ]);
});
