import { readFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import type { Finding } from '@pstore-decode/formats';
import { fromBytes, sourceFrom, unwrap } from '@pstore-decode/media';
import { describe, expect } from 'vitest';
import { androidSparse } from '../../src/containers/android-sparse.js';
import type { Container } from '../../src/containers/container.js';
import { ewf } from '../../src/containers/ewf.js';
import { memoryStore } from '../../src/containers/unpack.js';
import { wrappers } from '../../src/containers/wrapped.js';
import { parseIomem, rangesToSearch } from '../../src/file-memory.js';
import { faultyMedium, pattern } from '../faulty-medium.js';
import { ewfSegments, sparseImage } from './disk-images.js';
import { expectHonest, expectTrue, opened, type Truth, unexpected } from './honesty.js';
import { joined } from './memory-images.js';

const block = 512;

/** A disk of blocks that are noise, repeat one figure, or are zeros. */
const disk = fc
  .array(fc.constantFrom('noise', 'figure', 'zeros'), { minLength: 1, maxLength: 60 })
  .map((kinds): Uint8Array => {
    return joined(
      ...kinds.map((kind, i) => {
        if (kind === 'noise') return pattern(block).map((byte) => byte ^ (i % 200));
        return new Uint8Array(block).map((_, at) => (kind === 'zeros' ? 0 : 0x40 + (at % 4) * 9 + (i % 3)));
      }),
    );
  });

function truthOf(bytes: Uint8Array): Truth {
  return { bytes, stored: new Uint8Array(bytes.length).fill(1) };
}

const image = fc.oneof(
  fc.tuple(disk, fc.integer({ min: 1, max: 20 })).map(([bytes, each]) => ({
    container: ewf,
    bytes,
    file: joined(...ewfSegments(bytes, each)),
  })),
  disk.map((bytes) => ({ container: androidSparse, bytes, file: sparseImage(bytes, block) })),
);

describe('an image of a disk', () => {
  test.prop([image, fc.nat(), fc.nat()], { numRuns: 200 })(
    'reads as the disk',
    async ({ container, bytes, file }, a, b) => {
      const { source, findings } = await opened(container, fromBytes(file));
      const [start, end] = [a, b].map((at) => at % (bytes.length + 1)).sort((x, y) => x - y) as [number, number];
      await expectTrue(truthOf(bytes), source, file, [[start, end]]);
      expect(findings).toEqual([]);
    },
  );

  test.prop([image, fc.nat(1000)], { numRuns: 200 })(
    'cut short gives what is there',
    async ({ container, bytes, file }, part) => {
      await expectHonest(
        container,
        truthOf(bytes),
        fromBytes(file.subarray(0, Math.floor((file.length * part) / 1000))),
      );
    },
  );

  test.prop([image, fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 4 })], { numRuns: 200 })(
    'on a medium with bad sectors loses what stands there, and tells it',
    async ({ container, bytes, file }, places) => {
      const bad = new Set(places.map((place) => place % Math.ceil(file.length / 512)));
      await expectHonest(container, truthOf(bytes), sourceFrom(faultyMedium(file, { bad }).readAt, file.length));
    },
  );

  test.prop([disk, fc.nat(), fc.integer({ min: 1, max: 255 })], { numRuns: 200 })(
    'of EWF with a wrong byte anywhere is not taken for right',
    async (bytes, place, change) => {
      const file = joined(...ewfSegments(bytes, 7));
      file[13 + (place % (file.length - 13))]! ^= change;
      const findings: Finding[] = [];
      const source = await ewf.open(fromBytes(file), (finding) => findings.push(finding));
      if (source === null || source.size !== bytes.length) return;
      const read = await source.read({ start: 0, end: source.size }, (finding) => findings.push(finding));
      if (Buffer.compare(read.bytes, bytes) !== 0) expect(findings.length).toBeGreaterThan(0);
    },
  );
});

const text = pattern(30_000).map((byte, i) => (i % 11 < 7 ? 0x61 + (i % 13) : byte));
const long = Uint8Array.from({ length: 3_000_000 }, (_, i) => text[(i * 7 + (i >> 12)) % text.length] as number);
const folder = new URL('../../../../test-vectors/', import.meta.url);
const ramoops = Uint8Array.from(readFileSync(new URL('ramoops/deflate-ecc16-6.1/ramoops.bin', folder)));
const vector = (name: string) => Uint8Array.from(readFileSync(new URL(`containers/${name}`, folder)));
const [gzip, xz, zstd, zlib] = wrappers as [Container, Container, Container, Container];
const wrapped: [name: string, container: Container, file: Uint8Array, bytes: Uint8Array][] = [
  ['gzip', gzip, gzipSync(text), text],
  [
    'gzip, two members and padding',
    gzip,
    joined(gzipSync(text.subarray(0, 999)), gzipSync(text.subarray(999)), new Uint8Array(512)),
    text,
  ],
  ['xz', xz, vector('disk.img.xz'), ramoops],
  ['xz, blocks', xz, vector('disk-blocks.xz'), ramoops],
  [
    'xz, two streams and padding',
    xz,
    joined(vector('disk.img.xz'), vector('disk-blocks.xz'), new Uint8Array(8)),
    joined(ramoops, ramoops),
  ],
  ['zstd', zstd, vector('disk.img.zst'), ramoops],
  [
    'zstd, two frames, one that is skipped, and padding',
    zstd,
    joined(
      vector('disk.img.zst'),
      Uint8Array.of(0x5e, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2),
      vector('disk.img.zst'),
      new Uint8Array(9),
    ),
    joined(ramoops, ramoops),
  ],
  ['zlib', zlib, deflateSync(long, { windowBits: 11 }), long],
];

describe('a compressed file', () => {
  test.each(wrapped)('%s is unpacked', async (_, container, file, bytes) => {
    expect(container.recognizes(file.subarray(0, 64))).toBe(true);
    const { source, findings } = await opened(container, fromBytes(file));
    await expectTrue(truthOf(bytes), source, file, [
      [100, 20_000],
      [bytes.length, bytes.length],
    ]);
    expect(findings).toEqual([]);
  });

  test.each(wrapped)('%s that is cut keeps what comes before', async (_, container, file, bytes) => {
    let most = 0;
    for (let part = 1; part < 12; part++) {
      const findings: Finding[] = [];
      const medium = fromBytes(file.subarray(0, Math.floor((file.length * part) / 12)));
      const source = await container.open(medium, (finding) => findings.push(finding));
      if (source === null && container === zlib) continue; // nobody knows yet that it is one
      expect(findings.length).toBeGreaterThan(0);
      if (source === null) continue;
      const { bytes: read } = await source.read({ start: 0, end: source.size }, unexpected);
      expect(Buffer.compare(read, bytes.subarray(0, read.length))).toBe(0);
      most = Math.max(most, read.length);
    }
    expect(most).toBeGreaterThan(bytes.length / 3);
  });

  test('xz with a wrong byte in its last block gives all and tells it', async () => {
    const file = vector('disk.img.xz');
    file[file.length - 30]! ^= 1; // of the check, or the index
    const { source, findings } = await opened(xz, fromBytes(file));
    expect(source.size).toBe(ramoops.length);
    expect(findings).toMatchObject([{ code: 'container.lost' }]);
  });

  test('behind a bad sector is lost, and that is told', async () => {
    const file = gzipSync(pattern(100_000), { level: 0 });
    const medium = sourceFrom(faultyMedium(file, { bad: new Set([100]) }).readAt, file.length);
    const { source, findings } = await opened(gzip, medium);
    expect(source.size).toBeGreaterThan(51_000 - 600);
    expect(findings).toMatchObject([{ code: 'container.lost' }]);
  });

  test('that is only the beginning of a medium is left as it is', async () => {
    const medium = fromBytes(joined(gzipSync(text), pattern(100_000)));
    expect(await unwrap(medium, unexpected)).toBe(medium);
  });

  test.each([
    ['that is damaged before anything is sure', joined(deflateSync(long).subarray(0, 400), pattern(100_000))],
    ['of a few bytes', deflateSync(text)],
  ])('of zlib %s is left as it is', async (_, bytes) => {
    const medium = fromBytes(bytes);
    expect(zlib.recognizes(bytes)).toBe(true);
    expect(await unwrap(medium, unexpected)).toBe(medium);
  });

  test('that holds a dump is a record, and left as it is', async () => {
    const medium = fromBytes(gzipSync(new TextEncoder().encode('Panic#1 Part1\n<6>[    1.0] text')));
    expect(await unwrap(medium, unexpected)).toBe(medium);
  });

  test('that unpacks to more than there is room for is cut', async () => {
    const { unpackInto } = await import('../../src/containers/unpack.js');
    const { gzip: format } = await import('../../src/containers/gzip.js');
    const findings: Finding[] = [];
    const file = fromBytes(gzipSync(new Uint8Array(10_000_000)));
    const source = await unpackInto(memoryStore(1_000_000), format, file, (finding) => findings.push(finding));
    expect(source?.size).toBe(1_000_000);
    expect(findings).toMatchObject([{ code: 'limit.container' }]);
  });
});

describe('/proc/iomem', () => {
  const iomem = `00000000-00000fff : Reserved
00001000-0009fbff : System RAM
0009fc00-000fffff : Reserved
  000f0000-000fffff : System ROM
00100000-03bfffff : System RAM
  01000000-02209987 : Kernel code
03c00000-03c3ffff : Reserved
  03c00000-03c07fff : ramoops:dump(0/5)
c0001000-eebfffff : PCI Bus 0000:00
  e0000000-e0ffffff : Reserved
eec00000-febfffff : Reserved
  eec00000-eecfffff : PCI ECAM 0000 [bus 00-00]
100000000-1ffffffff : Persistent Memory
`;
  test('names what is memory, and what only devices answer', () => {
    const hex = rangesToSearch(parseIomem(iomem)).map(({ start, end }) => `${start.toString(16)}-${end.toString(16)}`);
    expect(hex).toEqual(['0-9fc00', '100000-3c40000', '100000000-200000000']);
  });

  test('without addresses says nothing', () => {
    expect(rangesToSearch(parseIomem(iomem.replaceAll(/[0-9a-f]{8,}-[0-9a-f]{8,}/g, '00000000-00000000')))).toEqual([]);
    expect(parseIomem('')).toEqual([]);
  });
});
