import type { Backend } from '../backend.js';
import { withCarvedDumps } from '../dump/carve.js';
import { areasOf } from './areas.js';
import { isZoneStart, placeSignatures, placeWindow } from './places.js';
import { readZones } from './read.js';

export type { Abi, ZoneType } from './layout.js';
export { formatZoneParameters, parseZoneParameters, type ZoneParameters, type ZoneSizes } from './parameters.js';
export { readZones } from './read.js';
export { encodeZones, type ZoneMedium, type ZoneRecord } from './write.js';
export { type Zone, zonesOf } from './zones.js';

/** pstore_blk and mtdpstore: zones on a block device or in flash (fs/pstore/zone.c, fs/pstore/blk.c). */
export const zone: Backend = {
  name: 'pstore_blk',
  probe: { signatures: placeSignatures, window: placeWindow, accepts: isZoneStart },
  areas: areasOf,
  records: (area, report, hints, fuel) =>
    withCarvedDumps('pstore_blk', area, readZones(area, report, hints, fuel), hints, fuel),
};
