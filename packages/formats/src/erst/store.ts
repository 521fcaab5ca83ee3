import type { ByteRange } from '../bytes/range.js';
import { isLegible } from './found-record.js';
import { noRecord, type StoreHeader, smallestSlot, storeHeader, storeMagic, storeVersion } from './layout.js';

const entrySize = 8;

/** A place for one record. Offsets count from the start of the bytes it was found in. */
export interface Slot {
  readonly start: number;
  /** Less than a whole slot where the medium was cut. */
  readonly end: number;
  /** Its entry in the map: the id of its record, 0 where it is free. */
  readonly entry: bigint;
}

/** The backing file of QEMU’s ERST device. */
export interface Store {
  readonly header: StoreHeader;
  readonly range: ByteRange;
  readonly slots: readonly Slot[];
  /** What is wrong with its header, in words. */
  readonly faults: readonly string[];
  /** Where it would end had the medium not been cut; null when all that the map names is there. */
  readonly claimedEnd: number | null;
}

/** True when the header of a store begins the window; of its figures the size of a slot alone must be one. */
export function isStore(window: Uint8Array): boolean {
  if (window.length < storeHeader.size) return false;
  const { magic, recordSize, version } = storeHeader.decode(window, 0, 'le');
  return magic === storeMagic && version === storeVersion && isSlotSize(recordSize);
}

/**
 * The store whose header stands at `at`. Its size is that of its file, which nothing in it says: a store that begins
 * the medium is all of it, any other ends with the last slot that is used.
 * @param limit where it ends at the latest
 */
export function storeAt(bytes: Uint8Array, at: number, limit: number, isMedium: boolean): Store {
  const header = storeHeader.decode(bytes, at, 'le');
  const { recordSize, storageOffset, recordCount } = header;
  const room = limit - at;
  const whole = Math.floor(room / recordSize);
  const expected = storageOffsetOf(whole, recordSize);
  const isAligned = storageOffset > 0 && storageOffset % recordSize === 0;
  const storage = isAligned ? storageOffset : expected;
  const map = mapOf(bytes.subarray(at, limit), storage);
  const slots: Slot[] = [];
  // A copy that ends within a slot still holds the beginning of its record.
  for (let slot = storage / recordSize; slot < map.capacity && slot * recordSize < room; slot++) {
    const start = at + slot * recordSize;
    slots.push({ start, end: Math.min(limit, start + recordSize), entry: map.entry(slot) });
  }
  const behind = map.used(whole);
  while (!isMedium && slots.length > 0 && !isUsed(bytes, slots.at(-1) as Slot)) slots.pop();
  const end = slots.at(-1)?.end ?? Math.min(limit, at + storage);
  const inWhole = slots.filter(({ start, end, entry }) => entry !== noRecord && end - start === recordSize).length;
  // Entries that the count does not know of are damage of the map.
  const isCut = behind.count > 0 && recordCount > inWhole;
  const faults: string[] = [];
  if (!isAligned || (isMedium && !isCut && storageOffset !== expected)) {
    faults.push(`storage_offset ${storageOffset}, ${expected} expected`);
  }
  const counted = inWhole + behind.count;
  if (recordCount !== counted) faults.push(`record_count ${recordCount}, ${counted} entries in the map`);
  return {
    header,
    range: { start: at, end: isMedium && end + recordSize > limit ? limit : end },
    slots,
    faults,
    claimedEnd: isCut ? at + (behind.last + 1) * recordSize : null,
  };
}

/** The map between the header and the first slot, as far as it is there. */
function mapOf(store: Uint8Array, storage: number) {
  const view = new DataView(store.buffer, store.byteOffset, store.length);
  const capacity = Math.floor((storage - storeHeader.size) / entrySize);
  const present = Math.min(capacity, Math.floor((store.length - storeHeader.size) / entrySize));
  const entry = (slot: number) =>
    slot < present ? view.getBigUint64(storeHeader.size + slot * entrySize, true) : noRecord;
  return {
    /** Slots that it has entries for, those before the first slot included. */
    capacity,
    entry,
    /** Entries from `first` on that name a record: how many, and the last. */
    used(first: number) {
      let count = 0;
      let last = 0;
      for (let slot = first; slot < present; slot++) {
        if (entry(slot) === noRecord) continue;
        count += 1;
        last = slot;
      }
      return { count, last };
    },
  };
}

/** Where the first slot stands in a file of so many slots. */
export function storageOffsetOf(slots: number, recordSize: number): number {
  return Math.ceil((storeHeader.size + entrySize * slots) / recordSize) * recordSize;
}

/** True for a slot that was never used, all 0; all 0xff is erased flash. */
export function isBlank(bytes: Uint8Array, { start, end }: ByteRange): boolean {
  const first = bytes[start];
  if (first !== 0 && first !== 0xff) return start >= end;
  for (let at = start; at < end; at++) if (bytes[at] !== first) return false;
  return true;
}

function isUsed(bytes: Uint8Array, { start, end, entry }: Slot): boolean {
  return entry !== noRecord || isLegible(bytes, start, end);
}

function isSlotSize(size: number): boolean {
  return size >= smallestSlot && (size & (size - 1)) === 0;
}
