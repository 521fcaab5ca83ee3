import { type Struct, struct, u32, u64 } from '@pstore-decode/formats/bytes';

// Sources: LiME's doc/README.md, "Spec"; AVML's README.md and its docs of the format, versions 1 and 2.

interface RangeHeader {
  magic: number;
  version: number;
  first: bigint;
  last: bigint;
  reserved: bigint;
}

/** Before every range of memory, in LiME and in AVML; little-endian. */
export const rangeHeaderLayout: Struct<RangeHeader> = struct('header of a range of memory', {
  magic: u32('EMiL in LiME and in AVML version 1, AVML in AVML version 2'),
  version: u32('1 LiME, 2 compressed AVML'),
  first: u64('physical address of the first byte'),
  last: u64('physical address of the last byte'),
  reserved: u64('0'),
});

const magics = { plain: 0x4c694d45, snappy: 0x4c4d5641 } as const;

/** A range of physical memory, and how its bytes follow the header. */
export interface MemoryRange {
  readonly start: number;
  readonly end: number;
  readonly how: keyof typeof magics;
}

/** The header at `at`, or null when none that makes sense stands there whole. */
export function readRangeHeader(bytes: Uint8Array, at: number): MemoryRange | null {
  if (bytes.length - at < rangeHeaderLayout.size) return null;
  const { magic, version, first, last, reserved } = rangeHeaderLayout.decode(bytes, at, 'le');
  if (first > last || last >= Number.MAX_SAFE_INTEGER || reserved !== 0n) return null;
  const range = { start: Number(first), end: Number(last) + 1 };
  if (magic === magics.plain && version === 1) return { ...range, how: 'plain' };
  return magic === magics.snappy && version === 2 ? { ...range, how: 'snappy' } : null;
}

/** The mirror of `readRangeHeader`. */
export function rangeHeader({ start, end, how }: MemoryRange): Uint8Array<ArrayBuffer> {
  const version = how === 'plain' ? 1 : 2;
  const fields = { magic: magics[how], version, first: BigInt(start), last: BigInt(end - 1), reserved: 0n };
  return rangeHeaderLayout.encode(fields, 'le');
}
