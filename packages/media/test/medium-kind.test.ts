import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { memoryEnd, sizeByReading } from '../src/device-size.js';
import { deviceNumbers, kindOf, type PathFacts } from '../src/medium-kind.js';
import { faultyMedium, pattern, systemError } from './faulty-medium.js';

fc.configureGlobal({ seed: 1905 });

type What = 'File' | 'Directory' | 'BlockDevice' | 'CharacterDevice' | 'FIFO' | 'Socket';

function facts(what: What, major = 0, minor = 0): PathFacts {
  return {
    rdev: (BigInt(minor & 0xff) | (BigInt(minor >>> 8) << 20n)) + (BigInt(major & 0xfff) << 8n),
    isFile: () => what === 'File',
    isDirectory: () => what === 'Directory',
    isBlockDevice: () => what === 'BlockDevice',
    isCharacterDevice: () => what === 'CharacterDevice',
    isFIFO: () => what === 'FIFO',
  };
}

const table: [name: string, facts: PathFacts, kind: string][] = [
  ['a file', facts('File'), 'file'],
  ['a pipe', facts('FIFO'), 'pipe'],
  ['a disk', facts('BlockDevice', 8, 1), 'block'],
  ['/dev/mtd0', facts('CharacterDevice', 90, 0), 'character'],
  ['/dev/mtd200ro', facts('CharacterDevice', 90, 401), 'character'],
  ['/dev/nvram', facts('CharacterDevice', 10, 144), 'character'],
  ['/dev/mem', facts('CharacterDevice', 1, 1), 'memory'],
  ['a folder', facts('Directory'), '!directory'],
  ['a socket', facts('Socket'), '!socket'],
  ['/dev/null', facts('CharacterDevice', 1, 3), '!device'],
  ['/dev/zero', facts('CharacterDevice', 1, 5), '!endless'],
  ['/dev/full', facts('CharacterDevice', 1, 7), '!endless'],
  ['/dev/random', facts('CharacterDevice', 1, 8), '!endless'],
  ['/dev/urandom', facts('CharacterDevice', 1, 9), '!endless'],
  ['/dev/kmsg', facts('CharacterDevice', 1, 11), '!device'],
  ['/dev/tty', facts('CharacterDevice', 5, 0), '!terminal'],
  ['/dev/pts/3', facts('CharacterDevice', 136, 3), '!terminal'],
  ['/dev/ttyS0', facts('CharacterDevice', 4, 64), '!terminal'],
  ['/dev/watchdog', facts('CharacterDevice', 10, 130), '!device'],
];

describe('what a path is', () => {
  test.each(table)('%s', (name, given, kind) => {
    if (!kind.startsWith('!')) return expect(kindOf(given, name, false)).toBe(kind);
    expect(() => kindOf(given, name, false)).toThrow(
      expect.objectContaining({
        name: 'MediumError',
        code: kind.slice(1),
        what: expect.stringMatching(/^[^\n]+[^.\n]$/),
        hint: expect.stringMatching(/^[^\n]+[^.\n]$/),
        message: expect.stringMatching(`^${name}: `),
      }),
    );
  });

  test('a caller who insists may have unknown devices, and still none without end', () => {
    expect(kindOf(facts('CharacterDevice', 240, 7), '/dev/own', true)).toBe('character');
    expect(() => kindOf(facts('CharacterDevice', 1, 5), '/dev/zero', true)).toThrow('for ever');
  });

  test('a hostile name does not reach the terminal', () => {
    expect(() => kindOf(facts('Directory'), 'a\u001b[2Jb\n', false)).toThrow('a\\x{1b}[2Jb\\x{0a}: is a folder');
  });

  test.prop([fc.nat(0xfff), fc.nat(0xfffff)])('device numbers', (major, minor) => {
    expect(deviceNumbers(facts('BlockDevice', major, minor).rdev)).toEqual({ major, minor });
  });
});

describe('a size that nobody tells', () => {
  test.prop([fc.nat(70_000), fc.uniqueArray(fc.nat(130), { maxLength: 5 })])(
    'is found by reading',
    async (size, bad) => {
      const { readAt, reads } = faultyMedium(pattern(size), { bad: new Set(bad) });
      expect(await sizeByReading(readAt)).toBe(size);
      expect(reads.length).toBeLessThan(50);
    },
  );

  test('of a medium without end is null', async () => {
    expect(await sizeByReading(async () => 1)).toBeNull();
  });

  test('of a medium as large as they come', async () => {
    const size = 2 ** 45 + 12345;
    expect(await sizeByReading(async (_, at) => (at < size ? 1 : 0))).toBe(size);
  });

  test('other errors come through', async () => {
    await expect(sizeByReading(() => Promise.reject(systemError('ESPIPE')))).rejects.toThrow('ESPIPE');
  });
});

describe('the end of physical memory', () => {
  const iomem = `00000000-00000fff : Reserved
00001000-0009fbff : System RAM
00100000-bfffffff : System RAM
  01000000-02209987 : Kernel code
eec00000-eecfffff : Reserved
fee00000-fee00fff : Local APIC
100000000-43fffffff : System RAM
  3f0000000-3f00fffff : ramoops:dump(0/7)
4000000000-7fffffffff : PCI Bus 0000:00`;
  const tables: [name: string, text: string, end: number | null][] = [
    ['behind the last RAM', iomem, 0x440000000],
    ['a region behind it', `${iomem}\n500000000-5000fffff : ramoops:dump(0/7)\n`, 0x500100000],
    ['hidden from all but root', iomem.replaceAll(/[0-9a-f]{8,}/g, '00000000'), null],
    ['no such file', '', null],
    ['nonsense', 'zz-yy : System RAM\n12 : System RAM', null],
  ];
  test.each(tables)('%s', (_, text, end) => {
    expect(memoryEnd(text)).toBe(end);
  });
});
