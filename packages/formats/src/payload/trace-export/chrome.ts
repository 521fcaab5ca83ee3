import { asciiJson } from '../../bytes/hostile.js';
import type { TraceCall } from '../ftrace-trace.js';
import { cpusOf, hexAddress, type PlacedCall, placedCalls, trackTitle } from './order.js';

/** Of the one process that the tracks belong to. */
const processId = 1;

/**
 * The same trace in the JSON of chrome://tracing (Trace Event Format): an instant a call on the thread of its CPU. `ts`
 * counts calls.
 */
export function chromeTrace(calls: readonly TraceCall[]): string {
  const events = [
    { name: 'process_name', ph: 'M', pid: processId, args: { name: trackTitle } },
    ...cpusOf(calls).flatMap((cpu, rank) => [
      { name: 'thread_name', ph: 'M', pid: processId, tid: cpu, args: { name: `CPU ${cpu}` } },
      { name: 'thread_sort_index', ph: 'M', pid: processId, tid: cpu, args: { sort_index: rank } },
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
    pid: processId,
    tid: call.cpu,
    args: { caller, ip: hexAddress(call.ip), parent_ip: hexAddress(call.parentIp), ...numbered },
  };
}
