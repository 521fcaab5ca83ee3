import { need } from '../bytes/need.js';
import type { Endian } from '../bytes/struct.js';
import type { ReedSolomon } from '../ecc/index.js';
import { type BlockCount, eccGeometry, zoneCodec } from './ecc-blocks.js';
import { signatureEndian, zoneHeader } from './layout.js';
import { type Arrangement, arrangements, type Zone } from './zones.js';

/** What the parity behind the headers proves. */
export interface EccEvidence {
  /** Parity bytes a block; 0 when nothing speaks for ECC. */
  readonly eccSize: number;
  /** Zones whose header is a codeword, or was corrected to a header with a signature. */
  readonly proofs: number;
  /** The given arrangement, or an older one when the parity of the data stands where old kernels put it. */
  readonly arrangement: Arrangement;
}

interface Cut {
  readonly base: number;
  readonly zones: readonly Zone[];
  readonly arrangement: Arrangement;
}

/**
 * The parity size under which most headers are codewords. Chance makes one header of one size a codeword in 256^size,
 * so several zones or several bytes must speak.
 * @param given the parity size, when the caller knows it
 */
export function findEcc(bytes: Uint8Array, cut: Cut, given: number | undefined, endian: Endian): EccEvidence {
  const zones = cut.zones
    .slice(0, 64)
    .map((zone) => bytes.subarray(cut.base + zone.start, cut.base + zone.start + zone.size));
  const whole = zones.filter((zone, i) => zone.length === cut.zones[i]?.size);
  let best: EccEvidence = { eccSize: given ?? 0, proofs: 0, arrangement: cut.arrangement };
  for (const eccSize of given === undefined ? likelySizes(whole) : [given]) {
    const codec = zoneCodec(eccSize);
    const proofs = codec === null ? 0 : whole.filter((zone) => isProof(zone, codec, endian)).length;
    if (proofs > best.proofs && (given !== undefined || isEnough(whole, proofs, eccSize))) {
      best = { ...best, eccSize, proofs };
    }
  }
  return best.proofs > 0
    ? { ...best, arrangement: arrangementByParity(whole, best.eccSize, cut.arrangement, endian) }
    : best;
}

/** 32 bits of evidence that are not the same empty header over and over. */
function isEnough(zones: readonly Uint8Array[], proofs: number, eccSize: number): boolean {
  const distinct = new Set(zones.map((zone) => zoneHeader.decode(zone, 0, 'le').size)).size;
  return Math.min(proofs, distinct) * eccSize >= 4 && proofs * 3 >= zones.length;
}

/** Sizes under which the first syndrome of some header is zero: the XOR of header and parity. Cheap, and never misses a whole one. */
function likelySizes(zones: readonly Uint8Array[]): number[] {
  const counts = new Array<number>(65).fill(0);
  for (const zone of zones) {
    let sum = 0;
    for (const byte of need(zone, 0, zoneHeader.size)) sum ^= byte;
    if (sum === 0) continue;
    for (let eccSize = 1; eccSize <= 64 && eccSize < zone.length - zoneHeader.size; eccSize++) {
      sum ^= zone[zone.length - eccSize] ?? 0;
      if (sum === 0) counts[eccSize] = (counts[eccSize] ?? 0) + 1;
    }
  }
  return counts.flatMap((count, eccSize) => (count > 0 ? [eccSize] : []));
}

function isProof(zone: Uint8Array, codec: ReedSolomon, endian: Endian): boolean {
  const result = codec.decode(zone.subarray(0, zoneHeader.size), zone.subarray(zone.length - codec.parity));
  return result.ok && signatureEndian(result.data, 0) === endian;
}

/** Kernels up to 3.9 put the parity elsewhere: whichever place makes more full blocks codewords. */
function arrangementByParity(
  zones: readonly Uint8Array[],
  eccSize: number,
  arrangement: Arrangement,
  endian: Endian,
): Arrangement {
  const other = arrangements.find(({ blockCount }) => blockCount !== arrangement.blockCount) ?? arrangement;
  const codec = zoneCodec(eccSize) as ReedSolomon;
  const clean = (count: BlockCount) => zones.reduce((sum, zone) => sum + cleanBlocks(zone, codec, count, endian), 0);
  return clean(other.blockCount) > clean(arrangement.blockCount) ? other : arrangement;
}

/** Codewords among the first blocks that hold anything. */
function cleanBlocks(zone: Uint8Array, codec: ReedSolomon, count: BlockCount, endian: Endian): number {
  const geometry = eccGeometry(zone.length, codec.parity, count);
  if (geometry === null) return 0;
  const { size } = zoneHeader.decode(zone, 0, endian);
  let clean = 0;
  for (let block = 0; block < 4 && (block + 1) * 128 <= Math.min(size, geometry.capacity); block++) {
    const at = zoneHeader.size + block * 128;
    const parityAt = geometry.parityAt + block * codec.parity;
    const parity = zone.subarray(parityAt, parityAt + codec.parity);
    if (codec.isCodeword(zone.subarray(at, at + 128), parity)) clean += 1;
  }
  return clean;
}
