import type { Endian } from '../bytes/struct.js';
import type { DumpReason, Timestamp } from '../record.js';
import { type Abi, kmsgHeaderOf, kmsgHeaders, kmsgMagic } from './layout.js';

/** The header of a dump, whatever ABI wrote it. */
export interface KmsgHeader {
  readonly abi: Abi;
  /** Bytes of it: the payload follows. */
  readonly size: number;
  readonly time: Timestamp;
  readonly compressed: boolean;
  /** Oopses or panics that this medium has seen, this one included; else 0. */
  readonly counter: number;
  readonly reason: DumpReason;
  /** False when a field has a value that no writer gives it. */
  readonly isSane: boolean;
}

/** Reasons by their number since 5.8 (enum kmsg_dump_reason); all others are `Unknown`. */
const reasons: readonly DumpReason[] = ['Unknown', 'Panic', 'Oops', 'Emergency', 'Shutdown'];

const abis = Object.keys(kmsgHeaders) as Abi[];

/**
 * The header at `at`: nothing names the ABI, so it is the first under which every field is sane; where it is damaged,
 * `usual`. Null when the magic does not stand there, or the bytes end before it does.
 */
export function decodeKmsgHeader(
  content: Uint8Array,
  at: number,
  endian: Endian,
  usual: Abi = '64-bit',
): KmsgHeader | null {
  if (!standsAt(content, at, endian)) return null;
  // i386 is little-endian, and no other ABI packs its fields.
  const possible = abis.filter((abi) => endian === 'le' || abi !== 'i386');
  const read = possible.flatMap((abi) => decodeAs(content, at, endian, abi) ?? []);
  return read.find(({ isSane }) => isSane) ?? read.find(({ abi }) => abi === usual) ?? read[0] ?? null;
}

function standsAt(content: Uint8Array, at: number, endian: Endian): boolean {
  if (at < 0 || at + 4 > content.length) return false;
  return new DataView(content.buffer, content.byteOffset + at, 4).getUint32(0, endian === 'le') === kmsgMagic;
}

function decodeAs(content: Uint8Array, at: number, endian: Endian, abi: Abi): KmsgHeader | null {
  const table = kmsgHeaderOf(abi);
  if (at < 0 || at + table.size > content.length) return null;
  const fields = table.decode(content, at, endian);
  const nanoseconds = BigInt(fields.nanoseconds);
  const isSane =
    fields.seconds < 1n << 35n &&
    nanoseconds < 1_000_000_000n &&
    fields.compressed <= 1 &&
    fields.reason <= 7 &&
    Object.entries(fields).every(([name, value]) => !name.startsWith('padding') || isZero(value));
  return {
    abi,
    size: table.size,
    time: { seconds: fields.seconds, nanoseconds: nanoseconds < 1_000_000_000n ? Number(nanoseconds) : 0 },
    compressed: fields.compressed !== 0,
    counter: fields.counter,
    reason: reasons[fields.reason] ?? 'Unknown',
    isSane,
  };
}

function isZero(value: unknown): boolean {
  return value instanceof Uint8Array ? value.every((byte) => byte === 0) : value === 0;
}

/** @throws RangeError when a value does not fit, or i386 is asked for in big-endian */
export function encodeKmsgHeader(header: Omit<KmsgHeader, 'size' | 'isSane'>, endian: Endian): Uint8Array<ArrayBuffer> {
  const { abi, time, compressed, counter, reason } = header;
  if (abi === 'i386' && endian === 'be') throw new RangeError('i386 is little-endian');
  const table = kmsgHeaderOf(abi);
  const fields = {
    magic: kmsgMagic,
    seconds: time.seconds,
    nanoseconds: abi === '64-bit' ? BigInt(time.nanoseconds) : time.nanoseconds,
    compressed: compressed ? 1 : 0,
    counter,
    reason: Math.max(0, reasons.indexOf(reason)),
    padding: 0,
    padding1: new Uint8Array(3),
    padding2: 0,
    padding3: 0,
  };
  return table.encode(fields, endian);
}
