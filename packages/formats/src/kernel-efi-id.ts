import { isSince, type KernelVersion } from './kernel-version.js';

/** What the id of an efi-pstore record is made of. */
export interface EfiIdParts {
  /** Seconds since 1970. */
  readonly time: bigint;
  readonly part: number;
  /** Dumps of that kernel since it booted; negative only where a name says so. */
  readonly count: number;
}

/**
 * The id that a kernel makes of a variable's name (generic_id, drivers/firmware/efi/efi-pstore.c), modulo 2^64: a part
 * from 100 on or a count from 1000 on spills into its neighbour. Up to 3.12 it is the part alone; the stable series
 * 3.10 took the formula over later and is not told apart. 3.13 and 3.14 for 32-bit machines made it modulo 2^32, which
 * is not imitated.
 */
export function efiRecordId(parts: EfiIdParts, kernel: KernelVersion): bigint {
  if (!isSince(kernel, 3, 13)) return BigInt(parts.part);
  return BigInt.asUintN(64, (parts.time * 100n + BigInt(parts.part)) * 1000n + BigInt(parts.count));
}

/** What an id says where nothing spilled. Below 1000 it is the part alone: a whole id holds part 1 or more. */
export function partsOfEfiId(id: bigint): EfiIdParts {
  if (id < 1000n) return { time: 0n, part: Number(id), count: 0 };
  return { time: id / 100_000n, part: Number((id / 1000n) % 100n), count: Number(id % 1000n) };
}
