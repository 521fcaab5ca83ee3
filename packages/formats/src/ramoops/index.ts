import type { Backend, Signature } from '../backend.js';
import { areasOf } from './areas.js';
import { candidateAt } from './candidates.js';
import { largestZone, zoneHeader } from './layout.js';
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
    window: 36,
    accepts: (window) => isPreZoneDump(window) || isDumpLine(window) || isZoneStart(window),
  },
  areas: areasOf,
  records: readRamoops,
};

/** The whole line of kernels since 3.12. */
function isDumpLine(window: Uint8Array): boolean {
  return /^====\d{1,20}\.\d{1,6}-[CD]\n/.test(String.fromCharCode(...window));
}

/** A plain signature speaks for itself; that of an ftrace zone is weak, so a sane header and a trace must follow. */
function isZoneStart(window: Uint8Array): boolean {
  const candidate = candidateAt(window, 0, largestZone);
  if (candidate === null || candidate.version === null) return candidate !== null;
  return candidate.kind !== 'insane' && hasKernelAddress(window.subarray(zoneHeader.size));
}

/**
 * Whether a stretch of a trace, begun at any byte, has addresses of a kernel: 0xffff… of most 64-bit machines, 0xc000… of
 * PowerPC, or two of 32 bits one behind the other, of the upper half of memory and within a MiB.
 */
function hasKernelAddress(trace: Uint8Array): boolean {
  const view = new DataView(trace.buffer, trace.byteOffset, trace.length);
  for (let at = 0; at + 8 <= trace.length; at++) {
    for (const isLittle of [true, false]) {
      const address = view.getBigUint64(at, isLittle);
      if (address >> 47n === 0x1_ffffn || (address >> 32n === 0xc000_0000n && address !== 0xc000_0000_0000_0000n))
        return true;
      const [first, second] = [view.getUint32(at, isLittle), view.getUint32(at + 4, isLittle)];
      if (first >>> 20 === second >>> 20 && first >= 0x8000_0000 && first < 0xe000_0000 && first !== second)
        return true;
    }
  }
  return false;
}
