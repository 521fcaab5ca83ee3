import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { diskEnd, partitionsOf } from '../src/index.js';
import { gptDisk, mbrDisk } from './zone/media.js';

fc.configureGlobal({ seed: 1905 });

const content = new Uint8Array(0x2000);

/** The ends of a disk far larger than they are, with the first bytes of `disk`. */
function endsOf(disk: Uint8Array, size: number, tail = new Uint8Array(diskEnd)) {
  return { head: disk.subarray(0, diskEnd), tail, size };
}

describe('the partitions of a disk', () => {
  test('are those of the GPT, in blocks of 512 or 4096 bytes, wherever they stand', () => {
    for (const block of [512, 4096]) {
      const disk = gptDisk(content, 0x8000, 'pstore', block);
      const [found, ...more] = partitionsOf(endsOf(disk, 2 ** 40));
      expect(found?.range).toEqual({ start: 0x8000, end: 0xa000 });
      expect(found?.description).toMatch(/^GPT partition 3 "pstore", type /);
      expect(more).toEqual([]);
    }
  });

  test('are those of its copy at the end when the first is gone', () => {
    for (const block of [512, 4096]) {
      const size = 2 ** 33;
      const disk = gptDisk(content, 0x8000, 'oops', block);
      const tail = new Uint8Array(diskEnd);
      const header = disk.slice(block, 2 * block);
      const entries = disk.slice(2 * block, 2 * block + 128 * 128);
      const table = size - block - entries.length;
      new DataView(header.buffer).setBigUint64(0x48, BigInt(table / block), true);
      tail.set(header, tail.length - block);
      tail.set(entries, tail.length - block - entries.length);
      expect(partitionsOf(endsOf(new Uint8Array(diskEnd), size, tail))).toEqual(partitionsOf(endsOf(disk, size)));
    }
  });

  test('are those of the MBR where there is no GPT', () => {
    const [found] = partitionsOf(endsOf(mbrDisk(content, 0x7e00), 2 ** 33));
    expect(found).toEqual({
      range: { start: 0x7e00, end: 0x9e00 },
      description: 'MBR partition 2, type 0x83, PARTUUID=c0ffee01-02',
    });
  });

  const damaged = fc.array(fc.tuple(fc.nat(0x4fff), fc.nat(255)), { maxLength: 40 });
  test.prop([damaged, fc.constantFrom(512, 4096), fc.nat(0x5000)])('never throw', (wrong, block, length) => {
    const disk = gptDisk(content, 0x8000, 'pstore', block);
    for (const [at, byte] of wrong) disk[at] = byte;
    for (const { range } of partitionsOf({
      head: disk.subarray(0, length),
      tail: disk.subarray(length),
      size: disk.length,
    })) {
      expect(range.start).toBeLessThan(range.end);
    }
  });
});
