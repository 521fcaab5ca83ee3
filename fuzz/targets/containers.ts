import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { type ContainedSource, containers, fromBytes, unwrap } from '@pstore-decode/media';
import { ewfSegments, sparseImage } from '../../packages/media/test/containers/disk-images.js';
import {
  avmlImage,
  elfImage,
  flattenedImage,
  joined,
  kdumpImage,
  limeImage,
} from '../../packages/media/test/containers/memory-images.js';
import { imageOf } from '../../packages/media/test/containers/qcow2-image.js';
import { checkFinding } from '../invariants.js';
import type { Seed } from '../mutate.js';
import { isSame, promise, type Target } from '../target.js';
import { vectorFolder } from '../vectors.js';

const text = new Uint8Array(6 * 512).map((_, i) =>
  i % 512 < 300 ? 0x61 + (i % 23) : (Math.imul(i, 0x9e3779b1) >>> 24) | 1,
);
const ranges = [
  { start: 2 * 512, bytes: text.subarray(0, 4 * 512) },
  { start: 40 * 512, bytes: new Uint8Array(2 * 512) },
  { start: 2 ** 33, bytes: text.subarray(512, 2 * 512) },
];
const low = ranges.slice(0, 2);
const machines = ([4, 8] as const).flatMap((word) => [true, false].map((isLittle) => ({ word, isLittle })));
const kdumps = machines.map((machine) => kdumpImage(low, { ...machine, formats: ['zlib', 'lzo', 'snappy', 'stored'] }));

/** Every 4 bytes of the first 512: where containers have their headers. */
const fields = Array.from({ length: 128 }, (_, i) => ({ offset: 4 * i, size: 4 }));

function vector(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(join(vectorFolder, 'containers', name)));
}

/** Streams of the tool of zstd. */
function zstdStreams(): Uint8Array[] {
  const { streams } = JSON.parse(readFileSync(join(vectorFolder, 'codecs/zstd.json'), 'utf8'));
  return streams.map(({ stream }: { readonly stream: string }) => Uint8Array.from(Buffer.from(stream, 'base64')));
}

const images = new Map<string, () => readonly Uint8Array[]>([
  ['LiME', () => [limeImage(ranges)]],
  ['AVML', () => [avmlImage(ranges, 700), avmlImage(ranges)]],
  ['ELF core', () => machines.map((machine) => elfImage(machine.word === 4 ? low : ranges, machine, machine.isLittle))],
  ['kdump-compressed', () => kdumps],
  ['makedumpfile, flattened', () => kdumps.slice(2).map((file) => flattenedImage(file, 300, 5))],
  ['EWF', () => [joined(...ewfSegments(text, 2)), joined(...ewfSegments(text, 9))]],
  ['Android sparse image', () => [sparseImage(text, 512), sparseImage(new Uint8Array(2048).fill(7), 512)]],
  ['qcow2', () => [imageOf(text, 'stored'), imageOf(text, 'packed')]],
  ['gzip', () => [gzipSync(text), joined(gzipSync(text), gzipSync(text))]],
  ['xz', () => [vector('license.xz'), vector('disk-blocks.xz')]],
  ['zstd', zstdStreams],
  ['zlib', () => [deflateSync(Uint8Array.from({ length: 1_200_000 }, (_, i) => text[i % 512] as number))]],
]);

/** Bytes read at a time: what a claim says there is matters nothing to memory. */
const most = 1 << 13;

export const containerTargets: readonly Target[] = containers.map((container) => ({
  name: `container-${container.name.replaceAll(/\W+/g, '-')}`,
  covers: [],
  maxBytes: 24 << 10,
  slice: 150,
  seeds: (): Seed[] =>
    (images.get(container.name)?.() ?? []).map((bytes) => ({ bytes: Uint8Array.from(bytes), fields })),
  async run(bytes) {
    const before = bytes.slice();
    const medium = fromBytes(bytes);
    const opened = await container.open(medium, checkFinding);
    if (opened !== null) await checkInside(opened, bytes.length);
    if (container.recognizes(bytes.subarray(0, 64))) {
      const inner = await unwrap(medium, checkFinding);
      promise(inner === medium || (inner.containers?.length ?? 0) > 0, 'what is inside says what it went through');
    }
    promise(isSame(bytes, before), 'the medium is not changed');
  },
}));

async function checkInside(source: ContainedSource, rootSize: number): Promise<void> {
  const { size } = source;
  promise(Number.isSafeInteger(size) && size >= 0, 'the size is a whole number');
  const found = await source.dataRanges(checkFinding);
  let last = -1;
  for (const { start, end } of found) {
    promise(start > last && start < end && end <= size, 'ranges with data are ascending and disjoint');
    last = end;
  }
  const starts = [0, Math.floor(size / 2), ...found.slice(0, 3).map(({ start }) => start), found.at(-1)?.start ?? 0];
  for (const start of starts) {
    const range = { start, end: Math.min(size, start + most) };
    const read = await source.read(range, checkFinding);
    let at = start;
    for (const { length, from } of read.spans) {
      promise(from?.start === at && from.end === at + length, 'spans of a read are of its own space');
      at += length;
    }
    promise(at === range.end && read.bytes.length === at - start, 'every byte has its span');
    at = start;
    for (const { length, from, how } of await source.toRoot(range)) {
      promise(
        from === null ? how === 'filled' : from.start >= 0 && from.end <= rootSize,
        'the way back ends on the root',
      );
      at += length;
    }
    promise(at === range.end, 'every byte has a way back');
  }
}
