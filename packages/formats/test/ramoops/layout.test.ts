import { describe, expect, test } from 'vitest';
import { arrangementOf, arrangements, eccGeometry, ramoopsZones, zoneHeader } from '../../src/ramoops/index.js';
import { signatureEndian, signatureVersion } from '../../src/ramoops/layout.js';

const region = { memSize: 0x100000, recordSize: 0, consoleSize: 0, ftraceSize: 0, pmsgSize: 0, eccSize: 0 };

/** `type index start size`, hexadecimal. */
function table(sizes: Partial<typeof region>, kernel: readonly [number, number], cpus = 1): string[] | null {
  const zones = ramoopsZones({ ...region, ...sizes }, arrangementOf({ major: kernel[0], minor: kernel[1] }), cpus);
  return (
    zones?.map(({ type, index, start, size }) => `${type} ${index} ${start.toString(16)} ${size.toString(16)}`) ?? null
  );
}

describe('zones of a region', () => {
  const chromebook = { recordSize: 0x40000, consoleSize: 0x20000, ftraceSize: 0x20000, pmsgSize: 0x20000 };

  test('since 4.9 dump zones share what the others leave', () => {
    expect(table(chromebook, [5, 10])).toEqual([
      'dmesg 0 0 50000',
      'dmesg 1 50000 50000',
      'console 0 a0000 20000',
      'ftrace 0 c0000 20000',
      'pmsg 0 e0000 20000',
    ]);
  });

  test('up to 4.8 they have exactly record_size, and the rest is over at the end', () => {
    expect(table(chromebook, [4, 8])?.slice(0, 3)).toEqual([
      'dmesg 0 0 40000',
      'dmesg 1 40000 40000',
      'console 0 80000 20000',
    ]);
  });

  test('6.2 put pmsg before ftrace', () => {
    expect(table(chromebook, [6, 1])?.slice(3)).toEqual(['ftrace 0 c0000 20000', 'pmsg 0 e0000 20000']);
    expect(table(chromebook, [6, 2])?.slice(3)).toEqual(['pmsg 0 c0000 20000', 'ftrace 0 e0000 20000']);
  });

  test('ftrace zones share ftrace_size; since 6.8 rounded to even, before that pmsg follows them at once', () => {
    const sizes = { memSize: 0x10000, recordSize: 0x8000, ftraceSize: 0x4000, pmsgSize: 0x4000 };
    expect(table(sizes, [6, 1], 3)?.slice(1)).toEqual([
      'ftrace 0 8000 1555',
      'ftrace 1 9555 1555',
      'ftrace 2 aaaa 1555',
      'pmsg 0 bfff 4000',
    ]);
    expect(table(sizes, [6, 8], 3)?.slice(2)).toEqual([
      'ftrace 0 c000 1554',
      'ftrace 1 d554 1554',
      'ftrace 2 eaa8 1554',
    ]);
  });

  test('sizes are rounded down to powers of two, mem_size up to 3.10', () => {
    expect(table({ memSize: 0x18000, recordSize: 0x5000 }, [6, 1])?.length).toBe(6);
    expect(table({ memSize: 0x18000, recordSize: 0x5000 }, [3, 10])?.length).toBe(4);
  });

  test('the driver refuses what does not fit', () => {
    expect(table({ memSize: 0x4000, consoleSize: 0x8000 }, [6, 1])).toBeNull();
    expect(table({ memSize: 0x4000, recordSize: 0x8000 }, [6, 1])).toBeNull();
  });

  test('every kernel has an arrangement', () => {
    expect(arrangementOf({ major: 3, minor: 2 })).toBe(arrangements.at(-1));
    expect(arrangementOf({ major: 9, minor: 0 })).toBe(arrangements[0]);
  });
});

describe('ECC geometry', () => {
  // Zone size, capacity and blocks since 3.10, the same up to 3.9; 16 parity bytes.
  test.for([
    [512, 420, 4, 420, 4],
    [1024, 884, 7, 868, 8],
    [4096, 3604, 29, 3556, 32],
    [8192, 7252, 57, 7140, 64],
    [16384, 14532, 114, 14308, 128],
    [32768, 29092, 228, 28644, 256],
    [65536, 58228, 455, 57316, 512],
    [131072, 116468, 911, 114660, 1024],
    [262144, 232980, 1821, 229348, 2048],
  ] as const)('zone of %d bytes', ([zone, shared, sharedBlocks, whole, wholeBlocks]) => {
    expect(eccGeometry(zone, 16, 'shared')).toMatchObject({
      capacity: shared,
      blocks: sharedBlocks,
      headerParityAt: zone - 16,
    });
    expect(eccGeometry(zone, 16, 'whole')).toMatchObject({
      capacity: whole,
      blocks: wholeBlocks,
      headerParityAt: zone - 16,
    });
  });

  test('without ECC all behind the header is data', () => {
    expect(eccGeometry(4096, 0, 'shared')).toMatchObject({ capacity: 4084, blocks: 0 });
  });

  test.for([0, 11, 12, 13, 40])('no zone of %d bytes with ECC', (size) => {
    expect(eccGeometry(size, 16, 'shared')).toBeNull();
  });
});

describe('signatures', () => {
  test.for([
    ['44424743', 'le', null],
    ['43474244', 'be', null],
    ['44484443', 'le', { major: 3, minor: 10, sublevel: 0 }],
    ['44514343', 'le', { major: 4, minor: 19, sublevel: 0 }],
    ['44434143', 'le', { major: 6, minor: 1, sublevel: 0 }],
    ['2f4e4143', 'le', { major: 6, minor: 12, sublevel: 107 }],
  ] as const)('%s', ([hex, endian, version]) => {
    const bytes = new Uint8Array([...Buffer.from(hex, 'hex'), ...new Uint8Array(8)]);
    expect(signatureEndian(bytes, 0)).toBe(endian);
    expect(signatureVersion(zoneHeader.decode(bytes, 0, endian).sig)).toEqual(version);
  });

  test.for(['00000000', 'ffffffff', '44424744', '44425743'])('%s is none', (hex) => {
    expect(signatureEndian(new Uint8Array(Buffer.from(hex, 'hex')), 0)).toBeNull();
  });
});
