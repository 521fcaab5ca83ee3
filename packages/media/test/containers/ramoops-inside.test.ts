import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding, PstoreRecord } from '@pstore-decode/formats';
import { fromBytes, type RandomAccessSource, salvage, unwrap } from '@pstore-decode/media';
import { openFile } from '@pstore-decode/media/node';
import { afterAll, describe, expect, test } from 'vitest';
import { ewfSegments, sparseImage } from './disk-images.js';
import { unexpected } from './honesty.js';
import { avmlImage, elfImage, flattenedImage, kdumpImage, limeImage } from './memory-images.js';

const vectors = new URL('../../../../test-vectors/', import.meta.url);
const ramoops = Uint8Array.from(readFileSync(new URL('ramoops/deflate-ecc16-6.1/ramoops.bin', vectors)));
interface InContainers {
  readonly file: string;
  readonly containers: string[];
  readonly at: number;
}
const { media, others } = JSON.parse(readFileSync(new URL('containers/ramoops-inside.json', vectors), 'utf8')) as {
  media: InContainers[];
  others: (InContainers & { records: { id: string; offset: number; size: number; sha256: string }[] })[];
};

const address = 0x3c00000;
const ranges = [
  { start: 0x1000, bytes: new Uint8Array(0x8000).fill(0x5a) },
  { start: address, bytes: ramoops },
];
const machine = { word: 8, isLittle: true } as const;
const kdumpFile = kdumpImage(ranges, { ...machine, formats: ['zlib', 'stored', 'snappy'] });
const made: [name: string, file: Uint8Array, containers: string[], at: number][] = [
  ['LiME', limeImage(ranges), ['LiME'], address],
  ['AVML', avmlImage(ranges, 65536), ['AVML'], address],
  ['ELF core', elfImage(ranges, machine), ['ELF core'], address],
  ['kdump', kdumpFile, ['kdump-compressed'], address],
  ['flattened kdump', flattenedImage(kdumpFile, 5000, 3), ['makedumpfile, flattened', 'kdump-compressed'], address],
  [
    'flattened ELF',
    flattenedImage(elfImage(ranges, machine), 70_000, 3),
    ['makedumpfile, flattened', 'ELF core'],
    address,
  ],
  ['EWF', Buffer.concat(ewfSegments(ramoops, 100)), ['EWF'], 0],
  ['Android sparse', sparseImage(ramoops, 4096), ['Android sparse image'], 0],
];
const real = media.map(({ file, containers, at }): (typeof made)[number] => {
  return [file, Uint8Array.from(readFileSync(new URL(`containers/${file}`, vectors))), containers, at];
});

async function salvaged(source: RandomAccessSource): Promise<{ records: PstoreRecord[]; findings: Finding[] }> {
  const findings: Finding[] = [];
  const records: PstoreRecord[] = [];
  for await (const record of salvage(source, (finding) => findings.push(finding))) records.push(record);
  return { records, findings };
}

/** What does not depend on where the region stands. */
function tale({ backend, type, id, part, state, payload }: PstoreRecord & { id?: unknown; part?: unknown }) {
  return { backend, type, id, part, state, payload: Buffer.from(payload.bytes).toString('latin1') };
}

describe('the region in a container', () => {
  test.each([...made, ...real])('%s', async (_, file, containers, at) => {
    const alone = (await salvaged(fromBytes(ramoops))).records.map(tale);
    expect(alone.length).toBeGreaterThan(3);
    const source = await unwrap(fromBytes(file), ({ code }) =>
      expect(['container.inside', 'container.excluded']).toContain(code),
    );
    expect(source.containers).toEqual(containers);
    const { bytes } = await source.read({ start: at, end: at + ramoops.length }, unexpected);
    expect(Buffer.compare(bytes, ramoops)).toBe(0);
    const inside = await salvaged(fromBytes(file));
    expect(inside.records.map(tale)).toEqual(alone);
  });
});

test.each(others)('$file', async ({ file, containers, at, records }) => {
  const source = await unwrap(fromBytes(readFileSync(new URL(`containers/${file}`, vectors))), () => undefined);
  expect([source.containers, source.addresses]).toEqual([containers, 'physical']);
  const found = await salvaged(source);
  const told = found.records.map(({ stored, id, text }) => {
    const sha256 = createHash('sha256')
      .update(text?.bytes ?? '')
      .digest('hex');
    return { id: String(id), offset: stored.start - at, size: text?.bytes.length, sha256 };
  });
  expect(told).toEqual(records);
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pstore-decode-containers-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const inFolder = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const file = (name: string) => fileURLToPath(new URL(`containers/${name}`, vectors));

  test.each(['disk.img.gz', 'disk.img.xz', 'disk.img.zst'])('%s is unpacked when it is opened', async (name) => {
    const source = await openFile(file(name));
    expect(source.size).toBe(ramoops.length);
    expect(source.containers).toHaveLength(1);
    const format = source.containers![0];
    expect(source.findings).toEqual([
      { code: 'container.inside', at: null, detail: `${format}: ${ramoops.length} bytes` },
    ]);
    const { bytes } = await source.read({ start: 0, end: source.size }, unexpected);
    expect(Buffer.compare(bytes, ramoops)).toBe(0);
    expect(await unwrap(source, unexpected)).toBe(source);
    const way = await source.toRoot!({ start: 1000, end: 3000 });
    expect(way).toMatchObject([{ length: 2000, how: 'derived', from: { start: 0 } }]);
    await source.close();
    await expect(source.read({ start: 0, end: 1 }, unexpected)).rejects.toThrow();
  });

  test('that holds a dump of memory in gzip leads to the memory', async () => {
    const { gzipSync } = await import('node:zlib');
    const source = await openFile(inFolder('memory.lime.gz', gzipSync(limeImage(ranges))));
    const inside = await unwrap(source, () => undefined);
    expect(inside.containers).toEqual(['gzip', 'LiME']);
    const { bytes } = await inside.read({ start: address, end: address + ramoops.length }, unexpected);
    expect(Buffer.compare(bytes, ramoops)).toBe(0);
    await source.close();
  });

  test('whose bytes do not fit is cut at the cap, and that is told', async () => {
    const source = await openFile(file('disk.img.xz'), { maxBytes: 100_000 });
    expect(source.size).toBe(100_000);
    expect(source.findings?.map(({ code }) => code)).toEqual(['limit.container', 'container.inside']);
    await source.close();
  });

  test('that is named like a record is left as it is', async () => {
    const path = inFolder('dmesg-efi_pstore-170000000001001.enc.z', readFileSync(file('disk.img.zst')));
    const source = await openFile(path);
    expect(source.containers).toBeUndefined();
    expect(await unwrap(source, unexpected)).toBe(source);
    await source.close();
  });

  const cut = (bytes: Uint8Array, size: number) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
  const splits: [first: string, names: (i: number) => string, parts: Uint8Array[]][] = [
    ['split.001', (i) => `split.${String(i + 1).padStart(3, '0')}`, cut(ramoops, 20_000)],
    ['zero.00', (i) => `zero.${String(i).padStart(2, '0')}`, cut(ramoops, 20_000)],
    ['letters.aa', (i) => `letters.${String.fromCharCode(97 + i / 26, 97 + (i % 26))}`, cut(ramoops, 9_000)],
    [
      'image.E01',
      (i) =>
        `image.${i < 99 ? `E${String(i + 1).padStart(2, '0')}` : `E${String.fromCharCode(65 + (i - 99) / 26, 65 + ((i - 99) % 26))}`}`,
      ewfSegments(ramoops, 2),
    ],
  ];
  test.each(splits)('%s stands for all parts', async (first, names, parts) => {
    for (const [i, part] of parts.entries()) inFolder(names(i), part);
    const source = await openFile(join(folder, first));
    expect(source.parts).toHaveLength(parts.length);
    expect(source.findings).toMatchObject([{ code: 'container.parts' }]);
    const inside = await unwrap(source, () => undefined);
    const { bytes } = await inside.read({ start: 0, end: ramoops.length }, unexpected);
    expect(Buffer.compare(bytes, ramoops)).toBe(0);
    expect(await source.hasChanged()).toBe(false);
    await source.close();
  });
});
