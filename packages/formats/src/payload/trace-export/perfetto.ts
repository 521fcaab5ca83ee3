import type { TraceCall } from '../ftrace-trace.js';
import { cpusOf, type PlacedCall, parentTrack, placedCalls, trackOf, trackTitle } from './order.js';
import { type Message, messageBytes, messageField, stringField, varintField } from './protobuf.js';

/** Field numbers of the published schema (google/perfetto, protos/perfetto/trace/, as of v54). */
const trace = { packet: 1 } as const;
const tracePacket = { timestamp: 8, trustedPacketSequenceId: 10, trackEvent: 11, trackDescriptor: 60 } as const;
const trackDescriptor = { uuid: 1, name: 2, parentUuid: 5, childOrdering: 11, siblingOrderRank: 12 } as const;
const trackEvent = { debugAnnotations: 4, type: 9, trackUuid: 11, categories: 22, name: 23 } as const;
const debugAnnotation = { uintValue: 3, stringValue: 6, pointerValue: 7, name: 10 } as const;
const typeInstant = 3;
const orderingExplicit = 3;

/** Nanoseconds a call: viewers show whole microseconds well. */
const unit = 1000n;

/**
 * A trace for Perfetto (protobuf): one track a CPU, an instant a call, the caller and both addresses as its arguments.
 * The axis counts calls, a microsecond each; no durations, for the kernel records none.
 */
export function perfettoTrace(calls: readonly TraceCall[]): Uint8Array<ArrayBuffer> {
  const parent = [
    ...varintField(trackDescriptor.uuid, parentTrack),
    ...stringField(trackDescriptor.name, trackTitle),
    ...varintField(trackDescriptor.childOrdering, orderingExplicit),
  ];
  const tracks = [parent, ...cpusOf(calls).map(cpuTrack)].map((track) =>
    packet([], messageField(tracePacket.trackDescriptor, track)),
  );
  const events = placedCalls(calls).map(instant);
  return messageBytes([...tracks, ...events].flat());
}

/** A packet of our one writer; the fields of every message stand in the order of their numbers. */
function packet(before: Message, data: Message): Message {
  return messageField(trace.packet, [...before, ...varintField(tracePacket.trustedPacketSequenceId, 1), ...data]);
}

function cpuTrack(cpu: number, rank: number): Message {
  return [
    ...varintField(trackDescriptor.uuid, trackOf(cpu)),
    ...stringField(trackDescriptor.name, `CPU ${cpu}`),
    ...varintField(trackDescriptor.parentUuid, parentTrack),
    ...varintField(trackDescriptor.siblingOrderRank, rank),
  ];
}

function instant({ call, place }: PlacedCall): Message {
  const { counter } = call;
  const event = [
    ...annotation('caller', stringField(debugAnnotation.stringValue, call.caller)),
    ...annotation('ip', varintField(debugAnnotation.pointerValue, call.ip)),
    ...annotation('parent_ip', varintField(debugAnnotation.pointerValue, call.parentIp)),
    ...(counter === undefined ? [] : annotation('call_number', varintField(debugAnnotation.uintValue, counter))),
    ...varintField(trackEvent.type, typeInstant),
    ...varintField(trackEvent.trackUuid, trackOf(call.cpu)),
    ...stringField(trackEvent.categories, 'ftrace'),
    ...stringField(trackEvent.name, call.function),
  ];
  return packet(varintField(tracePacket.timestamp, place * unit), messageField(tracePacket.trackEvent, event));
}

function annotation(name: string, value: Message): Message {
  return messageField(trackEvent.debugAnnotations, [...value, ...stringField(debugAnnotation.name, name)]);
}
