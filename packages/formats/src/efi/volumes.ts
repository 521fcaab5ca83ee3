import { type FirmwareVolume, volumeAt, volumeGuidOffset } from './firmware-volume.js';
import { storeAt } from './store-header.js';

/** A volume, and those that stand within the length that it claims: copies in its spare. */
export interface VolumeGroup {
  readonly outer: FirmwareVolume;
  readonly nested: readonly FirmwareVolume[];
}

/**
 * The volumes of an area.
 * @param guids offsets of the GUIDs of volumes, ascending
 * @param stores offsets of headers of stores, ascending
 */
export function volumeGroups(bytes: Uint8Array, guids: readonly number[], stores: readonly number[]): VolumeGroup[] {
  const sound = guids.flatMap((at) => volumeAt(bytes, at - volumeGuidOffset) ?? []);
  const groups: { outer: FirmwareVolume; nested: FirmwareVolume[] }[] = [];
  for (const volume of withPresumed(bytes, sound, stores)) {
    const last = groups.at(-1);
    if (last !== undefined && volume.range.start < last.outer.range.end) last.nested.push(volume);
    else groups.push({ outer: volume, nested: [] });
  }
  return groups;
}

/** Where a store has lost the header of its volume, a copy in the spare shows what it was. */
function withPresumed(
  bytes: Uint8Array,
  volumes: readonly FirmwareVolume[],
  stores: readonly number[],
): FirmwareVolume[] {
  const found: FirmwareVolume[] = [];
  let store = 0;
  for (const volume of volumes) {
    let before = -1;
    for (; store < stores.length && (stores[store] as number) < volume.range.start; store++)
      before = stores[store] as number;
    const presumed = before < (found.at(-1)?.range.end ?? 0) ? null : presumedVolume(bytes, before, volume);
    if (presumed !== null) found.push(presumed);
    found.push(volume);
  }
  return found;
}

function presumedVolume(bytes: Uint8Array, bodyAt: number, copy: FirmwareVolume): FirmwareVolume | null {
  const head = storeAt(bytes, bodyAt);
  const copied = storeAt(bytes, copy.bodyAt);
  if (head === null || copied === null || head.name !== copied.name || head.claimed !== copied.claimed) return null;
  const start = bodyAt - (copy.bodyAt - copy.range.start);
  const end = start + copy.range.end - copy.range.start + copy.excess;
  if (start < 0 || end <= copy.range.start || bodyAt + head.claimed > copy.range.start) return null;
  const clipped = Math.min(end, bytes.length);
  return { range: { start, end: clipped }, excess: end - clipped, bodyAt, isSound: false };
}
