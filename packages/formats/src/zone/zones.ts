import type { ZoneType } from './layout.js';
import type { ZoneSizes } from './parameters.js';

/** Since 5.11 no device is used further than this; a larger one was never seen. */
export const largestDevice = 128 << 20;

/** A zone of a device. */
export interface Zone {
  readonly type: ZoneType;
  /** Slot of a dump, CPU of a trace, else 0. */
  readonly index: number;
  /** From the start of the device, in bytes. */
  readonly start: number;
  /** Header and data, in bytes. */
  readonly size: number;
}

/**
 * The zones of a device, in the order in which they stand (psz_alloc_zones, fs/pstore/zone.c, 5.8 to 7.2). The share of
 * a CPU is not rounded: with 3 CPUs the zones behind the first trace begin at odd places.
 * @param total bytes of the device
 * @param cpus possible CPUs of the writer (nr_cpu_ids)
 */
export function zonesOf(sizes: ZoneSizes, total: number, cpus: number): Zone[] {
  const { kmsgSize, pmsgSize, consoleSize, ftraceSize } = sizes;
  const zones: Zone[] = [];
  let at = 0;
  const add = (type: ZoneType, count: number, size: number): void => {
    for (let index = 0; index < count && size > 0; index++, at += size) zones.push({ type, index, start: at, size });
  };
  const share = Math.floor(ftraceSize / cpus);
  add('pmsg', 1, pmsgSize);
  add('console', 1, consoleSize);
  add('ftrace', share === 0 ? 0 : Math.floor(ftraceSize / share), share);
  const rest = Math.min(total, largestDevice) - pmsgSize - consoleSize - ftraceSize;
  add('dmesg', kmsgSize === 0 ? 0 : Math.max(0, Math.floor(rest / kmsgSize)), kmsgSize);
  return zones;
}
