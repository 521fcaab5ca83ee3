import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { encodeFtraceCall, type FtraceLayout } from '../../src/payload/index.js';
import {
  type Abi,
  encodeZones,
  type ZoneMedium,
  type ZoneRecord,
  type ZoneSizes,
  zonesOf,
} from '../../src/zone/index.js';
import { bytesOf } from './read.js';

/** Small zones, so that a counterexample can be read. */
export const tiny: ZoneSizes = { kmsgSize: 0x1000, pmsgSize: 0x1000, consoleSize: 0x1000, ftraceSize: 0x1000 };
export const dumpsOnly: ZoneSizes = { kmsgSize: 0x1000, pmsgSize: 0, consoleSize: 0, ftraceSize: 0 };
export const total = 0x8000;
export const time = { seconds: 1795210310n, nanoseconds: 943_000_042 };

/** What a kernel writes to its log, of about as many bytes. */
export function log(size: number, seed = 1, head = ''): Uint8Array {
  const lines = [head];
  for (let i = 0, length = head.length; length < size; i++) {
    const line = `[${`${10 + i}`.padStart(5)}.${String((i * 7919 * seed) % 1e6).padStart(6, '0')}] usb ${seed}: device ${i}\n`;
    lines.push(line);
    length += line.length;
  }
  return bytesOf(lines.join(''));
}

/** The text of a dump as kernels write it. */
export function dumpText(count = 1, size = 600, kernel = '6.1.192'): Uint8Array {
  const head = `Oops#${count} Part1\n<4>[    1.000000] CPU: 0 PID: 1 Comm: sh Not tainted ${kernel} #1\n`;
  return bytesOf(`${head}${Buffer.from(log(size, count)).toString('latin1').replace(/^/gm, '<6>').slice(0, -3)}`);
}

export function deflate(text: Uint8Array): Uint8Array {
  return new Uint8Array(deflateRawSync(text));
}

/** A dump as kernels since 5.8 store it. */
export function dump(index: number, more: Partial<ZoneRecord> = {}): ZoneRecord {
  const payload = deflate(dumpText(index + 1));
  return { type: 'dmesg', index, payload, compressed: true, counter: index + 1, time, ...more };
}

export function traceLayout(endian: 'le' | 'be' = 'le', wordSize: 4 | 8 = 8): FtraceLayout {
  return { endian, wordSize, stamped: true, cpuInIp: 0, topBitRestored: false };
}

/** Calls of one CPU, every second counter. */
export function trace(cpu: number, calls: number, layout = traceLayout()): Uint8Array {
  const kernel = layout.wordSize === 8 ? 0xffffffff81000000n : 0xc1000000n;
  const records = Array.from({ length: calls }, (_, i) =>
    encodeFtraceCall(
      { ip: kernel + BigInt(64 * (i % 999)), parentIp: kernel + 0x10n, cpu, counter: BigInt(1000 + 2 * i + cpu) },
      layout,
    ),
  );
  return Uint8Array.from(records.flatMap((record) => [...record]));
}

/** A device with everything on it. */
export function device(more: Partial<ZoneMedium> = {}, sizes = tiny, cpus = 2): Uint8Array<ArrayBuffer> {
  const layout = traceLayout(more.endian, more.abi === '32-bit' || more.abi === 'i386' ? 4 : 8);
  const records: ZoneRecord[] = [
    { type: 'pmsg', payload: log(500, 2) },
    { type: 'console', payload: log(6000, 3, '[    0.000000] Linux version 6.1.192 (x)\n') },
    ...Array.from({ length: cpus }, (_, cpu): ZoneRecord => {
      return { type: 'ftrace', index: cpu, payload: trace(cpu, cpu === 0 ? 300 : 20, layout) };
    }),
    dump(0),
    dump(1, { payload: dumpText(2), compressed: false, reason: 'Panic' }),
  ];
  return encodeZones({ zones: zonesOf(sizes, total, cpus), records, size: total, ...more });
}

/** Word sizes and byte orders of the machines that there are. */
export const writers: readonly { endian: 'le' | 'be'; abi: Abi }[] = [
  { endian: 'le', abi: '64-bit' },
  { endian: 'be', abi: '64-bit' },
  { endian: 'le', abi: '32-bit' },
  { endian: 'be', abi: '32-bit' },
  { endian: 'le', abi: 'i386' },
];

export const anyDump: fc.Arbitrary<Omit<ZoneRecord, 'type' | 'index'>> = fc
  .record({
    count: fc.integer({ min: 1, max: 9 }),
    size: fc.integer({ min: 100, max: 2000 }),
    compressed: fc.boolean(),
    reason: fc.constantFrom('Panic', 'Oops', 'Emergency', 'Shutdown'),
    counter: fc.nat(0xffffffff),
    seconds: fc.bigInt(1n, (1n << 35n) - 1n),
    nanoseconds: fc.integer({ min: 1, max: 999_999_999 }),
    isErased: fc.boolean(),
  })
  .map(({ count, size, compressed, seconds, nanoseconds, ...rest }) => {
    const text = dumpText(count, size);
    return { ...rest, payload: compressed ? deflate(text) : text, compressed, time: { seconds, nanoseconds } };
  });

/** The disk with `content` in its third partition. */
export function gptDisk(content: Uint8Array, start: number, name = 'pstore', block = 512): Uint8Array<ArrayBuffer> {
  const disk = new Uint8Array(start + content.length + 0x4000);
  const view = new DataView(disk.buffer);
  disk.set(bytesOf('EFI PART'), block);
  view.setBigUint64(block + 0x48, 2n, true);
  view.setUint32(block + 0x50, 128, true);
  view.setUint32(block + 0x54, 128, true);
  const entry = 2 * block + 2 * 128;
  disk.set(
    Array.from({ length: 32 }, (_, i) => i + 1),
    entry,
  );
  view.setBigUint64(entry + 32, BigInt(start / block), true);
  view.setBigUint64(entry + 40, BigInt((start + content.length) / block - 1), true);
  for (let i = 0; i < name.length; i++) view.setUint16(entry + 56 + 2 * i, name.charCodeAt(i), true);
  disk.set(content, start);
  return disk;
}

/** The disk with `content` in its second primary partition. */
export function mbrDisk(content: Uint8Array, start: number): Uint8Array<ArrayBuffer> {
  const disk = new Uint8Array(start + content.length + 0x4000);
  const view = new DataView(disk.buffer);
  view.setUint32(0x1b8, 0xc0ffee01, true);
  disk[0x1be + 16 + 4] = 0x83;
  view.setUint32(0x1be + 16 + 8, start / 512, true);
  view.setUint32(0x1be + 16 + 12, content.length / 512, true);
  disk.set([0x55, 0xaa], 510);
  disk.set(content, start);
  return disk;
}

/** Flash as it is copied with its spare areas: behind each page a good block marker and parity. */
export function withSpare(flash: Uint8Array, page = 2048, spare = 64): Uint8Array<ArrayBuffer> {
  const pages = flash.length / page;
  const dumped = new Uint8Array(pages * (page + spare)).fill(0xff);
  for (let i = 0; i < pages; i++) {
    dumped.set(flash.subarray(i * page, (i + 1) * page), i * (page + spare));
    dumped.set([0x5a, i & 0xff, 0x99], i * (page + spare) + page + spare - 3);
  }
  return dumped;
}

/** Good media to mutate, and where their fields are: headers of zones and of dumps. */
export function zoneSeeds(): { bytes: Uint8Array; fields: { offset: number; size: number }[] }[] {
  const flash = { zones: zonesOf(dumpsOnly, total, 1), size: total, fill: 0xff };
  const erased = [0, 1, 2].map((index) => dump(index, { isErased: index !== 1 }));
  const media = [
    ...writers.map((writer) => device(writer)),
    device({}, { ...tiny, ftraceSize: 0x2000 }, 3),
    encodeZones({ ...flash, records: [dump(1), dump(2, { payload: dumpText(3, 3000), compressed: false }), dump(5)] }),
    withSpare(encodeZones({ ...flash, records: [dump(0, { payload: dumpText(9, 3000), compressed: false })] })),
    encodeZones({ zones: zonesOf(tiny, total, 2), size: total, records: erased }),
    gptDisk(device(), 0x4000),
    mbrDisk(device({ endian: 'be' }), 0x1000),
  ];
  return media.map((bytes) => ({ bytes, fields: fieldsOf(bytes) }));
}

function fieldsOf(bytes: Uint8Array): { offset: number; size: number }[] {
  const latin = Buffer.from(bytes).toString('latin1');
  return [...latin.matchAll(/[CDFG]BGC|CGB[CDFG]/g)].flatMap(({ index }) =>
    [4, 8, 16, 20, 24, 28, 32, 36, 40, 44]
      .map((offset) => ({ offset: index + offset, size: 4 }))
      .filter(({ offset }) => offset + 4 <= bytes.length),
  );
}

const zones = zonesOf(tiny, total, 2);

/** A device with these records. */
export function encode(records: readonly ZoneRecord[], more = {}): Uint8Array<ArrayBuffer> {
  return encodeZones({ zones, records, size: total, ...more });
}
