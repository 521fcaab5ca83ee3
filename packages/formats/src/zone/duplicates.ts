import type { SlotReading } from './dump.js';

/**
 * Slots that hold a dump which an earlier slot holds, and which one: mtdpstore, when it is unloaded, writes the first
 * dump of a block over all others that are in use there (drivers/mtd/mtdpstore.c, 5.8 to 7.2).
 */
export function duplicatesAmong(slots: readonly SlotReading[]): Map<SlotReading, SlotReading> {
  const firsts = new Map<string, SlotReading>();
  const duplicates = new Map<SlotReading, SlotReading>();
  for (const slot of slots) {
    const { header, dump } = slot;
    if (header === null || dump === null) continue;
    const { time, counter, reason } = header;
    const key = [time.seconds, time.nanoseconds, counter, reason, dump.payload.bytes.length].join();
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, slot);
    else if (isSame(first.dump?.payload.bytes, dump.payload.bytes)) duplicates.set(slot, first);
  }
  return duplicates;
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && b.every((byte, i) => byte === a[i]);
}
