import { isSince, type KernelVersion } from '../kernel-version.js';
import type { BlockCount } from './ecc-blocks.js';
import { zoneHeader } from './layout.js';
import type { RamoopsSizes } from './parameters.js';

export type ZoneType = 'dmesg' | 'console' | 'ftrace' | 'pmsg';

export interface Zone {
  readonly type: ZoneType;
  /** Slot of a dmesg zone, CPU of an ftrace zone, else 0. */
  readonly index: number;
  /** From the start of the region, in bytes. */
  readonly start: number;
  /** Header, data and parity, in bytes. */
  readonly size: number;
}

/** How a series of kernels cuts a region (ramoops_probe, ramoops_init_przs; fs/pstore/ram.c). */
export interface Arrangement {
  /** The first kernel that does it so. */
  readonly since: KernelVersion;
  /** Which of the two follows the console. */
  readonly afterConsole: 'ftrace' | 'pmsg';
  /** A dump zone has exactly record_size, or its share of what the other zones leave, or the same rounded to even. */
  readonly dumpZones: 'exact' | 'share' | 'even share';
  /** One ftrace zone for each possible CPU. */
  readonly ftracePerCpu: boolean;
  readonly blockCount: BlockCount;
  readonly memSizePowerOfTwo: boolean;
}

/** Newest first. */
export const arrangements: readonly Arrangement[] = [
  row(6, 8, 'pmsg', 'even share', true, 'shared', false),
  row(6, 2, 'pmsg', 'share', true, 'shared', false),
  row(4, 9, 'ftrace', 'share', true, 'shared', false),
  row(3, 11, 'ftrace', 'exact', false, 'shared', false),
  row(3, 10, 'ftrace', 'exact', false, 'shared', true),
  row(3, 5, 'ftrace', 'exact', false, 'whole', true),
];

/** The arrangement of one kernel; of the oldest known one for kernels before 3.5, which had no zones. */
export function arrangementOf(version: KernelVersion): Arrangement {
  const found = arrangements.find(({ since }) => isSince(version, since.major, since.minor));
  return found ?? (arrangements.at(-1) as Arrangement);
}

/** How many dump zones of which size, and how large each ftrace zone is. */
export interface Shares {
  readonly dumps: number;
  readonly dumpZone: number;
  readonly ftraces: number;
  readonly ftraceZone: number;
}

/** Null when the driver refuses the sizes. @param cpus as in `ramoopsZones` */
export function sharesOf(sizes: RamoopsSizes, arrangement: Arrangement, cpus: number): Shares | null {
  const memSize = arrangement.memSizePowerOfTwo ? floorPowerOfTwo(sizes.memSize) : sizes.memSize;
  const record = floorPowerOfTwo(sizes.recordSize);
  const ftrace = floorPowerOfTwo(sizes.ftraceSize);
  const dumpMem = memSize - floorPowerOfTwo(sizes.consoleSize) - ftrace - floorPowerOfTwo(sizes.pmsgSize);
  const dumps = record === 0 ? 0 : Math.floor(dumpMem / record);
  if (dumpMem < 0 || (record !== 0 && dumps === 0)) return null;
  const even = arrangement.dumpZones === 'even share';
  const ftraces = arrangement.ftracePerCpu ? cpus : 1;
  return {
    dumps,
    dumpZone: arrangement.dumpZones === 'exact' ? record : share(dumpMem, dumps, even),
    ftraces,
    ftraceZone: share(ftrace, ftraces, even),
  };
}

/**
 * The zones of a region, in the order in which they stand; null when the driver refuses the sizes.
 * @param cpus possible CPUs of the writer (nr_cpu_ids), 1 where ftrace is not per CPU
 */
export function ramoopsZones(sizes: RamoopsSizes, arrangement: Arrangement, cpus: number): Zone[] | null {
  const shares = sharesOf(sizes, arrangement, cpus);
  if (shares === null) return null;
  const zones: Zone[] = [];
  let at = 0;
  const add = (type: ZoneType, count: number, size: number): void => {
    for (let index = 0; index < count && size > 0; index++, at += size) zones.push({ type, index, start: at, size });
  };
  const pmsg = floorPowerOfTwo(sizes.pmsgSize);
  add('dmesg', shares.dumps, shares.dumpZone);
  add('console', 1, floorPowerOfTwo(sizes.consoleSize));
  if (arrangement.afterConsole === 'pmsg') add('pmsg', 1, pmsg);
  add('ftrace', shares.ftraces, shares.ftraceZone);
  if (arrangement.afterConsole === 'ftrace') add('pmsg', 1, pmsg);
  return zones.every(({ size }) => size > zoneHeader.size) ? zones : null;
}

/** The largest power of two that is not above `size`; 0 for 0. */
export function floorPowerOfTwo(size: number): number {
  return size < 1 ? 0 : 2 ** Math.floor(Math.log2(size));
}

function share(total: number, count: number, even: boolean): number {
  if (count === 0) return 0;
  const size = Math.floor(total / count);
  return even ? size - (size % 2) : size;
}

function row(
  major: number,
  minor: number,
  afterConsole: Arrangement['afterConsole'],
  dumpZones: Arrangement['dumpZones'],
  ftracePerCpu: boolean,
  blockCount: BlockCount,
  memSizePowerOfTwo: boolean,
): Arrangement {
  return { since: { major, minor }, afterConsole, dumpZones, ftracePerCpu, blockCount, memSizePowerOfTwo };
}
