import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, deflateSync } from 'node:zlib';
import { vectorFolder } from '../../../../fuzz/vectors.js';
import { encode842 } from '../compress/842-encoder.js';
import { lz4Encode } from '../compress/lz4-encoder.js';
import { encodeLzo } from '../compress/lzo-encoder.js';

const line = (i: number) => `<6>[${(i / 10).toFixed(6).padStart(12)}] usb 1-${i % 7}: new device number ${i}\n`;

/** What a kernel could have written: the first line of a part, then lines of its log. */
export const log = Buffer.from(`Panic#1 Part1\n${Array.from({ length: 60 }, (_, i) => line(i)).join('')}`);

const zstd = JSON.parse(readFileSync(join(vectorFolder, 'codecs/zstd.json'), 'utf8'));

/** A stream of each compressor, by its name, and the text in it. */
export const streams: readonly { readonly name: string; readonly stream: Uint8Array; readonly text: Uint8Array }[] = [
  { name: 'deflate', stream: plain(deflateRawSync(log, { windowBits: 15 })), text: log },
  { name: 'zlib', stream: plain(deflateSync(log, { windowBits: 12, memLevel: 4 })), text: log },
  { name: 'lzo', stream: encodeLzo(log), text: log },
  { name: 'lz4', stream: lz4Encode(log), text: log },
  { name: '842', stream: encode842(log).stream, text: log },
  {
    name: 'zstd',
    stream: plain(Buffer.from(zstd.streams.find(({ text }: { text: string }) => text === 'log').stream, 'base64')),
    text: Buffer.from(zstd.texts.log.map(([piece, times]: [string, number]) => piece.repeat(times)).join(''), 'latin1'),
  },
];

function plain(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}
