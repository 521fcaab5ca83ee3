import { asciiJson } from '../../bytes/hostile.js';
import type { TraceCall } from '../ftrace-trace.js';
import { cpusOf, hexAddress, type PlacedCall, parentTrack, placedCalls, trackOf, trackTitle } from './order.js';

/**
 * The same trace in the JSON of chrome://tracing (Trace Event Format): an instant a call on the thread of its CPU, whose
 * id is 2 higher: to viewers 0 is no thread, and that of the process its main one. `ts` counts calls.
 */
export function chromeTrace(calls: readonly TraceCall[]): string {
  const events = [
    { name: 'process_name', ph: 'M', pid: parentTrack, args: { name: trackTitle } },
    ...cpusOf(calls).flatMap((cpu, rank) => [
      { name: 'thread_name', ph: 'M', pid: parentTrack, tid: trackOf(cpu), args: { name: `CPU ${cpu}` } },
      { name: 'thread_sort_index', ph: 'M', pid: parentTrack, tid: trackOf(cpu), args: { sort_index: rank } },
    ]),
    ...placedCalls(calls).map(instant),
  ];
  return `{"displayTimeUnit":"ms","otherData":{"axis":${asciiJson(trackTitle)}},"traceEvents":[\n${events
    .map((event) => asciiJson(event))
    .join(',\n')}\n]}\n`;
}

function instant({ call, place }: PlacedCall) {
  const { counter, caller } = call;
  const numbered = counter === undefined ? {} : { call_number: `${counter}` };
  return {
    name: call.function,
    cat: 'ftrace',
    ph: 'i',
    s: 't',
    ts: Number(place),
    pid: parentTrack,
    tid: trackOf(call.cpu),
    args: { caller, ip: hexAddress(call.ip), parent_ip: hexAddress(call.parentIp), ...numbered },
  };
}
