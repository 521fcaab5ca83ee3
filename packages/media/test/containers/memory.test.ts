import { fc, test } from '@fast-check/vitest';
import { addressOf, fromBytes, type RandomAccessSource, sourceFrom, unwrap } from '@pstore-decode/media';
import { describe, expect } from 'vitest';
import type { Container } from '../../src/containers/container.js';
import { elfCore } from '../../src/containers/elf-core.js';
import { flattened } from '../../src/containers/flattened.js';
import { kdump } from '../../src/containers/kdump.js';
import { avml, lime } from '../../src/containers/memory-ranges.js';
import { faultyMedium, pattern } from '../faulty-medium.js';
import { expectHonest, expectTrue, opened, type Truth, unexpected } from './honesty.js';
import {
  avmlImage,
  elfImage,
  flattenedImage,
  kdumpImage,
  limeImage,
  type MemoryRange,
  type PageFormat,
  page,
} from './memory-images.js';

/** Ranges of pages that repeat, that do not, and of zeros. */
const ranges = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.constantFrom('noise', 'text', 'zeros'), { minLength: 1, maxLength: 12 }),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((plan) => {
    let start = 0;
    return plan.map(([gap, kinds]): MemoryRange => {
      start += gap * page;
      const bytes = new Uint8Array(kinds.length * page);
      for (const [i, kind] of kinds.entries()) {
        if (kind === 'noise') bytes.set(pattern(page), i * page);
        if (kind === 'text')
          bytes.set(
            pattern(page).map((_, at) => 0x61 + (at % 19) + (at % 7)),
            i * page,
          );
      }
      const range = { start, bytes };
      start += bytes.length;
      return range;
    });
  });

const machine = fc.record({ word: fc.constantFrom(4 as const, 8 as const), isLittle: fc.boolean() });
const formats = fc.array(fc.constantFrom<PageFormat>('stored', 'zlib', 'lzo', 'snappy'), {
  minLength: 1,
  maxLength: 4,
});

const image = fc.oneof(
  ranges.map((all) => ({ container: lime, all, file: limeImage(all) })),
  fc
    .tuple(ranges, fc.integer({ min: 100, max: 5000 }))
    .map(([all, size]) => ({ container: avml, all, file: avmlImage(all, size) })),
  fc
    .tuple(ranges, machine, fc.boolean())
    .map(([all, how, many]) => ({ container: elfCore, all, file: elfImage(all, how, many) })),
  fc.tuple(ranges, machine, formats, fc.boolean()).map(([all, how, kinds, isDense]) => ({
    container: kdump,
    all,
    file: kdumpImage(all, { ...how, formats: kinds, isDense }),
  })),
);

function truthOf(all: readonly MemoryRange[]): Truth {
  const last = all.at(-1) as MemoryRange;
  const bytes = new Uint8Array(last.start + last.bytes.length);
  const stored = new Uint8Array(bytes.length);
  for (const range of all) {
    bytes.set(range.bytes, range.start);
    stored.fill(1, range.start, range.start + range.bytes.length);
  }
  return { bytes, stored };
}

describe('a dump of memory', () => {
  test.prop([image, fc.nat(), fc.nat()], { numRuns: 300 })(
    'reads as what was put in',
    async ({ container, all, file }, a, b) => {
      const truth = truthOf(all);
      expect(container.recognizes(file.subarray(0, 64))).toBe(true);
      const { source, findings } = await opened(container, fromBytes(file));
      const size = truth.bytes.length + 1;
      const [start, end] = [a % size, b % size].sort((x, y) => x - y) as [number, number];
      await expectTrue(truth, source, file, [[start, end]]);
      expect(findings).toEqual([]);
      expect(addressOf(source, 0x3c00)).toBe('physical 0x3c00');
    },
  );

  test.prop([image, fc.nat(1000)], { numRuns: 200 })(
    'cut short gives what is there',
    async ({ container, all, file }, part) => {
      await expectHonest(container, truthOf(all), fromBytes(file.subarray(0, Math.floor((file.length * part) / 1000))));
    },
  );

  test.prop([image, fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 4 })], { numRuns: 200 })(
    'on a medium with bad sectors loses what stands there, and tells it',
    async ({ container, all, file }, places) => {
      const bad = new Set(places.map((place) => place % Math.ceil(file.length / 512)));
      await expectHonest(container, truthOf(all), sourceFrom(faultyMedium(file, { bad }).readAt, file.length));
    },
  );

  test.prop([image, fc.nat(1000)], { numRuns: 100 })(
    'on a medium that shrinks',
    async ({ container, all, file }, part) => {
      const end = Math.floor((file.length * part) / 1000);
      const medium = sourceFrom(faultyMedium(file, { end, most: 700 }).readAt, file.length);
      await expectHonest(container, truthOf(all), medium);
    },
  );

  test.prop([ranges, machine, formats, fc.integer({ min: 20, max: 3000 }), fc.nat()], { numRuns: 100 })(
    'in the flattened form reads the same',
    async (all, how, kinds, recordSize, shuffle) => {
      const file = kdumpImage(all, { ...how, formats: kinds });
      const { source, findings } = await opened(flattened, fromBytes(flattenedImage(file, recordSize, shuffle)));
      const whole = await source.read({ start: 0, end: source.size }, unexpected);
      expect(Buffer.compare(whole.bytes, file)).toBe(0);
      const inner = await opened(kdump, source);
      const truth = truthOf(all);
      expect(
        Buffer.compare((await inner.source.read({ start: 0, end: truth.bytes.length }, unexpected)).bytes, truth.bytes),
      ).toBe(0);
      expect([...findings, ...inner.findings]).toEqual([]);
    },
  );
});

const some: MemoryRange[] = [
  { start: 4 * page, bytes: pattern(3 * page) },
  { start: 100 * page, bytes: pattern(5 * page) },
];
const little = { word: 8, isLittle: true } as const;

describe('LiME and AVML', () => {
  const damaged: [name: string, container: Container, file: Uint8Array, headerAt: number][] = [
    ['LiME', lime, limeImage([...some, { start: 2 ** 40, bytes: pattern(page) }]), 32 + 3 * page],
    ['AVML', avml, avmlImage([...some, { start: 2 ** 40, bytes: pattern(page) }]), avmlImage(some.slice(0, 1)).length],
  ];
  test.each(damaged)('%s: a header that is damaged is jumped over', async (name, container, file, headerAt) => {
    const bytes = Uint8Array.from(file).fill(0xee, headerAt, headerAt + 8);
    const { source, findings } = await opened(container, fromBytes(bytes));
    expect(findings).toMatchObject([
      { code: 'container.doubtful', detail: expect.stringMatching(`^${name}: .* at 0x`) },
    ]);
    const last = await source.read({ start: 2 ** 40, end: 2 ** 40 + page }, unexpected);
    expect(Buffer.compare(last.bytes, pattern(page))).toBe(0);
    expect(await source.dataRanges(unexpected)).toHaveLength(2);
  });

  test('a checksum that is wrong is told, and the bytes are given', async () => {
    const file = avmlImage([{ start: 0, bytes: pattern(page) }]);
    file[32 + 10 + 4]! ^= 1; // of the first chunk
    const { source } = await opened(avml, fromBytes(file));
    const findings: unknown[] = [];
    const { bytes } = await source.read({ start: 0, end: page }, (finding) => findings.push(finding));
    expect(Buffer.compare(bytes, pattern(page))).toBe(0);
    expect(findings).toEqual([
      { code: 'container.checksum', at: { start: 0, end: page }, detail: 'AVML: the CRC-32C is wrong' },
    ]);
  });

  test('of two ranges over each other the first counts', async () => {
    const file = limeImage([
      { start: page, bytes: new Uint8Array(2 * page).fill(1) },
      { start: 0, bytes: new Uint8Array(4 * page).fill(2) },
    ]);
    const { source } = await opened(lime, fromBytes(file));
    const { bytes } = await source.read({ start: 0, end: 4 * page }, unexpected);
    expect([0, 1, 2, 3].map((n) => bytes[n * page])).toEqual([2, 1, 1, 2]);
  });
});

describe('an ELF core', () => {
  test('of a process has no physical addresses, and is refused', async () => {
    const file = elfImage(
      some.map(({ bytes }) => ({ start: 0, bytes })),
      little,
    );
    const findings: unknown[] = [];
    const medium = fromBytes(file);
    expect(await unwrap(medium, (finding) => findings.push(finding))).toBe(medium);
    expect(findings).toMatchObject([{ code: 'container.refused' }]);
  });

  test('that is no core is no container', () => {
    const file = elfImage(some, little);
    file[16] = 2;
    expect(elfCore.recognizes(file.subarray(0, 64))).toBe(false);
  });

  test('says how much was left out', async () => {
    const file = elfImage([{ start: 4 * page, bytes: pattern(page) }], little);
    new DataView(file.buffer).setBigUint64(192 + 40, BigInt(3 * page), true);
    const { source, findings } = await opened(elfCore, fromBytes(file));
    expect(source.size).toBe(7 * page);
    expect(findings).toEqual([{ code: 'container.excluded', at: null, detail: `ELF core: ${2 * page} bytes` }]);
  });
});

describe('a kdump-compressed file', () => {
  test('says how much was left out', async () => {
    const file = kdumpImage(some, { ...little, formats: ['zlib'], excluded: [20, 21, 22] });
    const { findings } = await opened(kdump, fromBytes(file));
    const detail = `kdump-compressed: 3 pages, ${3 * page} bytes`;
    expect(findings).toEqual([{ code: 'container.excluded', at: null, detail }]);
  });

  test('of several gives the pages of its own', async () => {
    const file = kdumpImage(some, { ...little, formats: ['zlib', 'stored'], part: { start: 50, end: 103 } });
    const { source } = await opened(kdump, fromBytes(file));
    const read = await source.read({ start: 100 * page, end: 103 * page }, unexpected);
    expect(Buffer.compare(read.bytes, pattern(5 * page).subarray(0, 3 * page))).toBe(0);
    const findings: unknown[] = [];
    await source.read({ start: 0, end: source.size }, (finding) => findings.push(finding));
    expect(findings).toMatchObject([
      { code: 'container.backing', at: { start: 0, end: 50 * page } },
      { code: 'container.backing', at: { start: 103 * page, end: 105 * page } },
    ]);
  });

  test('with a bitmap that is damaged gives nothing behind it', async () => {
    const many = { start: 0, bytes: pattern(9000 * page) };
    const file = kdumpImage([many], { ...little, formats: ['stored'] });
    const dumped = page * (2 + Math.ceil(9000 / 8 / page));
    const bad = new Set([dumped / 512 + 1]);
    const { source, findings } = await opened(kdump, sourceFrom(faultyMedium(file, { bad }).readAt, file.length));
    expect(findings).toMatchObject([{ code: 'container.doubtful' }]);
    const told: unknown[] = [];
    const { bytes } = await source.read({ start: 0, end: source.size }, (finding) => told.push(finding));
    const known = 8 * 512 * page;
    expect(Buffer.compare(bytes.subarray(0, known), many.bytes.subarray(0, known))).toBe(0);
    expect(told).toMatchObject([{ code: 'container.lost', at: { start: known, end: 9000 * page } }]);
  });

  test('with memory that is zeros does not search it', async () => {
    const zeros = { start: 0, bytes: new Uint8Array(2000 * page) };
    const file = kdumpImage([zeros, { start: 3000 * page, bytes: pattern(page) }], { ...little, formats: ['stored'] });
    const { source } = await opened(kdump, fromBytes(file));
    const found = await source.dataRanges(unexpected);
    expect(found.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThan(3 * page);
  });
});

describe('a claim', () => {
  const medium = (file: Uint8Array, at: number, value: bigint, isLittle = true): RandomAccessSource => {
    const bytes = Uint8Array.from(file);
    new DataView(bytes.buffer).setBigUint64(at, value, isLittle);
    return fromBytes(bytes);
  };
  const kdumpFile = kdumpImage(some, { ...little, formats: ['zlib'] });
  const cases: [claim: string, container: Container, source: RandomAccessSource][] = [
    ['LiME: a range of 2^52 bytes', lime, medium(limeImage(some), 16, 2n ** 52n)],
    ['AVML: a range of 2^52 bytes', avml, medium(avmlImage(some), 16, 2n ** 52n)],
    ['ELF: a segment of 2^52 bytes', elfCore, medium(elfImage(some, little), 192 + 32, 2n ** 52n)],
    ['ELF: 2^32 segments', elfCore, medium(elfImage(some, little, true), 64 + 44, 2n ** 32n - 1n)],
    ['kdump: bitmaps of 2^32 blocks', kdump, medium(kdumpFile, 436, 2n ** 64n - 1n)],
    ['kdump: 2^60 pages', kdump, medium(kdumpFile, page + 96, 2n ** 60n)],
    ['flattened: a record at 2^52', flattened, medium(flattenedImage(kdumpFile, 999, 1), 4096, 2n ** 52n, false)],
  ];
  test.each(cases)('%s costs nothing', async (_, container, source) => {
    const inside = await container.open(source, () => undefined);
    const found = (await inside?.dataRanges(() => undefined)) ?? [];
    for (const { start, end } of found.slice(0, 3)) {
      await inside!.read({ start, end: Math.min(end, start + 4096) }, () => undefined);
    }
  });
});
