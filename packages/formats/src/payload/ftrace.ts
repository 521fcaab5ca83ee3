import { type Endian, type Struct, struct, u32, u64 } from '../bytes/struct.js';

/** One traced call, as stored. Addresses are 4 or 8 bytes wide on the medium. */
export interface FtraceCall {
  readonly ip: bigint;
  readonly parentIp: bigint;
  readonly cpu: number;
  /** A counter of calls, not a time; absent before 4.9. */
  readonly counter?: bigint;
}

/** `struct pstore_ftrace_record` (include/linux/pstore.h), by ABI and age of the writer. */
export interface FtraceLayout {
  readonly endian: Endian;
  /** Bytes of an address. */
  readonly wordSize: 4 | 8;
  /** Since 4.9 a counter with the CPU in its low byte; before that the CPU alone. */
  readonly stamped: boolean;
  /** 32-bit ARM keeps the CPU in the low bits of ip: this mask; 0 elsewhere (PSTORE_CPU_IN_IP). */
  readonly cpuInIp: 0 | 1 | 3;
  /** Since 7.x addresses are stored without the KASLR offset, those outside the kernel with the top bit cleared. */
  readonly topBitRestored: boolean;
}

const stamped64 = struct<Stamped<bigint>>('pstore_ftrace_record, 64-bit, since 4.9', {
  ip: u64('address of the traced function'),
  parentIp: u64('address it was called from'),
  stamp: u64('counter << 8 | cpu'),
});

const stamped32 = struct<Stamped<number>>('pstore_ftrace_record, 32-bit, since 4.9', {
  ip: u32('address of the traced function'),
  parentIp: u32('address it was called from'),
  stamp: u64('counter << 8 | cpu; the counter alone where ip holds the cpu'),
});

const plain64 = struct<{ ip: bigint; parentIp: bigint; cpu: number; padding: number }>(
  'pstore_ftrace_record, 64-bit, 3.6 to 4.8',
  {
    ip: u64('address of the traced function'),
    parentIp: u64('address it was called from'),
    cpu: u32('cpu'),
    padding: u32('0'),
  },
);

const plain32 = struct<{ ip: number; parentIp: number; cpu: number }>('pstore_ftrace_record, 32-bit, 3.6 to 4.8', {
  ip: u32('address of the traced function'),
  parentIp: u32('address it was called from'),
  cpu: u32('cpu'),
});

const plainArm = struct<{ ip: number; parentIp: number }>('pstore_ftrace_record, 32-bit ARM, 3.6 to 4.8', {
  ip: u32('address of the traced function, cpu in its low bits'),
  parentIp: u32('address it was called from'),
});

interface Stamped<Word> {
  readonly ip: Word;
  readonly parentIp: Word;
  readonly stamp: bigint;
}

/** The layout tables, for documentation and other people's grammars. */
export const ftraceRecords = { stamped64, stamped32, plain64, plain32, plainArm };

/** Bytes of one record. */
export function ftraceRecordSize(layout: FtraceLayout): number {
  return tableOf(layout).size;
}

/** The record at `at`. @throws FormatError `bytes.short` when it is cut */
export function decodeFtraceCall(bytes: Uint8Array, at: number, layout: FtraceLayout): FtraceCall {
  const { cpuInIp, endian } = layout;
  const raw = tableOf(layout).decode(bytes, at, endian);
  const ip = BigInt(raw.ip);
  const parentIp = BigInt(raw.parentIp);
  const ipCpu = Number(ip & BigInt(cpuInIp));
  if ('stamp' in raw) {
    return cpuInIp === 0
      ? { ip, parentIp, cpu: Number(raw.stamp & 0xffn), counter: raw.stamp >> 8n }
      : { ip, parentIp, cpu: ipCpu, counter: raw.stamp };
  }
  return { ip, parentIp, cpu: 'cpu' in raw ? raw.cpu : ipCpu };
}

/** The inverse of `decodeFtraceCall`; `call.cpu` is in `call.ip` already where the layout keeps it there. */
export function encodeFtraceCall(call: FtraceCall, layout: FtraceLayout): Uint8Array {
  const { endian } = layout;
  const counter = call.counter ?? 0n;
  const stamp = layout.cpuInIp === 0 ? (counter << 8n) | BigInt(call.cpu & 0xff) : counter;
  const words = { ip: Number(call.ip), parentIp: Number(call.parentIp) };
  if (layout.wordSize === 8) {
    const { ip, parentIp } = call;
    return layout.stamped
      ? stamped64.encode({ ip, parentIp, stamp }, endian)
      : plain64.encode({ ip, parentIp, cpu: call.cpu, padding: 0 }, endian);
  }
  if (layout.stamped) return stamped32.encode({ ...words, stamp }, endian);
  return layout.cpuInIp === 0 ? plain32.encode({ ...words, cpu: call.cpu }, endian) : plainArm.encode(words, endian);
}

/**
 * The line that the kernel prints of a call, without symbols: it prints the raw address there when it finds none.
 * (pstore_ftrace_seq_show, fs/pstore/inode.c)
 */
export function formatFtraceCall(call: FtraceCall, layout: FtraceLayout): string {
  const digits = layout.wordSize * 2;
  const ip = restored(call.ip, layout).toString(16);
  const parent = restored(call.parentIp, layout).toString(16);
  const numbers = `${ip.padStart(8, '0')}  ${parent.padStart(8, '0')}`;
  const names = `0x${ip.padStart(digits, '0')} <- 0x${parent.padStart(digits, '0')}`;
  const head = call.counter === undefined ? `${call.cpu}` : `CPU:${call.cpu} ts:${call.counter}`;
  return `${head} ${numbers}  ${names}\n`;
}

/**
 * The text of a file of trace records: what is over at the front is dropped, then every whole record is a line.
 * @param size bytes of the file that the kernel counts: up to 6.14 the ECC notice behind the records too
 */
export function ftraceText(bytes: Uint8Array, layout: FtraceLayout, size = bytes.length): string {
  const step = ftraceRecordSize(layout);
  const lines: string[] = [];
  for (let at = size % step; at + step <= bytes.length && at + step <= size; at += step) {
    lines.push(formatFtraceCall(decodeFtraceCall(bytes, at, layout), layout));
  }
  return lines.join('');
}

function restored(address: bigint, layout: FtraceLayout): bigint {
  return layout.topBitRestored ? address | (1n << BigInt(layout.wordSize * 8 - 1)) : address;
}

function tableOf(layout: FtraceLayout): Struct<RawCall> {
  const { wordSize, stamped, cpuInIp } = layout;
  if (wordSize === 8) return (stamped ? stamped64 : plain64) as Struct<RawCall>;
  if (stamped) return stamped32 as Struct<RawCall>;
  return (cpuInIp === 0 ? plain32 : plainArm) as Struct<RawCall>;
}

type RawCall = { ip: bigint | number; parentIp: bigint | number } & ({ stamp: bigint } | { cpu: number } | object);
