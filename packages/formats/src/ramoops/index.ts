import type { Backend } from '../backend.js';
import { areasOf } from './areas.js';
import { candidateAt } from './candidates.js';
import { isPreZoneDump } from './pre-zone.js';
import { readRamoops } from './read.js';

export { type DmesgHeader, formatDmesgHeader, parseDmesgHeader } from './dmesg-header.js';
export { type BlockCount, blockSize, type EccGeometry, eccGeometry } from './ecc-blocks.js';
export { inferLayouts, type Layout } from './infer.js';
export { type ZoneHeader, zoneHeader, zoneSignature } from './layout.js';
export {
  formatRamoopsParameters,
  parseRamoopsParameters,
  type RamoopsParameters,
  type RamoopsSizes,
  ramoopsParametersOfCmdline,
} from './parameters.js';
export { readRamoops } from './read.js';
export { encodeRamoops, type RamoopsMedium, type RamoopsRecord } from './write.js';
export { type Arrangement, arrangementOf, arrangements, ramoopsZones, type Zone, type ZoneType } from './zones.js';

/** ramoops: a region of RAM cut into zones (fs/pstore/ram.c, fs/pstore/ram_core.c). */
export const ramoops: Backend = {
  name: 'ramoops',
  probe: {
    signatures: [
      // "DBGC" and, XORed with LINUX_VERSION_CODE of 3.x to 9.x, the signature of ftrace zones, in both byte orders.
      { bytes: [0x00, 0x00, 0x40, 0x43], mask: [0x00, 0x00, 0xf0, 0xff] },
      { bytes: [0x43, 0x40, 0x00, 0x00], mask: [0xff, 0xf0, 0x00, 0x00] },
      // "====": dumps from before there were zones.
      { bytes: [0x3d, 0x3d, 0x3d, 0x3d], mask: [0xff, 0xff, 0xff, 0xff] },
    ],
    window: 24,
    accepts: (window) => isPreZoneDump(window) || isZoneStart(window),
  },
  areas: areasOf,
  records: readRamoops,
};

/** No kernel has ever been given larger zones. */
const largestZone = 2 ** 28;

/** A plain signature speaks for itself; that of an ftrace zone is weak, so its header must be sane. */
function isZoneStart(window: Uint8Array): boolean {
  const candidate = candidateAt(window, 0, largestZone);
  return candidate !== null && (candidate.kind !== 'insane' || candidate.version === null);
}
