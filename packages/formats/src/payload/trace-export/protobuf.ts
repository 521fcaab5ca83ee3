/**
 * A message of protocol buffers as its parts, outermost last: what it takes to write one (protobuf.dev, Encoding). Fields
 * are written in the order given; there is no reader.
 */
export type Message = readonly Uint8Array[];

const varintType = 0;
const bytesType = 2;

/** A field of type uint32, uint64, enum or bool. @throws RangeError when the value is no u64 */
export function varintField(field: number, value: bigint | number): Message {
  return [varint(BigInt(field << 3) | BigInt(varintType)), varint(BigInt(value))];
}

/** A field of type string. */
export function stringField(field: number, value: string): Message {
  return messageField(field, [new TextEncoder().encode(value)]);
}

/** A field that holds a message. */
export function messageField(field: number, message: Message): Message {
  const length = message.reduce((sum, part) => sum + part.length, 0);
  return [varint(BigInt(field << 3) | BigInt(bytesType)), varint(BigInt(length)), ...message];
}

/** The bytes of a message, as new memory. */
export function messageBytes(message: Message): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(message.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of message) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Seven bits a byte, lowest first, the top bit set in all but the last. */
function varint(value: bigint): Uint8Array {
  if (value < 0n || value >= 1n << 64n) throw new RangeError(`${value} is no u64`);
  const groups: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) groups.push(Number(rest & 0x7fn) | 0x80);
  groups.push(Number(rest));
  return Uint8Array.from(groups);
}
