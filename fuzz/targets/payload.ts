import {
  decodeFtraceCall,
  encodeFtraceCall,
  type FtraceLayout,
  formatPartLine,
  ftraceRecordSize,
  ftraceText,
  guessFtraceLayout,
  kernelVersionIn,
  parseFtraceText,
  parsePartLine,
  perfettoTrace,
  readCperSection,
  readFtraceCalls,
  readMachineCheck,
  readRtasLog,
  sectionText,
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
  covers: [
    'payload/decodeFtraceCall',
    'payload/guessFtraceLayout',
    'payload/ftraceText',
    'payload/readFtraceCalls',
    'payload/parseFtraceText',
  ],
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
    const layout = layouts[bytes.length % layouts.length] as FtraceLayout;
    const { calls, strangeLines } = parseFtraceText(new TextEncoder().encode(ftraceText(bytes, layout)));
    promise(strangeLines === 0, 'our own text is read');
    promise(calls.length === readFtraceCalls(bytes, layout).length, 'every line is a call');
    for (const major of [3, 5, 7]) {
      for (const endian of ['le', 'be'] as const) {
        const { layout } = guessFtraceLayout([bytes, bytes.subarray(bytes.length >> 1)], endian, { major, minor: 2 });
        promise(layout.endian === endian, 'the byte order is not guessed');
      }
    }
  },
};

const traceText =
  'CPU:255 ts:1309595 ffffffffc0002e6b  ffffffffc00031e0  a.part.0 [ramoops] <- b+0x3a/0xc5 [ramoops]\n';

/** Text that other kernels and copies have: it is not all of our own alphabet. */
export const ftraceTextTarget: Target = {
  name: 'ftrace-text',
  covers: ['payload/parseFtraceText'],
  maxBytes: 2048,
  slice: 2000,
  seeds: () => [
    { bytes: new TextEncoder().encode(traceText.repeat(4)) },
    { bytes: new TextEncoder().encode('3 c0100010  c0200000  0xc0100010 <- 0xc0200000\n'.repeat(4)) },
  ],
  run(bytes) {
    const { calls, strangeLines } = parseFtraceText(bytes);
    promise(calls.length + strangeLines <= bytes.length + 1, 'no more calls than lines');
    promise(
      calls.every((call) => /^[!-~]{1,512}( \[[!-~]{1,64}\])?$/.test(call.function) && call.ip < 1n << 64n),
      'names and addresses as a kernel prints them',
    );
    promise(perfettoTrace(calls).length >= calls.length, 'a packet for each call');
  },
};

const memorySection = 'a5bc1114-6f64-4ede-b863-3e83ed7c83b1';
const rtasLog = [6, 0xa8, 0x10, 0xe0, 0, 0, 0, 28, 0xc0, 0, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x49, 0x42, 0x4d, 0];

export const sectionsTarget: Target = {
  name: 'sections',
  covers: ['payload/readMachineCheck', 'payload/readRtasLog', 'payload/readCperSection'],
  maxBytes: 512,
  slice: 2000,
  seeds: () => [
    { bytes: new Uint8Array(128), fields: [{ offset: 0, size: 8 }] },
    {
      bytes: Uint8Array.from([...rtasLog, 0x50, 0x48, 0, 12, 1, 0, 0, 0, 1, 2, 3, 4]),
      fields: [{ offset: 26, size: 2 }],
    },
  ],
  run(bytes) {
    for (const reading of [readMachineCheck(bytes), readRtasLog(bytes), readCperSection(memorySection, bytes)]) {
      promise(reading !== null, 'a known section is read');
      promise(/^[ -~\n]*$/.test(sectionText(reading, bytes)), 'text of our own alphabet');
      const inside = [reading, ...reading.parts].every(({ fields, rest }) =>
        [...fields.map(({ range }) => range), ...(rest === null ? [] : [rest])].every(({ end }) => end <= bytes.length),
      );
      promise(inside, 'every field lies in the bytes');
    }
  },
};
