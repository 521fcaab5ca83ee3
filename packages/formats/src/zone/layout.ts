import { bytes, type Endian, type Struct, struct, u8, u32, u64 } from '../bytes/struct.js';
import { recordTypes } from '../record.js';

/** What a zone can hold. */
export type ZoneType = 'dmesg' | 'console' | 'ftrace' | 'pmsg';

/** PSZ_SIG (fs/pstore/zone.c), "DBGC" on a little-endian medium; XORed with the type of the record. */
const zoneSignature = 0x43474244;
/** PSTORE_KMSG_HEADER_MAGIC, the first word of the data of a dump. */
export const kmsgMagic = 0x4dfc3ae5;

/** `struct psz_buffer` (fs/pstore/zone.c, since 5.8), in the byte order of the writer. The data follow. */
export const zoneHeader = struct<ZoneHeader>('psz_buffer', {
  sig: u32('0x43474244 XOR the type of the record'),
  datalen: u32('valid bytes in the data; 0 once the record was removed; stays at the capacity once a ring is full'),
  start: u32('of a ring: index in the data of the next byte to write; of a dump 0'),
});

export interface ZoneHeader {
  readonly sig: number;
  readonly datalen: number;
  readonly start: number;
}

const magic = u32('0x4dfc3ae5');
const seconds = u64('wall clock when the dump was written, seconds since 1970');
const compressed = u8('1: the payload is compressed');
const counter = u32('of an oops or a panic: how many of that kind this medium has seen, this one included; else 0');
const reason = u32('1 panic, 2 oops, 3 emergency, 4 shutdown (enum kmsg_dump_reason)');
const none = bytes(3, '0');
const hole = u32('0');

/** `struct psz_kmsg_header` of 64-bit kernels. The payload of a dump begins behind it. */
export const kmsgHeader64 = struct<Wide>('psz_kmsg_header, 64-bit', {
  magic,
  padding: hole,
  seconds,
  nanoseconds: u64('and nanoseconds'),
  compressed,
  padding1: none,
  counter,
  reason,
  padding2: hole,
});

/** The same of 32-bit kernels that align 64-bit words: ARM, MIPS, PowerPC, RISC-V. */
export const kmsgHeader32 = struct<Narrow>('psz_kmsg_header, 32-bit', {
  magic,
  padding: hole,
  seconds,
  nanoseconds: u32('and nanoseconds'),
  padding3: hole,
  compressed,
  padding1: none,
  counter,
  reason,
  padding2: hole,
});

/** The same of i386, which does not align them. */
export const kmsgHeaderI386 = struct<KmsgFields<number>>('psz_kmsg_header, i386', {
  magic,
  seconds,
  nanoseconds: u32('and nanoseconds'),
  compressed,
  padding1: none,
  counter,
  reason,
});

export interface KmsgFields<Nanoseconds> {
  readonly magic: number;
  readonly seconds: bigint;
  readonly nanoseconds: Nanoseconds;
  readonly compressed: number;
  readonly padding1: Uint8Array;
  readonly counter: number;
  readonly reason: number;
}

export interface Wide extends KmsgFields<bigint> {
  readonly padding: number;
  readonly padding2: number;
}

export interface Narrow extends KmsgFields<number> {
  readonly padding: number;
  readonly padding2: number;
  readonly padding3: number;
}

/** What the header of a dump depends on besides the byte order. */
export type Abi = '64-bit' | '32-bit' | 'i386';

export const kmsgHeaders = { '64-bit': kmsgHeader64, '32-bit': kmsgHeader32, i386: kmsgHeaderI386 } as const;

/** The table of an ABI, with the fields that all have. */
export function kmsgHeaderOf(abi: Abi): Struct<KmsgFields<bigint | number>> {
  return kmsgHeaders[abi] as unknown as Struct<KmsgFields<bigint | number>>;
}

const zoneTypes = ['dmesg', 'console', 'ftrace', 'pmsg'] as const satisfies readonly ZoneType[];

/** The signature of a zone. */
export function signatureOf(type: ZoneType): number {
  return zoneSignature ^ recordTypes.indexOf(type);
}

/** Which zone in which byte order four bytes begin; null when they are none. */
export function signatureAt(content: Uint8Array, at: number): { type: ZoneType; endian: Endian } | null {
  const [a = 0, b = 0, c = 0, d = 0] = content.subarray(at, at + 4);
  if (d === 0x43 && c === 0x47 && b === 0x42) return typed(a, 'le');
  if (a === 0x43 && b === 0x47 && c === 0x42) return typed(d, 'be');
  return null;
}

function typed(low: number, endian: Endian): { type: ZoneType; endian: Endian } | null {
  const type = zoneTypes.find((one) => (signatureOf(one) & 0xff) === low);
  return type === undefined ? null : { type, endian };
}
