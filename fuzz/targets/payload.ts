import {
  decodeFtraceCall,
  encodeFtraceCall,
  type FtraceLayout,
  formatPartLine,
  ftraceRecordSize,
  ftraceText,
  guessFtraceLayout,
  kernelVersionIn,
  parsePartLine,
} from '@pstore-decode/formats/payload';
import { isSame, promise, type Target } from '../target.js';

const logs = [
  'Panic#1 Part1\n<6>[    0.000000] Linux version 6.1.192 (gcc) #1 SMP\n<0>[    1.2] Kernel panic\n',
  'Oops#4294967295 Part12\n<4>[   12.000001] CPU: 0 PID: 1 Comm: sh Not tainted 5.10.0-28-amd64 #1\n',
  `Unknown#0 Part0\n${'Tainted: G        W  '.repeat(40)}6.1 Linux version 999.999.99999\n`,
];

export const dmesgTarget: Target = {
  name: 'dmesg',
  covers: ['payload/parsePartLine', 'payload/kernelVersionIn'],
  maxBytes: 8192,
  slice: 2000,
  seeds: () => logs.map((text) => ({ bytes: new TextEncoder().encode(text) })),
  run(bytes) {
    const line = parsePartLine(bytes);
    if (line !== null) {
      promise(Number.isSafeInteger(line.count) && Number.isSafeInteger(line.part), 'whole numbers in the part line');
      // Leading zeros are not kept.
      promise(
        parsePartLine(new TextEncoder().encode(formatPartLine(line)))?.count === line.count,
        'a part line is read as written',
      );
    }
    const version = kernelVersionIn(bytes);
    promise(version === null || version.major < 1000, 'a version of small numbers');
  },
};

const layouts: readonly FtraceLayout[] = (['le', 'be'] as const).flatMap((endian) =>
  ([4, 8] as const).flatMap((wordSize) =>
    [true, false].flatMap((stamped) =>
      ([0, 1, 3] as const).map((cpuInIp) => ({
        endian,
        wordSize,
        stamped,
        cpuInIp,
        topBitRestored: stamped && cpuInIp === 0,
      })),
    ),
  ),
);

/** Calls of one CPU that go up by one. */
function ring(layout: FtraceLayout): Uint8Array {
  const base = layout.wordSize === 8 ? 0xffffffff81000000n : 0xc0100000n;
  return Uint8Array.from(
    Array.from({ length: 20 }, (_, i) => [
      ...encodeFtraceCall(
        { ip: base + BigInt(i * 64), parentIp: base + 16n, cpu: 0, counter: BigInt(1000 + i) },
        layout,
      ),
    ]).flat(),
  );
}

export const ftraceTarget: Target = {
  name: 'ftrace',
  covers: ['payload/decodeFtraceCall', 'payload/guessFtraceLayout', 'payload/ftraceText'],
  maxBytes: 2048,
  slice: 300,
  seeds: () =>
    layouts.map((layout) => ({ bytes: ring(layout), fields: [0, 8, 16, 24].map((offset) => ({ offset, size: 8 })) })),
  run(bytes) {
    for (const layout of layouts) {
      const size = ftraceRecordSize(layout);
      const text = ftraceText(bytes, layout);
      promise(text.split('\n').length - 1 === Math.floor(bytes.length / size), 'a line for every whole record');
      promise(text.length <= 120 * (1 + bytes.length / size), 'lines of bounded length');
      if (bytes.length < size) continue;
      const call = decodeFtraceCall(bytes, 0, layout);
      const again = decodeFtraceCall(encodeFtraceCall(call, layout), 0, layout);
      promise(isSame(encodeFtraceCall(again, layout), encodeFtraceCall(call, layout)), 'encode and decode agree');
    }
    for (const major of [3, 5, 7]) {
      for (const endian of ['le', 'be'] as const) {
        const { layout } = guessFtraceLayout([bytes, bytes.subarray(bytes.length >> 1)], endian, { major, minor: 2 });
        promise(layout.endian === endian, 'the byte order is not guessed');
      }
    }
  },
};
