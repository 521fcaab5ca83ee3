import type { Backend, Signature } from '../backend.js';
import { areasOf } from './areas.js';
import { isPreZoneDump } from './pre-zone.js';
import { readRamoops } from './read.js';
import { isZoneStart, zoneStart } from './zone-start.js';

export { type DmesgHeader, formatDmesgHeader, parseDmesgHeader } from './dmesg-header.js';
export { type BlockCount, blockSize, type EccGeometry, eccGeometry } from './ecc-blocks.js';
export { type Inference, inferLayouts, type Layout } from './infer.js';
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

/**
 * "DBGC", whatever follows; and that XORed with LINUX_VERSION_CODE of 3.x to 9.x, the signature of ftrace zones, before a start and
 * a size below 512 MiB. In both byte orders.
 */
const zoneSignatures: readonly Signature[] = [
  { bytes: [0x44, 0x42, 0x47, 0x43], mask: [0xff, 0xff, 0xff, 0xff] },
  { bytes: [0x43, 0x47, 0x42, 0x44], mask: [0xff, 0xff, 0xff, 0xff] },
  { bytes: [0, 0x40, 0x40, 0x43, 0, 0, 0, 0, 0, 0, 0, 0], mask: [0, 0xe0, 0xf0, 0xff, 0, 0, 0, 0xe0, 0, 0, 0, 0xe0] },
  { bytes: [0x43, 0x40, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0], mask: [0xff, 0xf0, 0xe0, 0, 0xe0, 0, 0, 0, 0xe0, 0, 0, 0] },
];

/** `0` to `7`, `8` and `9`, `.`: a byte and its mask. */
const [low, high, point] = [
  [0x30, 0xf8],
  [0x38, 0xfe],
  [0x2e, 0xff],
] as const;

/** "====" and the first two characters of a time: dumps, from before there were zones or where the zone header is lost. */
const dumpLineSignatures: readonly Signature[] = [low, high].flatMap((first) =>
  [low, high, point].map((second) => ({
    bytes: [0x3d, 0x3d, 0x3d, 0x3d, first[0], second[0]],
    mask: [0xff, 0xff, 0xff, 0xff, first[1], second[1]],
  })),
);

/** ramoops: a region of RAM cut into zones (fs/pstore/ram.c, fs/pstore/ram_core.c). */
export const ramoops: Backend = {
  name: 'ramoops',
  probe: {
    signatures: [...zoneSignatures, ...dumpLineSignatures],
    window: zoneStart,
    accepts: (window) => (window[0] === equals ? isPreZoneDump(window) || isDumpLine(window) : isZoneStart(window)),
  },
  areas: areasOf,
  records: readRamoops,
};

const equals = 0x3d;

/** The whole line of kernels since 3.12. */
function isDumpLine(window: Uint8Array): boolean {
  return /^====\d{1,20}\.\d{1,6}-[CD]\n/.test(String.fromCharCode(...window.subarray(0, longestLine)));
}

const longestLine = 34;
