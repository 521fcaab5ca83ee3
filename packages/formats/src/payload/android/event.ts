/** A value of an event (EVENT_TYPE_*, log/log_event_list.h). Text is as stored: no encoding is promised. */
export type LogEventValue =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'long'; readonly value: bigint }
  | { readonly type: 'string'; readonly text: Uint8Array }
  | { readonly type: 'list'; readonly values: readonly LogEventValue[] }
  | { readonly type: 'float'; readonly value: number };

/** The entry of a binary buffer. */
export interface LogEvent {
  /** Number of the event; event-log-tags names it. */
  readonly tag: number;
  /** Null where the event has none, or none that can be read. */
  readonly value: LogEventValue | null;
  /** False when the value is cut or of no known type: what is shown is what stands before that. */
  readonly isComplete: boolean;
  /** Bytes that tag and value take. */
  readonly size: number;
}

/** Lists inside lists: liblog writes 8 at most (ANDROID_MAX_LIST_NEST_DEPTH). */
const deepest = 16;

/**
 * The event in a payload: an i32 and one value, little-endian. Null when even the number is cut.
 * @param mostValues after as many it counts as incomplete; a payload has fewer values than bytes
 */
export function decodeEvent(payload: Uint8Array, mostValues = payload.length): LogEvent | null {
  if (payload.length < 4) return null;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const tag = view.getUint32(0, true);
  const walk: Walk = { payload, view, at: 4, left: mostValues, isComplete: true };
  const value = payload.length === 4 ? null : readValue(walk, 0);
  return { tag, value, isComplete: walk.isComplete, size: walk.at };
}

interface Walk {
  readonly payload: Uint8Array;
  readonly view: DataView;
  at: number;
  left: number;
  isComplete: boolean;
}

function readValue(walk: Walk, depth: number): LogEventValue | null {
  const { payload, view } = walk;
  const room = payload.length - walk.at - 1;
  const type = room < 0 || walk.left === 0 ? -1 : payload[walk.at];
  const at = walk.at + 1;
  walk.left -= 1;
  const takes = (bytes: number) => {
    walk.at = at + bytes;
    return true;
  };
  if (type === 0 && room >= 4 && takes(4)) return { type: 'int', value: view.getInt32(at, true) };
  if (type === 1 && room >= 8 && takes(8)) return { type: 'long', value: view.getBigInt64(at, true) };
  if (type === 4 && room >= 4 && takes(4)) return { type: 'float', value: view.getFloat32(at, true) };
  if (type === 2 && room >= 4) {
    const length = view.getUint32(at, true);
    const end = Math.min(payload.length, at + 4 + length);
    if (length > room - 4) walk.isComplete = false;
    walk.at = end;
    return { type: 'string', text: payload.subarray(at + 4, end) };
  }
  if (type === 3 && room >= 1 && depth < deepest && takes(1)) return readList(walk, payload[at] as number, depth + 1);
  walk.isComplete = false;
  return null;
}

function readList(walk: Walk, count: number, depth: number): LogEventValue {
  const values: LogEventValue[] = [];
  while (values.length < count && walk.isComplete) {
    const value = readValue(walk, depth);
    if (value !== null) values.push(value);
  }
  return { type: 'list', values };
}

/** The value as logcat prints it, without units: numbers in decimal, `[a,b]`, and `!` where it breaks off. */
export function eventMessage({ value, isComplete }: LogEvent): Uint8Array {
  const parts: Uint8Array[] = [];
  if (value !== null) printValue(value, isComplete, parts);
  if (!isComplete) parts.push(ascii('!'));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function printValue(value: LogEventValue, isComplete: boolean, parts: Uint8Array[]): void {
  if (value.type === 'string') parts.push(value.text);
  else if (value.type === 'float') parts.push(ascii(floatText(value.value)));
  else if (value.type !== 'list') parts.push(ascii(`${value.value}`));
  else {
    parts.push(ascii('['));
    value.values.forEach((item, i) => {
      if (i > 0) parts.push(ascii(','));
      printValue(item, isComplete, parts);
    });
    // A list that breaks off stays open.
    if (isComplete) parts.push(ascii(']'));
  }
}

/** `%f` of C. */
function floatText(value: number): string {
  if (Number.isFinite(value)) return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
