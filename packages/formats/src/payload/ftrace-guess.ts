import type { Endian } from '../bytes/struct.js';
import { isSince, type KernelVersion } from '../kernel-version.js';
import { decodeFtraceCall, type FtraceCall, ftraceRecordSize, readFtraceCalls } from './ftrace.js';
import type { FtraceLayout } from './ftrace-layout.js';

/** A layout and whether the bytes spoke for it. */
export interface GuessedLayout {
  readonly layout: FtraceLayout;
  /** False when no candidate fitted better than chance: the 64-bit form of that kernel was taken. */
  readonly evident: boolean;
}

/**
 * Which of the record layouts the rings of one medium have. Nothing on the medium says it: kernel addresses, counters
 * that rise in small steps, and one CPU a ring tell.
 * @param rings the unrolled rings, one for each CPU where they are apart; each ends with a whole record
 */
export function guessFtraceLayout(rings: readonly Uint8Array[], endian: Endian, kernel: KernelVersion): GuessedLayout {
  let best: GuessedLayout & { readonly score: number } = {
    layout: candidates(endian, kernel)[0] as FtraceLayout,
    evident: false,
    score: 0.4,
  };
  for (const layout of candidates(endian, kernel)) {
    const score = mean(rings.map((ring) => plausibility(ring, layout)).filter((s) => s !== null));
    if (score > best.score) best = { layout, evident: true, score };
  }
  return { layout: best.layout, evident: best.evident };
}

function candidates(endian: Endian, kernel: KernelVersion): FtraceLayout[] {
  const stamped = isSince(kernel, 4, 9);
  const topBitRestored = isSince(kernel, 7, 0);
  const of = (wordSize: 4 | 8, cpuInIp: 0 | 1 | 3): FtraceLayout => {
    return { endian, wordSize, stamped, cpuInIp, topBitRestored: topBitRestored && cpuInIp === 0 };
  };
  return [of(8, 0), of(4, 0), of(4, 3), of(4, 1)];
}

/** Bytes that `looksLikeTrace` looks at: four records, begun anywhere. */
export const traceStretch = 5 * 24 - 1;

/**
 * Whether the beginning of a ring is records of a trace, begun at any byte of one. For places that chance finds: strict,
 * so that damage of a few bytes hides a trace.
 */
export function looksLikeTrace(ring: Uint8Array, endian: Endian, kernel: KernelVersion): boolean {
  return candidates(endian, kernel).some((layout) => {
    const step = ftraceRecordSize(layout);
    for (let shift = 0; shift < step; shift++) {
      const end = ring.length - ((ring.length - shift) % step);
      if (!hasHighWords(ring, shift, end, layout)) continue;
      const calls = readFtraceCalls(ring.subarray(shift, end), layout);
      if (calls.length < 4 || !calls.every((call) => isCall(call, layout))) continue;
      // Where the ring was written last its order breaks.
      const breaks = calls.slice(1).filter((call, i) => !follows(calls[i] as FtraceCall, call, layout));
      if (breaks.length <= 1) return true;
    }
    return false;
  });
}

/** Whether the highest byte of each address can be one of a kernel: at most places it is not, and nothing is decoded. */
function hasHighWords(ring: Uint8Array, from: number, end: number, layout: FtraceLayout): boolean {
  const { endian, wordSize } = layout;
  const highest = endian === 'le' ? wordSize - 1 : 0;
  const isHigh = (byte = 0) =>
    wordSize === 4 ? byte >= 0x40 : byte === 0xff || byte === 0xc0 || byte === 0x7f || byte === 0x40;
  const step = ftraceRecordSize(layout);
  for (let at = from + highest; at < end; at += step)
    if (!isHigh(ring[at]) || !isHigh(ring[at + wordSize])) return false;
  return true;
}

/** Both addresses can be code of a kernel, and not of one place. All ones, and small negative numbers, are none. */
function isCall({ ip, parentIp }: FtraceCall, layout: FtraceLayout): boolean {
  const highest = layout.wordSize === 8 ? 0x7fff_ffff_ff00_0000n : 0x7fff_0000n;
  const isCode = (address: bigint) => isKernelAddress(address, layout) && (address & highest) !== highest;
  return ip !== parentIp && isCode(ip) && isCode(parentIp);
}

/** 0 to 1: the share of records that look right; null when the ring holds no whole record or nothing but zeros. */
function plausibility(ring: Uint8Array, layout: FtraceLayout): number | null {
  const step = ftraceRecordSize(layout);
  let before: FtraceCall | null = null;
  let records = 0;
  let good = 0;
  // The end of a long ring is enough; it is what was written last.
  const first = Math.max(ring.length % step, ring.length - sample * step);
  for (let at = first; at + step <= ring.length; at += step) {
    const call = decodeFtraceCall(ring, at, layout);
    if (call.ip === 0n && call.parentIp === 0n && (call.counter ?? 0n) === 0n) continue;
    records += 1;
    if (isKernelAddress(call.ip, layout)) good += 0.3;
    if (isKernelAddress(call.parentIp, layout)) good += 0.3;
    if (before === null || follows(before, call, layout)) good += 0.4;
    before = call;
  }
  return records === 0 ? null : good / records;
}

const sample = 256;

/** Top 16 bits ffff or c000 (ppc64), the same with the top bit cleared; the upper half of a 32-bit space. */
function isKernelAddress(address: bigint, layout: FtraceLayout): boolean {
  if (layout.wordSize === 4) return address >= 0x80000000n || (layout.topBitRestored && address >= 0x40000000n);
  const top = address >> 48n;
  return top === 0xffffn || top === 0xc000n || top === 0x7fffn || top === 0x4000n;
}

/** Same CPU, and a counter that rises by less than 2^20 calls. (An interrupt can swap neighbours.) */
function follows(before: FtraceCall, call: FtraceCall, layout: FtraceLayout): boolean {
  if (call.counter === undefined || before.counter === undefined) return call.cpu < 4096;
  const step = call.counter - before.counter;
  // Where ip holds the CPU the counter is not shifted: every step a multiple of 256 would mean the other layout.
  if (layout.cpuInIp !== 0 && step % 256n === 0n) return false;
  return call.cpu === before.cpu && step > -1024n && step < 1n << 20n;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
