/**
 * The decompressors on the records of real kernels, in MB/s of text. Inflate runs in turn with that of node:zlib, round
 * by round; the ratio is the median of the rounds' ratios, so a busy machine hits both alike.
 *
 * Exit status 1 when our goals do not hold: inflate within 4 times node:zlib, LZO and LZ4 above 100 MB/s.
 */
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { compressors } from '@pstore-decode/formats/compress';
import { fromBytes, salvage } from '@pstore-decode/media';

const rounds = 21;
const slowestInflate = 4;
const leastRate = new Map([
  ['lzo', 100],
  ['lz4', 100],
]);

/** The compressed dumps of one medium: where each came from stands in its payload. */
async function streamsOf(name) {
  const medium = new Uint8Array(readFileSync(new URL(`../test-vectors/ramoops/${name}/ramoops.bin`, import.meta.url)));
  const streams = [];
  for await (const { compression, payload } of salvage(fromBytes(medium), () => undefined)) {
    const source = payload.spans[0]?.from;
    if (compression === undefined || !source) continue;
    streams.push({ compression, bytes: medium.slice(source.start, source.end), text: payload.bytes });
  }
  return streams;
}

/** MB/s of text. */
function rate(decompress, streams) {
  const size = streams.reduce((sum, { text }) => sum + text.length, 0);
  const turns = Math.ceil(4e6 / size);
  const start = process.hrtime.bigint();
  for (let turn = 0; turn < turns; turn += 1) for (const { bytes, text } of streams) decompress(bytes, text.length);
  return (turns * size * 1e3) / Number(process.hrtime.bigint() - start);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const missed = [];
process.stdout.write('Decompression of kernel dumps, MB/s of text\n\n');
for (const name of ['deflate-noecc-7.2', 'lzo-6.1', 'lz4-6.1', 'lz4hc-6.1', '842-6.1', 'zstd-6.1']) {
  const streams = await streamsOf(name);
  const { compression } = streams[0];
  const compressor = compressors.find((each) => each.name === compression);
  const contenders = [(bytes, maxOutput) => compressor.decompress(bytes, { maxOutput })];
  if (compression === 'deflate') contenders.push((bytes) => inflateRawSync(bytes));
  for (const { bytes, text } of streams) {
    const ours = compressor.decompress(bytes, { maxOutput: text.length });
    if (!ours.complete || Buffer.compare(ours.bytes, text) !== 0) throw new Error(`${name}: not the text`);
  }
  const rates = contenders.map(() => []);
  for (let round = -3; round < rounds; round += 1) {
    contenders.forEach((contender, i) => {
      const each = rate(contender, streams);
      if (round >= 0) rates[i].push(each);
    });
  }
  const [ours, theirs] = rates;
  const ratio = theirs && median(theirs.map((each, round) => each / ours[round]));
  const beside = ratio ? `   node:zlib is ${ratio.toFixed(1)} times as fast` : '';
  process.stdout.write(`${name.padEnd(20)}${median(ours).toFixed(0).padStart(6)}${beside}\n`);
  if (ratio > slowestInflate) missed.push(`${name}: node:zlib is more than ${slowestInflate} times as fast`);
  const least = leastRate.get(compression);
  if (median(ours) < least) missed.push(`${name}: less than ${least} MB/s`);
}
process.stdout.write(`\n${missed.length === 0 ? 'goals hold' : missed.join('\n')}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
