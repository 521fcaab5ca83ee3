import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, deflateSync, constants as zlibConstants } from 'node:zlib';
import { type Compressor, compressors, zlibWindowBits } from '@pstore-decode/formats/compress';
import { encode842, encode842Nx } from '../../packages/formats/test/compress/842-encoder.js';
import { lz4Encode } from '../../packages/formats/test/compress/lz4-encoder.js';
import { encodeLzo } from '../../packages/formats/test/compress/lzo-encoder.js';
import type { Seed } from '../mutate.js';
import { isSame, promise, type Target } from '../target.js';
import { vectorFolder } from '../vectors.js';

const log = Array.from(
  { length: 120 },
  (_, i) => `<6>[ ${i}.${(i * 7919) % 1000000}] usb 1-${i % 7}: new device ${i}\n`,
).join('');
const texts = ['', 'a', log, log.repeat(6), '\0'.repeat(70_000)].map((text) => new TextEncoder().encode(text));
const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = zlibConstants;

/** Streams of every kind of block, by the kernel's name of the compressor. */
const streams = new Map<string, (text: Uint8Array) => Uint8Array[]>([
  ['deflate', (text) => [0, 1, 9].map((level) => deflateRawSync(text, { level, windowBits: 12 }))],
  [
    'zlib',
    (text) =>
      [Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE].map((strategy) =>
        deflateSync(text, { strategy, windowBits: 12 }),
      ),
  ],
  ['lzo', (text) => [encodeLzo(text)]],
  ['lz4', (text) => [lz4Encode(text), lz4Encode(text, (longest) => Math.min(longest, 5))]],
  ['842', (text) => [encode842(text).stream, encode842Nx([text.subarray(0, text.length & ~7)])]],
]);

/** Streams that the tool of zstd made: nothing here makes any. */
function capturedStreams(name: string): Uint8Array[] {
  if (name !== 'zstd') return [];
  const { streams } = JSON.parse(readFileSync(join(vectorFolder, 'codecs/zstd.json'), 'utf8'));
  return streams.map(({ stream }: { readonly stream: string }) => Uint8Array.from(Buffer.from(stream, 'base64')));
}

/** Each cap is tried; the largest is below what the longest seed holds. */
const caps = [0, 1, 4096, 65536];

function targetOf(compressor: Compressor): Target {
  return {
    name: compressor.name,
    covers: ['compress/compressors', 'compress/zlibWindowBits'],
    maxBytes: 16384,
    slice: 2000,
    seeds: (): Seed[] =>
      [...texts.flatMap((text) => streams.get(compressor.name)?.(text) ?? []), ...capturedStreams(compressor.name)].map(
        (bytes) => ({ bytes: Uint8Array.from(bytes) }),
      ),
    run(input) {
      const before = input.slice();
      let longest = new Uint8Array(0);
      for (const maxOutput of caps) {
        const { bytes, complete, used, reason, at } = compressor.decompress(input, { maxOutput });
        promise(bytes.length <= maxOutput, 'output stays within the cap');
        promise(Number.isInteger(used) && used >= 0 && used <= input.length, 'used lies in the input');
        promise(
          complete === (reason === undefined) && complete === (at === undefined),
          'a reason where it is not complete',
        );
        promise(at === undefined || (at >= 0 && at <= input.length), 'the place of the fault lies in the input');
        promise(isSame(bytes.subarray(0, longest.length), longest), 'a larger cap gives the same bytes and more');
        promise(bytes.buffer.byteLength <= maxOutput + 65536, 'memory stays near the cap');
        longest = bytes;
      }
      promise(isSame(input, before), 'the input is not changed');
      const windowBits = zlibWindowBits(input);
      promise(windowBits === null || (windowBits >= 8 && windowBits <= 15), 'a window of 8 to 15 bits');
    },
  };
}

export const compressTargets: readonly Target[] = compressors.map(targetOf);
