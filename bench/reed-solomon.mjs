/**
 * Our Reed-Solomon codec beside the error-correcting ones of npm, on the blocks of a ramoops zone: 128 data bytes, 16
 * parity bytes. Everyone gets the same bytes and must give the same corrected ones, which is verified before timing.
 * Then they run in turn, round by round; a ratio is the median of the rounds' ratios, so a busy machine hits all alike.
 *
 * Exit status 1 when our goals do not hold: 20 times every peer on clean blocks, ahead of every peer in every row.
 */
import { isDeepStrictEqual } from 'node:util';
import { reedSolomon } from '@pstore-decode/formats/ecc';
import * as zxing from '@zxing/library';
import port from 'reedsolomon';

const dataSize = 128;
const paritySize = 16;
const blockCount = 512;
const rounds = 21;
const goalClean = 20;

const codec = reedSolomon({ parity: paritySize });

/** Each takes data and parity, and gives bytes that begin with the corrected data. */
const contenders = [
  { name: 'ours', repeat: 8, correct: (data, parity) => codec.decode(data, parity).data },
  { name: 'reedsolomon', repeat: 1, correct: inPlace(new port.ReedSolomonDecoder(port.GenericGF.QR_CODE_FIELD_256())) },
  {
    name: '@zxing/library',
    repeat: 1,
    correct: inPlace(new zxing.ReedSolomonDecoder(zxing.GenericGF.QR_CODE_FIELD_256)),
  },
];

/** Both descend from ZXing and correct an Int32Array in place. They get one that is allocated already. */
function inPlace(decoder) {
  const received = new Int32Array(dataSize + paritySize);
  return (data, parity) => {
    received.set(data);
    received.set(parity, dataSize);
    decoder.decode(received, paritySize);
    return received;
  };
}

/** Blocks with `errors` wrong bytes each, anywhere in data and parity; the same ones in every run. */
function blocksWith(errors) {
  let state = errors + 1;
  const below = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return Array.from({ length: blockCount }, () => {
    const original = Uint8Array.from({ length: dataSize }, () => below(256));
    const block = Uint8Array.of(...original, ...codec.encode(original));
    const positions = new Set();
    while (positions.size < errors) positions.add(below(block.length));
    for (const position of positions) block[position] ^= 1 + below(255);
    return { original, data: block.slice(0, dataSize), parity: block.slice(dataSize) };
  });
}

function verify(blocks) {
  for (const { name, correct } of contenders) {
    for (const { original, data, parity } of blocks) {
      const result = Uint8Array.from(correct(data, parity)).subarray(0, dataSize);
      if (!isDeepStrictEqual(result, original)) throw new Error(`${name} does not give the data that was encoded`);
    }
  }
}

/** Nanoseconds for one block. */
function time({ correct, repeat }, blocks) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < repeat; i += 1) {
    for (const { data, parity } of blocks) correct(data, parity);
  }
  return Number(process.hrtime.bigint() - start) / (repeat * blocks.length);
}

/** For each contender the median MB/s of data, and the median of how many times as fast we are. */
function row(errors) {
  const blocks = blocksWith(errors);
  verify(blocks);
  const times = contenders.map(() => []);
  for (let round = -3; round < rounds; round += 1) {
    contenders.forEach((contender, i) => {
      const nanoseconds = time(contender, blocks);
      if (round >= 0) times[i].push(nanoseconds);
    });
  }
  return times.map((each) => ({
    rate: (dataSize * 1e3) / median(each),
    ratio: median(each.map((nanoseconds, round) => nanoseconds / times[0][round])),
  }));
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const table = [0, 1, 4, 8].map((errors) => ({ errors, cells: row(errors) }));
const [, ...peers] = contenders;
const print = (cells) =>
  process.stdout.write(`${cells.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(18))).join('')}\n`);
process.stdout.write(
  `Reed-Solomon decode, ${dataSize} + ${paritySize} bytes, MB/s of data (we are … times as fast)\n\n`,
);
print(['wrong bytes', ...contenders.map(({ name }) => name)]);
for (const { errors, cells } of table) {
  const [ours, ...others] = cells;
  const columns = others.map(({ rate, ratio }) => `${rate.toFixed(1)} (${ratio.toFixed(1)}x)`);
  print([errors === 0 ? 'none' : String(errors), ours.rate.toFixed(1), ...columns]);
}

const missed = table.flatMap(({ errors, cells }) =>
  peers.flatMap(({ name }, i) => {
    const goal = errors === 0 ? goalClean : 1;
    return cells[i + 1].ratio >= goal ? [] : [`${name} at ${errors} wrong bytes: less than ${goal} times`];
  }),
);
process.stdout.write(
  `\n${missed.length === 0 ? 'goals hold: 20x on clean blocks, ahead in every row' : missed.join('\n')}\n`,
);
process.exitCode = missed.length === 0 ? 0 : 1;
