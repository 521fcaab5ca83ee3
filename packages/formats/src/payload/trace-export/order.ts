import type { TraceCall } from '../ftrace-trace.js';

/** What viewers show beside the tracks, so that nobody reads the axis as time. */
export const trackTitle = 'pstore ftrace: order of calls, not time';

/** Number of the track that the tracks of the processors stand below. */
export const parentTrack = 1;

/** Number of the track of a processor: none is 0, which viewers take for no number at all. */
export function trackOf(cpu: number): number {
  return parentTrack + 1 + cpu;
}

/** A call and its place on the axis. */
export interface PlacedCall {
  readonly call: TraceCall;
  /** The number of the call; of kernels before 4.9, which store none, its place in the trace. */
  readonly place: bigint;
}

/** A counter above this is not one that a kernel can have reached: it is shown at the end of the axis. */
const lastPlace = BigInt(Number.MAX_SAFE_INTEGER);

export function placedCalls(calls: readonly TraceCall[]): readonly PlacedCall[] {
  return calls.map((call, i) => {
    const { counter = BigInt(i) } = call;
    return { call, place: counter < lastPlace ? counter : lastPlace };
  });
}

/** The processors of a trace, ascending. */
export function cpusOf(calls: readonly TraceCall[]): readonly number[] {
  return [...new Set(calls.map(({ cpu }) => cpu))].sort((a, b) => a - b);
}

export function hexAddress(address: bigint): string {
  return `0x${address.toString(16)}`;
}
