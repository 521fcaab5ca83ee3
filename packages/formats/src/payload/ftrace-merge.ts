import { concat, slice, type TracedBytes } from '../bytes/traced.js';
import { decodeFtraceCall, ftraceRecordSize } from './ftrace.js';
import type { FtraceLayout } from './ftrace-layout.js';

/**
 * The rings of all CPUs as one, by counter, as the kernel merges them (pstore_ftrace_combine_log, fs/pstore/platform.c):
 * one ring after the other into what is there, equal counters in favour of the newcomer. What is over at the front of
 * a ring is dropped.
 */
export function mergeFtrace(rings: readonly TracedBytes[], layout: FtraceLayout): TracedBytes {
  const step = ftraceRecordSize(layout);
  const merged = rings.map((ring) => callsOf(ring, layout)).reduce(mergeTwo, []);
  const parts: TracedBytes[] = [];
  for (let from = 0; from < merged.length; ) {
    const first = merged[from] as StoredCall;
    let to = from + 1;
    while (merged[to]?.ring === first.ring && merged[to]?.at === first.at + (to - from) * step) to += 1;
    parts.push(slice(first.ring, first.at, first.at + (to - from) * step));
    from = to;
  }
  return concat(...parts);
}

/** Where a record stands: merging moves these, the bytes are cut once at the end. */
interface StoredCall {
  readonly ring: TracedBytes;
  readonly at: number;
  readonly counter: bigint;
}

function callsOf(ring: TracedBytes, layout: FtraceLayout): StoredCall[] {
  const step = ftraceRecordSize(layout);
  const calls: StoredCall[] = [];
  for (let at = ring.bytes.length % step; at < ring.bytes.length; at += step) {
    calls.push({ ring, at, counter: decodeFtraceCall(ring.bytes, at, layout).counter ?? 0n });
  }
  return calls;
}

function mergeTwo(left: readonly StoredCall[], right: readonly StoredCall[]): StoredCall[] {
  const merged: StoredCall[] = [];
  let j = 0;
  for (const call of left) {
    for (let other = right[j]; other !== undefined && other.counter <= call.counter; other = right[++j])
      merged.push(other);
    merged.push(call);
  }
  for (const call of right.slice(j)) merged.push(call);
  return merged;
}
