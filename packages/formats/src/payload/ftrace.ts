import { type FtraceLayout, ftraceRecords, tableOf } from './ftrace-layout.js';

/** One traced call, as stored. Addresses are 4 or 8 bytes wide on the medium. */
export interface FtraceCall {
  readonly ip: bigint;
  readonly parentIp: bigint;
  readonly cpu: number;
  /** A counter of calls, not a time; absent before 4.9. */
  readonly counter?: bigint;
}

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
  const { stamped64, stamped32, plain64, plain32, plainArm } = ftraceRecords;
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
