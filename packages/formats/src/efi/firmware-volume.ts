import type { ByteRange } from '../bytes/range.js';
import { blockMapEntry, nvDataGuid, volumeHeader, volumeSignature } from './layout.js';
import { standsAt } from './store-header.js';

/** A firmware volume with the GUID of variable stores. Offsets count from the start of the bytes it was found in. */
export interface FirmwareVolume {
  /** As long as it claims, up to the end of the bytes. */
  readonly range: ByteRange;
  /** Bytes that it claims behind the end. */
  readonly excess: number;
  /** Where the store begins. */
  readonly bodyAt: number;
  /** The words of the header sum up to 0. */
  readonly isSound: boolean;
}

/** From the start of a volume to its GUID, by which it is found. */
export const volumeGuidOffset = 16;

/** Header with a block map of one entry, as every known volume of this kind has it. */
const usualHeaderLength = 0x48;
const longestHeader = 0x1000;

/** True when the GUID and the signature of a volume stand where `at` is the place of the GUID. */
export function isVolumeGuid(bytes: Uint8Array, at: number): boolean {
  return standsAt(bytes, at, nvDataGuid) && standsAt(bytes, at + 24, signatureBytes);
}

const signatureBytes = [0, 8, 16, 24].map((shift) => (volumeSignature >>> shift) & 0xff);

/** The volume that begins at `start`; null when its header is not all there. Sizes that cannot be are not believed. */
export function volumeAt(bytes: Uint8Array, start: number): FirmwareVolume | null {
  if (start < 0 || volumeHeader.size > bytes.length - start) return null;
  const { length, headerLength } = volumeHeader.decode(bytes, start, 'le');
  const isUsable =
    headerLength >= volumeHeader.size && headerLength <= longestHeader && headerLength < bytes.length - start;
  const room = bytes.length - start;
  const header = isUsable ? headerLength : Math.min(usualHeaderLength, room);
  const claimed = length > BigInt(header) && length <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(length) : room;
  return {
    range: { start, end: start + Math.min(claimed, room) },
    excess: Math.max(0, claimed - room),
    bodyAt: start + header,
    isSound: isUsable && sumOfWords(bytes, start, headerLength) === 0,
  };
}

/** Sum of the 16-bit words, modulo 2^16; a header of an odd length is none. */
function sumOfWords(bytes: Uint8Array, start: number, length: number): number {
  let sum = length % 2 === 0 ? 0 : Number.NaN;
  for (let at = start; at < start + length; at += 2) sum += (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return sum % 0x10000;
}

/** The header of a volume of `length` bytes in blocks of 4 KiB, as EDK II writes it. */
export function encodeVolumeHeader(length: number): Uint8Array<ArrayBuffer> {
  const blockLength = 0x1000;
  const headerLength = volumeHeader.size + 2 * blockMapEntry.size;
  const fields = {
    zeroVector: new Uint8Array(16),
    fileSystemGuid: nvDataGuid,
    length: BigInt(length),
    signature: volumeSignature,
    attributes: 0x0004feff,
    headerLength,
    extHeaderOffset: 0,
    reserved: 0,
    revision: 2,
  };
  const bytes = new Uint8Array(headerLength);
  bytes.set(volumeHeader.encode({ ...fields, checksum: 0 }, 'le'));
  bytes.set(blockMapEntry.encode({ blocks: length / blockLength, blockLength }, 'le'), volumeHeader.size);
  const checksum = (0x10000 - sumOfWords(bytes, 0, headerLength)) % 0x10000;
  bytes.set(volumeHeader.encode({ ...fields, checksum }, 'le'));
  return bytes;
}
