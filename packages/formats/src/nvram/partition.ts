import { forFileName, hostile } from '../bytes/hostile.js';
import {
  blockSize,
  isChecksumRight,
  type KnownPartition,
  knownPartitions,
  type PartitionHeader,
  partitionHeader,
  signatureWords,
} from './layout.js';

/** The header at `at`; null when it is not there whole. */
export function partitionAt(bytes: Uint8Array, at: number): PartitionHeader | null {
  return at + partitionHeader.size > bytes.length ? null : partitionHeader.decode(bytes, at, 'be');
}

/** Header and data, in bytes. */
export function sizeOf({ length }: PartitionHeader): number {
  return length * blockSize;
}

/** True for a header that can be none by chance alone: a known kind, the right checksum, a printable name. */
export function isSound(header: PartitionHeader): boolean {
  return header.length > 0 && signatureWords.has(header.signature) && isChecksumRight(header) && hasName(header);
}

function hasName({ name }: PartitionHeader): boolean {
  const end = name.indexOf(0);
  const text = end === -1 ? name : name.subarray(0, end);
  const rest = end === -1 ? [] : name.subarray(end);
  return text.length > 0 && text.every((byte) => byte >= 0x20 && byte < 0x7f) && rest.every((byte) => byte === 0);
}

/** The partition that has this name and signature. */
export function knownOf({ name, signature }: PartitionHeader): KnownPartition | null {
  return byName(name).find((known) => known.signature === signature) ?? null;
}

/** Those of this name, whatever the signature is. */
export function byName(name: Uint8Array): KnownPartition[] {
  const text = String.fromCharCode(...name).replace(/\0+$/, '');
  return knownPartitions.filter((known) => known.name === text);
}

/** Bytes that `isKnownPartition` looks at. */
export const partitionWindow = partitionHeader.size;

/** What tells an NVRAM from other bytes: a known name with its signature and the right checksum. */
export function isKnownPartition(window: Uint8Array): boolean {
  const header = partitionAt(window, 0);
  return header !== null && isSound(header) && knownOf(header) !== null;
}

/** `a0 operating system, lnx,oops-log, data 4000`; a name that is not known in the alphabet of file names. */
export function inWords(header: PartitionHeader, dataSize: number): string {
  const { signature, name } = header;
  const kind = `${signature.toString(16).padStart(2, '0')} ${signatureWords.get(signature) ?? 'unknown'}`;
  const end = name.indexOf(0);
  const shown = knownOf(header)?.name ?? forFileName(hostile(end === -1 ? name : name.subarray(0, end)));
  return `${kind}, ${shown}, data ${dataSize}`;
}
