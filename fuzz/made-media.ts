import { deflateRawSync } from 'node:zlib';
import type { Endian } from '@pstore-decode/formats/bytes';
import { encodeFtraceCall, type FtraceLayout } from '@pstore-decode/formats/payload';
import { arrangements, encodeRamoops, type RamoopsRecord, ramoopsZones } from '@pstore-decode/formats/ramoops';

const sizes = { memSize: 0x4000, recordSize: 0x1000, consoleSize: 0x800, ftraceSize: 0x800, pmsgSize: 0x400 };

/** The parameters of `madeRamoops`, in the driver's words. */
export const madeParameters = 'mem_size=0x4000,record_size=0x1000,console_size=0x800,ftrace_size=0x800,pmsg_size=0x400';

/** Small media with everything in them: every arrangement of zones, with and without ECC, in both byte orders. */
export function madeRamoops(): Uint8Array[] {
  return arrangements.flatMap((arrangement, i) =>
    [0, 16, 4].map((eccSize, j) => {
      const endian: Endian = (i + j) % 2 === 0 ? 'le' : 'be';
      const cpus = arrangement.ftracePerCpu ? 2 : 1;
      const zones = ramoopsZones({ ...sizes, eccSize }, arrangement, cpus);
      if (zones === null) throw new RangeError('the sizes fit no arrangement');
      const { blockCount, since } = arrangement;
      const records = [...logs, ...Array.from({ length: cpus }, (_, cpu) => ring(cpu, endian))];
      return encodeRamoops({ zones, records, memSize: sizes.memSize, eccSize, blockCount, kernel: since, endian });
    }),
  );
}

const line = (i: number) =>
  `<6>[   ${i}.${String((i * 7919) % 1000000).padStart(6, '0')}] usb 1-${i % 7}: new device ${i}\n`;
const text = (lines: number, head = '') =>
  new TextEncoder().encode(head + Array.from({ length: lines }, (_, i) => line(i)).join(''));

const logs: readonly RamoopsRecord[] = [
  {
    type: 'dmesg',
    index: 0,
    payload: text(20, 'Oops#1 Part1\n<5>[ 0.000000] Linux version 6.1.192 (x)\n'),
    time: { seconds: 1795211788n, nanoseconds: 42_000 },
  },
  { type: 'dmesg', index: 0, payload: text(4, 'Oops#1 Part2\n'), time: { seconds: 1795211789n, nanoseconds: 0 } },
  {
    type: 'dmesg',
    index: 1,
    payload: deflateRawSync(text(100, 'Panic#2 Part1\n'), { windowBits: 12 }),
    compressed: true,
  },
  // Longer than its ring.
  { type: 'console', payload: text(80) },
  { type: 'pmsg', payload: text(5) },
];

function ring(cpu: number, endian: Endian): RamoopsRecord {
  const layout: FtraceLayout = { endian, wordSize: 8, stamped: true, cpuInIp: 0, topBitRestored: false };
  const calls = Array.from({ length: 30 }, (_, i) =>
    encodeFtraceCall(
      { ip: 0xffffffff81000000n + BigInt(64 * i), parentIp: 0xffffffff81000010n, cpu, counter: BigInt(1000 + i) },
      layout,
    ),
  );
  return { type: 'ftrace', index: cpu, payload: Uint8Array.from(calls.flatMap((call) => [...call])) };
}
