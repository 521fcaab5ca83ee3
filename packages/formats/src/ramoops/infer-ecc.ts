import type { Endian } from '../bytes/struct.js';
import type { ReedSolomon } from '../ecc/index.js';
import { type BlockCount, blockSize, type Codecs, eccGeometry } from './ecc-blocks.js';
import { signatureEndian, zoneHeader } from './layout.js';

/** What the parity behind the headers of some zones proves. */
export interface EccEvidence {
  /** Parity bytes a block; 0 when nothing speaks for ECC. */
  readonly eccSize: number;
  /** Zones whose header is a codeword, or was corrected to a header with a signature. */
  readonly proofs: number;
}

/**
 * The parity size under which most headers are codewords. Chance makes one header of one size a codeword once in
 * 256^size, so several zones or several bytes must speak.
 * @param zones the bytes of each zone
 * @param given the parity size, when the caller knows it
 */
export function findEcc(
  zones: readonly Uint8Array[],
  given: number | undefined,
  codecs: Codecs,
  endian: Endian,
): EccEvidence {
  const few = zones.slice(0, enoughZones);
  const signed = few.filter((zone) => signatureEndian(zone, 0) === endian);
  let best: EccEvidence = { eccSize: given ?? 0, proofs: 0 };
  for (const eccSize of given === undefined ? likelySizes(signed) : [given]) {
    const codec = codecs(eccSize);
    const proven = codec === null ? [] : few.filter((zone) => isProof(zone, codec, endian));
    const isBetter = proven.length > best.proofs && (given !== undefined || isEnough(proven, few, eccSize));
    if (isBetter) best = { eccSize, proofs: proven.length };
  }
  return best;
}

/** True when the header of a zone and its last bytes may be a codeword: two syndromes are looked at. */
export function hasParity(zone: Uint8Array, eccSize: number): boolean {
  let sum = headerSum(zone);
  for (let i = 1; i <= eccSize; i++) sum ^= zone[zone.length - i] ?? 0;
  return sum === 0 && (eccSize === 1 || isSecondZero(zone, eccSize));
}

/**
 * Where the parity of the data stands: kernels up to 3.9 put it elsewhere. Whichever place makes more full blocks
 * codewords; `shared` when neither does.
 */
export function findBlockCount(zones: readonly Uint8Array[], codec: ReedSolomon, endian: Endian): BlockCount {
  const clean = (count: BlockCount) =>
    zones.slice(0, enoughZones).reduce((sum, zone) => sum + cleanBlocks(zone, codec, count, endian), 0);
  return clean('whole') > clean('shared') ? 'whole' : 'shared';
}

/** More zones than this prove nothing more. */
const enoughZones = 32;

/** 32 bits of evidence in headers that are not all alike, from a third of the zones at least. */
function isEnough(proven: readonly Uint8Array[], zones: readonly Uint8Array[], eccSize: number): boolean {
  const distinct = new Set(proven.map((zone) => zone.subarray(0, zoneHeader.size).join())).size;
  return distinct * eccSize >= 4 && proven.length * 3 >= zones.length;
}

/** Sizes under which the first two syndromes of enough headers are zero: cheap, and never misses the right one. */
function likelySizes(zones: readonly Uint8Array[]): number[] {
  const proven = new Map<number, Uint8Array[]>();
  for (const zone of zones) {
    let sum = headerSum(zone);
    for (let eccSize = 1; eccSize <= 64 && eccSize < zone.length - zoneHeader.size; eccSize++) {
      sum ^= zone[zone.length - eccSize] ?? 0;
      if (sum === 0 && (eccSize === 1 || isSecondZero(zone, eccSize))) {
        proven.set(eccSize, [...(proven.get(eccSize) ?? []), zone]);
      }
    }
  }
  return [...proven].flatMap(([eccSize, some]) => (isEnough(some, zones, eccSize) ? [eccSize] : []));
}

/** What the header adds to the syndrome at 1, the sum of all bytes. */
function headerSum(zone: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < zoneHeader.size; i++) sum ^= zone[i] ?? 0;
  return sum;
}

/** The syndrome at α: header and parity as a polynomial, evaluated at 2. */
function isSecondZero(zone: Uint8Array, eccSize: number): boolean {
  let sum = 0;
  for (let i = 0; i < zoneHeader.size + eccSize; i++) {
    const at = i < zoneHeader.size ? i : zone.length - eccSize + i - zoneHeader.size;
    sum = (zone[at] ?? 0) ^ (sum << 1) ^ (sum & 0x80 ? 0x11d : 0);
  }
  return sum === 0;
}

function isProof(zone: Uint8Array, codec: ReedSolomon, endian: Endian): boolean {
  if (zone.length < zoneHeader.size + codec.parity) return false;
  const result = codec.decode(zone.subarray(0, zoneHeader.size), zone.subarray(zone.length - codec.parity));
  return result.ok && result.corrected <= codec.parity >> 1 && signatureEndian(result.data, 0) === endian;
}

/** Codewords among the first blocks of a zone that are full. */
function cleanBlocks(zone: Uint8Array, codec: ReedSolomon, count: BlockCount, endian: Endian): number {
  const geometry = eccGeometry(zone.length, codec.parity, count);
  if (geometry === null) return 0;
  const { size } = zoneHeader.decode(zone, 0, endian);
  let clean = 0;
  for (let block = 0; block < 4 && (block + 1) * blockSize <= Math.min(size, geometry.capacity); block++) {
    const at = zoneHeader.size + block * blockSize;
    const parityAt = geometry.parityAt + block * codec.parity;
    const parity = zone.subarray(parityAt, parityAt + codec.parity);
    if (codec.isCodeword(zone.subarray(at, at + blockSize), parity)) clean += 1;
  }
  return clean;
}
