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

/**
 * The zones of a region, in the order in which they stand; null when the driver refuses the sizes.
 * @param cpus possible CPUs of the writer (nr_cpu_ids), 1 where ftrace is not per CPU
 */
export function ramoopsZones(sizes: RamoopsSizes, arrangement: Arrangement, cpus: number): Zone[] | null {
  const memSize = arrangement.memSizePowerOfTwo ? floorPowerOfTwo(sizes.memSize) : sizes.memSize;
  const record = floorPowerOfTwo(sizes.recordSize);
  const console = floorPowerOfTwo(sizes.consoleSize);
  const ftrace = floorPowerOfTwo(sizes.ftraceSize);
  const pmsg = floorPowerOfTwo(sizes.pmsgSize);
  const dumpMem = memSize - console - ftrace - pmsg;
  const count = record === 0 ? 0 : Math.floor(dumpMem / record);
  if (dumpMem < 0 || (record !== 0 && count === 0)) return null;
  const even = arrangement.dumpZones === 'even share';
  const dumpZone = arrangement.dumpZones === 'exact' ? record : share(dumpMem, count, even);
  const zones: Zone[] = [];
  let at = 0;
  const add = (type: ZoneType, zoneCount: number, size: number): void => {
    for (let index = 0; index < zoneCount && size > 0; index++, at += size)
      zones.push({ type, index, start: at, size });
  };
  add('dmesg', count, dumpZone);
  add('console', 1, console);
  if (arrangement.afterConsole === 'pmsg') add('pmsg', 1, pmsg);
  const traced = arrangement.ftracePerCpu ? cpus : 1;
  add('ftrace', traced, share(ftrace, traced, even));
  if (arrangement.afterConsole === 'ftrace') add('pmsg', 1, pmsg);
  return at <= memSize && zones.every((zone) => zone.size > zoneHeader.size) ? zones : null;
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
