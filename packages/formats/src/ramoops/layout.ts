import { type Endian, struct, u32 } from '../bytes/struct.js';
import { type KernelVersion, versionOfCode } from '../kernel-version.js';

/** PERSISTENT_RAM_SIG, "DBGC" on a little-endian medium (fs/pstore/ram_core.c). */
export const zoneSignature = 0x43474244;

/** No kernel has ever been given larger zones. */
export const largestZone = 2 ** 28;

/** `struct persistent_ram_buffer` (fs/pstore/ram_core.c, unchanged since 3.5), in the byte order of the writer. */
export const zoneHeader = struct<ZoneHeader>('persistent_ram_buffer', {
  sig: u32('0x43474244, for ftrace zones XOR the LINUX_VERSION_CODE of the writer'),
  start: u32('index in the data of the next byte to write; of the oldest byte once the ring is full'),
  size: u32('valid bytes in the data; stays at the capacity once the ring is full'),
});

export interface ZoneHeader {
  readonly sig: number;
  readonly start: number;
  readonly size: number;
}

/** The kernel that wrote an ftrace zone with this signature; null for other zones and for chance. */
export function signatureVersion(sig: number): KernelVersion | null {
  return versionOfCode((sig ^ zoneSignature) >>> 0);
}

/** The byte order in which four bytes are a zone signature of any kind; null when they are none. */
export function signatureEndian(bytes: Uint8Array, at: number): Endian | null {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  if (d === 0x43 && isSignature(((c << 16) | (b << 8) | a) >>> 0)) return 'le';
  if (a === 0x43 && isSignature(((b << 16) | (c << 8) | d) >>> 0)) return 'be';
  return null;
}

function isSignature(low: number): boolean {
  const sig = 0x43000000 + low;
  return sig === zoneSignature || signatureVersion(sig) !== null;
}

/** True when the four bytes at `at` are one of the signatures with at most 6 flipped bits, and no filler. */
export function nearSignature(bytes: Uint8Array, at: number, endian: Endian, signatures: Iterable<number>): boolean {
  if (at < 0 || at + 4 > bytes.length) return false;
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  if (a === b && b === c && c === d) return false;
  const word = endian === 'le' ? (d << 24) | (c << 16) | (b << 8) | a : (a << 24) | (b << 16) | (c << 8) | d;
  for (const signature of signatures) if (ones(word ^ signature) <= 6) return true;
  return false;
}

function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
