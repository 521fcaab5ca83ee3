import { type Endian, struct, u32, u64 } from '../bytes/struct.js';
import type { Timestamp } from '../record.js';

/** Records stand on multiples of this; `record_size` is one. */
export const pageUnit = 4096;
/** MTDOOPS_MAX_MTD_SIZE: no larger partition is used (drivers/mtd/mtdoops.c). */
export const largestPartition = 8 << 20;
/** In place of a sequence number: the page is not used. */
const unusedSeq = 0xffffffff;

/** MTDOOPS_KERNMSG_MAGIC_v1, of kernels up to 5.18; since 2.6.33. */
export const magicV1 = 0x5d005d00;
/** MTDOOPS_KERNMSG_MAGIC_v2, of kernels since 5.19. */
export const magicV2 = 0x5d005e00;

/** The header up to 5.18, in the byte order of the writer; the log follows. */
export const mtdoopsHeaderV1 = struct<MtdoopsHeaderV1>('mtdoops header, v1', {
  seq: u32('number of the record, one more each time; 0xffffffff: not used'),
  magic: u32('0x5d005d00'),
});

export interface MtdoopsHeaderV1 {
  readonly seq: number;
  readonly magic: number;
}

/** `struct mtdoops_hdr` since 5.19, in the byte order of the writer; the log follows. */
export const mtdoopsHeaderV2 = struct<MtdoopsHeaderV2>('mtdoops_hdr', {
  seq: u32('number of the record, one more each time; 0xffffffff: not used'),
  magic: u32('0x5d005e00'),
  timestamp: u64('nanoseconds since 1970 UTC'),
});

export interface MtdoopsHeaderV2 extends MtdoopsHeaderV1 {
  readonly timestamp: bigint;
}

/** What either header says. */
export interface PageHeader {
  readonly seq: number;
  /** Of v2 headers, unless the clock did not run or the field is negative. */
  readonly time?: Timestamp;
  readonly generation: 1 | 2;
  readonly endian: Endian;
  /** Bytes of the header. */
  readonly size: number;
}

/** The header at `at`, told by its magic; null when none stands there whole, or the page is not used. */
export function pageHeaderAt(bytes: Uint8Array, at: number): PageHeader | null {
  if (at < 0 || at + mtdoopsHeaderV1.size > bytes.length) return null;
  for (const endian of ['le', 'be'] as const) {
    const { seq, magic } = mtdoopsHeaderV1.decode(bytes, at, endian);
    if ((magic !== magicV1 && magic !== magicV2) || seq === unusedSeq) continue;
    if (magic === magicV1) return { seq, generation: 1, endian, size: mtdoopsHeaderV1.size };
    if (at + mtdoopsHeaderV2.size > bytes.length) return null;
    const { timestamp } = mtdoopsHeaderV2.decode(bytes, at, endian);
    const time = { seconds: timestamp / 1_000_000_000n, nanoseconds: Number(timestamp % 1_000_000_000n) };
    const isTime = timestamp > 0n && timestamp < 1n << 63n;
    return { seq, ...(isTime ? { time } : {}), generation: 2, endian, size: mtdoopsHeaderV2.size };
  }
  return null;
}

/** Bytes from its header on that `isPageStart` looks at. */
export const pageWindow = mtdoopsHeaderV2.size + 64;

/** Where no log speaks for a header: records that a flash survives, and how far before 0 a sequence is believed. */
const mostRecords = 1 << 24;
/** 2100-01-01, in seconds since 1970. */
const farFuture = 4_102_444_800n;

/** True when a header that a writer can have stands at the start of `window`, and a line with its priority, or nothing. */
export function isPageStart(window: Uint8Array): boolean {
  const header = pageHeaderAt(window, 0);
  if (header === null || (header.time?.seconds ?? 0n) > farFuture) return false;
  const log = window.subarray(header.size, pageWindow);
  const isBlank = log.every((byte, i) => byte === 0xff || (i === 0 && byte === 0));
  if (isBlank) return header.seq < mostRecords || header.seq > unusedSeq - mostRecords;
  if (!/^<\d{1,3}>/.test(String.fromCharCode(...log.subarray(0, 5)))) return false;
  const end = log.findIndex((byte) => byte === 0 || byte === 0xff);
  const line = end === -1 ? log : log.subarray(0, end);
  return 4 * line.filter(isPrintable).length >= 3 * line.length;
}

export function isPrintable(byte: number): boolean {
  return byte === 0x09 || byte === 0x0a || (byte >= 0x20 && byte < 0x7f);
}
