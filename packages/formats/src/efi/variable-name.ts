import { parseGuid } from '../bytes/guid.js';
import { isSince, type KernelVersion, newestKernel } from '../kernel-version.js';

/** LINUX_EFI_CRASH_GUID (include/linux/efi.h): the vendor of every variable of efi-pstore. */
export const crashGuid = 'cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0';

/** The same as it stands on a medium: the first three fields little-endian. */
export const crashGuidBytes: readonly number[] = [...parseGuid(crashGuid)];

/** What the name of a variable says, as numbers of the width in which the kernel keeps them. */
export interface DumpVariableName {
  /** Of `enum pstore_type_id`, unsigned 32 bits; efi-pstore itself writes 0 only, which is dmesg. */
  readonly type: number;
  /** Unsigned 32 bits; 1 holds the newest lines. */
  readonly part: number;
  /** Dumps of that kernel since it booted, signed 32 bits; 0 where the name has no such field (up to 3.7). */
  readonly count: number;
  /** Wall clock at the write, in seconds since 1970, unsigned 64 bits. */
  readonly time: bigint;
  readonly compressed: boolean;
}

/**
 * What a kernel makes of a name: its sscanf passes over white space before a number, refuses a sign but for the count,
 * wraps what is too large and does not look behind the last field (efi_pstore_read, drivers/firmware/efi/efi-pstore.c).
 * So a kernel up to 3.7 takes the count of a later one for the time.
 * @param name a character for each UCS-2 unit; what follows a NUL is left out
 * @returns null where the name is none of a dump to that kernel
 */
export function parseDumpVariableName(name: string, kernel: KernelVersion = newestKernel): DumpVariableName | null {
  const text = eightBit(name, kernel);
  const flagged = isSince(kernel, 3, 12) ? withFlag.exec(text) : null;
  const counted = flagged ?? (isSince(kernel, 3, 8) ? withCount.exec(text) : null);
  const found = counted ?? withoutCount.exec(text);
  if (found === null) return null;
  const [, type = '', part = ''] = found;
  const [count = '0', time = ''] = counted === null ? ['0', found[3]] : [found[3], found[4]];
  return {
    type: unsigned32(type),
    part: unsigned32(part),
    count: Number(BigInt.asIntN(32, BigInt(count))),
    time: BigInt.asUintN(64, BigInt(time)),
    compressed: flagged?.[5] === 'C',
  };
}

/**
 * The name that a kernel gives a variable. Up to 3.7 it has no count, up to 3.11 no flag: what a kernel has no field
 * for is left out.
 * @throws RangeError when a number does not fit its field
 */
export function formatDumpVariableName(parts: DumpVariableName, kernel: KernelVersion = newestKernel): string {
  const { type, part, count, time, compressed } = parts;
  const fits = type >>> 0 === type && part >>> 0 === part && (count | 0) === count && BigInt.asUintN(64, time) === time;
  if (!fits) throw new RangeError(`type ${type}, part ${part}, count ${count}, time ${time} fit no variable name`);
  if (!isSince(kernel, 3, 8)) return `dump-type${type}-${part}-${time}`;
  const name = `dump-type${type}-${part}-${count}-${time}`;
  return isSince(kernel, 3, 12) ? `${name}-${compressed ? 'C' : 'D'}` : name;
}

/** A name as UCS-2 bytes, little-endian: a character for each unit, up to the NUL. */
export function ucs2Text(bytes: Uint8Array): string {
  const units: string[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const unit = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    if (unit === 0) break;
    units.push(String.fromCharCode(unit));
  }
  return units.join('');
}

// The formats of sscanf, `dump-type%u-%u-%d-%llu-%c` and its elders. White space is that of the kernel's ctype.
const [u, d] = ['[\\t-\\r \\xa0]*(\\d+)', '[\\t-\\r \\xa0]*(-?\\d+)'];
const withFlag = new RegExp(`^dump-type${u}-${u}-${d}-${u}-([^])`);
const withCount = new RegExp(`^dump-type${u}-${u}-${d}-${u}`);
const withoutCount = new RegExp(`^dump-type${u}-${u}-${u}`);

/** The bytes that the kernel scans, as characters: the low byte of each unit up to 5.19, UTF-8 since 6.0. */
function eightBit(name: string, kernel: KernelVersion): string {
  const bytes: number[] = [];
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (!isSince(kernel, 6, 0)) bytes.push(unit & 0xff);
    else if (unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
    if (bytes.at(-1) === 0) break;
  }
  if (bytes.at(-1) === 0) bytes.pop();
  return bytes.map((byte) => String.fromCharCode(byte)).join('');
}

function unsigned32(digits: string): number {
  return Number(BigInt.asUintN(32, BigInt(digits)));
}
