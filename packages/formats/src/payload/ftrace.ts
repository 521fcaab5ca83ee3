import { type FtraceLayout, ftraceRecords, tableOf } from './ftrace-layout.js';
import { functionName, hex, noSymbols, placeName, type SymbolLookup } from './ftrace-names.js';

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
 * The line that the kernel prints of a call: where it finds no symbol it prints the raw address.
 * (pstore_ftrace_seq_show, fs/pstore/inode.c)
 * @param symbols names of the kernel that wrote; none when absent
 */
export function formatFtraceCall(call: FtraceCall, layout: FtraceLayout, symbols: SymbolLookup = noSymbols): string {
  const ip = restoredAddress(call.ip, layout);
  const parentIp = restoredAddress(call.parentIp, layout);
  const numbers = `${hex(ip, 8)}  ${hex(parentIp, 8)}`;
  const names = `${functionName(ip, layout.wordSize, symbols)} <- ${placeName(parentIp, layout.wordSize, symbols)}`;
  const head = call.counter === undefined ? `${call.cpu}` : `CPU:${call.cpu} ts:${call.counter}`;
  return `${head} ${numbers}  ${names}\n`;
}

/** The whole records of a file in their order: what is over at the front is dropped. */
export function readFtraceCalls(bytes: Uint8Array, layout: FtraceLayout, size = bytes.length): FtraceCall[] {
  const step = ftraceRecordSize(layout);
  const calls: FtraceCall[] = [];
  for (let at = size % step; at + step <= bytes.length && at + step <= size; at += step) {
    calls.push(decodeFtraceCall(bytes, at, layout));
  }
  return calls;
}

/**
 * The text of a file of trace records, a line for each.
 * @param size bytes of the file that the kernel counts: up to 6.14 the ECC notice behind the records too
 */
export function ftraceText(
  bytes: Uint8Array,
  layout: FtraceLayout,
  size = bytes.length,
  symbols: SymbolLookup = noSymbols,
): string {
  return readFtraceCalls(bytes, layout, size)
    .map((call) => formatFtraceCall(call, layout, symbols))
    .join('');
}

/** The address that was traced: since 7.x the top bit of one outside the kernel proper is not stored. */
export function restoredAddress(address: bigint, layout: FtraceLayout): bigint {
  return layout.topBitRestored ? address | (1n << BigInt(layout.wordSize * 8 - 1)) : address;
}
