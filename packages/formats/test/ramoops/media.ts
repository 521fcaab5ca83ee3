import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import type { KernelVersion } from '../../src/index.js';
import { encodeFtraceCall, type FtraceLayout } from '../../src/payload/index.js';
import {
  type Arrangement,
  arrangementOf,
  encodeRamoops,
  type RamoopsRecord,
  type RamoopsSizes,
  ramoopsZones,
  type Zone,
} from '../../src/ramoops/index.js';
import { bytesOf } from './read.js';

/** A region as a kernel would have left it, and what it was made from. */
export interface Medium {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sizes: RamoopsSizes;
  readonly kernel: KernelVersion;
  readonly endian: 'le' | 'be';
  readonly arrangement: Arrangement;
  readonly zones: readonly Zone[];
  readonly records: readonly RamoopsRecord[];
  /** What each record says once it is read: text for dumps, whole trace records for ftrace. */
  readonly texts: ReadonlyMap<RamoopsRecord, Uint8Array>;
}

const kernels: readonly KernelVersion[] = [
  { major: 4, minor: 19, sublevel: 7 },
  { major: 5, minor: 10, sublevel: 200 },
  { major: 6, minor: 1, sublevel: 192 },
  { major: 6, minor: 6, sublevel: 3 },
  { major: 7, minor: 2, sublevel: 13 },
];

/** What a medium is made from: small, so that a counterexample can be read. */
export interface Choice {
  readonly kernel: KernelVersion;
  readonly endian: 'le' | 'be';
  readonly eccSize: number;
  readonly recordExponent: number;
  readonly dumps: number;
  /** Bytes that are no whole dump zone. */
  readonly extra: number;
  readonly consoleExponent: number;
  /** 0: no pmsg zone. */
  readonly pmsgExponent: number;
  /** 0: no ftrace zones. */
  readonly cpus: number;
  readonly dumpCount: number;
  readonly consoleLines: number;
  readonly pmsgLines: number;
  readonly calls: number;
  readonly words: readonly string[];
  readonly compressed: boolean;
}

/** Media as machines have them: some dumps, a console and pmsg text that may wrap, perhaps ftrace of some CPUs. */
export const choices: fc.Arbitrary<Choice> = fc.record({
  kernel: fc.constantFrom(...kernels),
  endian: fc.constantFrom('le' as const, 'be' as const),
  eccSize: fc.constantFrom(0, 8, 16, 32),
  recordExponent: fc.integer({ min: 12, max: 14 }),
  dumps: fc.integer({ min: 1, max: 5 }),
  extra: fc.constantFrom(0, 0x400, 0x1000, 0x1800),
  consoleExponent: fc.integer({ min: 12, max: 14 }),
  pmsgExponent: fc.constantFrom(0, 12, 13),
  cpus: fc.constantFrom(0, 1, 2, 3, 4),
  dumpCount: fc.integer({ min: 1, max: 5 }),
  consoleLines: fc.integer({ min: 1, max: 700 }),
  pmsgLines: fc.integer({ min: 1, max: 400 }),
  calls: fc.integer({ min: 1, max: 300 }),
  words: fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }), { minLength: 5, maxLength: 30 }),
  compressed: fc.boolean(),
});

/** The region that a kernel would have left. */
export function mediumOf(choice: Choice): Medium {
  const { kernel, endian, eccSize } = choice;
  const recordSize = 2 ** choice.recordExponent;
  const consoleSize = 2 ** choice.consoleExponent;
  const pmsgSize = choice.pmsgExponent === 0 ? 0 : 2 ** choice.pmsgExponent;
  const ftraceSize = choice.cpus === 0 ? 0 : 0x4000;
  const memSize = recordSize * choice.dumps + choice.extra + consoleSize + pmsgSize + ftraceSize;
  const sizes = { memSize, recordSize, consoleSize, ftraceSize, pmsgSize, eccSize };
  const arrangement = arrangementOf(kernel);
  const zones = ramoopsZones(sizes, arrangement, Math.max(1, choice.cpus)) ?? [];
  const records: RamoopsRecord[] = [];
  const texts = new Map<RamoopsRecord, Uint8Array>();
  const add = (record: RamoopsRecord, text: Uint8Array): void => {
    records.push(record);
    texts.set(record, text);
  };
  const room = (zone: Zone) => Math.floor((zone.size * 3) / 4);
  for (const zone of zones) {
    const { type, index } = zone;
    if (type === 'dmesg' && index < choice.dumpCount) {
      const full = dumpText(choice, index);
      const plain = choice.compressed ? full : full.subarray(0, room(zone) - 40);
      const stored = choice.compressed ? new Uint8Array(deflateRawSync(plain)) : plain;
      if (stored.length > room(zone) - 40) continue;
      const time = { seconds: 1795210805n + BigInt(index), nanoseconds: 123_456_000 };
      add({ type, index, payload: stored, time, compressed: choice.compressed }, plain);
    } else if (type === 'console') {
      const lines = Array.from(
        { length: choice.consoleLines },
        (_, i) => `[${(i * 0.01).toFixed(6).padStart(12)}] ${word(choice, i)}\n`,
      );
      const payload = bytesOf(lines.join(''));
      add({ type, index, payload }, payload);
    } else if (type === 'pmsg') {
      const payload = bytesOf(
        Array.from({ length: choice.pmsgLines }, (_, i) => `user ${i} ${word(choice, i)}\n`).join(''),
      );
      add({ type, index, payload }, payload);
    } else if (type === 'ftrace') {
      const payload = trace(choice, index);
      add({ type, index, payload }, payload);
    }
  }
  const blockCount = arrangement.blockCount;
  const bytes = encodeRamoops({ zones, records, memSize, eccSize, blockCount, kernel, endian });
  return { bytes, sizes, kernel, endian, arrangement, zones, records, texts };
}

/** The 64-bit records of a kernel since 4.9. */
function traceLayout(medium: { readonly kernel: KernelVersion; readonly endian: 'le' | 'be' }): FtraceLayout {
  const { kernel, endian } = medium;
  return { endian, wordSize: 8, stamped: true, cpuInIp: 0, topBitRestored: kernel.major >= 7 };
}

function trace(choice: Choice, cpu: number): Uint8Array {
  const layout = traceLayout(choice);
  const calls = Array.from({ length: choice.calls }, (_, i) => {
    const ip = 0xffffffff81000000n + BigInt(i * 16);
    return encodeFtraceCall({ ip, parentIp: ip + 4096n, cpu, counter: BigInt(1000 + i * 3 + cpu) }, layout);
  });
  return new Uint8Array(Buffer.concat(calls));
}

function dumpText(choice: Choice, index: number): Uint8Array {
  const { major, minor, sublevel } = choice.kernel;
  const lines = Array.from({ length: 60 }, (_, i) => `<6>[${(i * 0.01).toFixed(6).padStart(12)}] ${word(choice, i)}\n`);
  const tainted = `<4>[    1.234567] CPU: 0 PID: 1 Comm: sh Not tainted ${major}.${minor}.${sublevel} #1\n`;
  return bytesOf(`Oops#${index + 1} Part1\n${lines.join('')}${tainted}`);
}

function word(choice: Choice, i: number): string {
  return (choice.words[i % choice.words.length] ?? '').replaceAll('=', '-');
}
