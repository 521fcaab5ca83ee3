import type { Report } from '@pstore-decode/formats';
import { bytes, type Struct, struct, u8, u32, u64 } from '@pstore-decode/formats/bytes';
import type { RandomAccessSource } from '../source.js';
import { readWithLosses } from './read-with-losses.js';

// Source of all facts: QEMU's document docs/interop/qcow2.rst (before 10.1 qcow2.txt), sections "Header" and "Header padding".

/** `QFI`, 0xfb. */
export const magic = [0x51, 0x46, 0x49, 0xfb] as const;

interface HeaderFields {
  magic: number;
  version: number;
  backingFileOffset: bigint;
  backingFileSize: number;
  clusterBits: number;
  size: bigint;
  cryptMethod: number;
  l1Size: number;
  l1TableOffset: bigint;
  refcountTableOffset: bigint;
  refcountTableClusters: number;
  snapshotCount: number;
  snapshotsOffset: bigint;
}

/** Of every version; big-endian. */
export const headerLayout: Struct<HeaderFields> = struct('qcow2 header', {
  magic: u32('QFI, 0xfb'),
  version: u32('2, or 3 since QEMU 1.1'),
  backingFileOffset: u64('of its name; 0 where there is none'),
  backingFileSize: u32('bytes of its name'),
  clusterBits: u32('a cluster has 1 << clusterBits bytes; at least 9, in QEMU at most 21'),
  size: u64('of the disk, in bytes'),
  cryptMethod: u32('0 none, 1 AES, 2 LUKS'),
  l1Size: u32('entries of the active L1 table'),
  l1TableOffset: u64('a multiple of the cluster size'),
  refcountTableOffset: u64('not needed to read'),
  refcountTableClusters: u32('not needed to read'),
  snapshotCount: u32('internal snapshots'),
  snapshotsOffset: u64('of their table'),
});

interface Version3Fields {
  incompatibleFeatures: bigint;
  compatibleFeatures: bigint;
  autoclearFeatures: bigint;
  refcountOrder: number;
  headerLength: number;
  compressionType: number;
  padding: Uint8Array;
}

/** Behind it from version 3 on. The last two fields are there where `headerLength` is more than 104. */
export const version3Layout: Struct<Version3Fields> = struct('qcow2 header, version 3', {
  incompatibleFeatures: u64(
    'bits: 0 dirty, 1 corrupt, 2 external data file, 3 compression type, 4 extended L2 entries',
  ),
  compatibleFeatures: u64('not needed to read'),
  autoclearFeatures: u64('not needed to read'),
  refcountOrder: u32('not needed to read'),
  headerLength: u32('104, or 112 with what follows'),
  compressionType: u8('0 zlib, in fact raw deflate; 1 zstd'),
  padding: bytes(7, 'zeros'),
});

const features = { dirty: 1n, corrupt: 2n, externalDataFile: 4n, compressionType: 8n, extendedL2: 16n };
const known = Object.values(features).reduce((all, bit) => all | bit, 0n);

/** What of a header is needed to read the disk, each figure within its bounds. */
export interface Qcow2Header {
  /** Of the disk, in bytes: no more than L1 tables of `mostL1` entries can reach. */
  readonly size: number;
  /** A power of two, 512 to 2 MiB. */
  readonly clusterSize: number;
  /** An L2 entry has 16 bytes, and says of each 32nd part of its cluster whether it is there. */
  readonly isExtended: boolean;
  /** Within the medium. */
  readonly l1TableOffset: number;
  readonly hasBackingFile: boolean;
  /** As in the header: 0 deflate, 1 zstd. */
  readonly compressionType: number;
}

/** Bytes of the disk that one L2 table, a cluster, describes. */
export function reachOfTable({ clusterSize, isExtended }: Pick<Qcow2Header, 'clusterSize' | 'isExtended'>): number {
  return (clusterSize / (isExtended ? 16 : 8)) * clusterSize;
}

/** QEMU refuses L1 tables of more than 32 MiB (QCOW_MAX_L1_SIZE). */
const mostL1 = 1 << 22;

/** Reads and judges the header. Null, with a finding, when there is no way to the disk from it. */
export async function readQcow2Header(medium: RandomAccessSource, report: Report): Promise<Qcow2Header | null> {
  const { bytes, lost } = await readWithLosses(medium, { start: 0, end: mostBytes });
  const header = judged(bytes.subarray(0, lost[0]?.start), medium.size);
  if ('code' in header) {
    report({ ...header, at: { start: 0, end: bytes.length } });
    return null;
  }
  const clusterSize = 2 ** header.clusterBits;
  const isExtended = (header.incompatibleFeatures & features.extendedL2) !== 0n;
  const reached = Math.min(header.l1Size, mostL1) * reachOfTable({ clusterSize, isExtended });
  const size = Math.min(Number(header.size), reached, Number.MAX_SAFE_INTEGER);
  for (const detail of doubtsOf(header, size)) report({ code: 'container.doubtful', at: null, detail });
  if (header.snapshotCount > 0) {
    report({ code: 'container.snapshots', at: null, detail: `qcow2: ${header.snapshotCount}` });
  }
  return {
    size,
    clusterSize,
    isExtended,
    l1TableOffset: Number(header.l1TableOffset),
    hasBackingFile: header.backingFileOffset !== 0n,
    compressionType: header.headerLength > leastBytes ? header.compressionType : 0,
  };
}

type AllFields = HeaderFields & Version3Fields;

interface Fault {
  readonly code: 'container.header' | 'container.refused';
  readonly detail: string;
}

/** Bytes of all fields, and of those that an image of version 3 has at the least. */
const mostBytes = headerLayout.size + version3Layout.size;
const leastBytes = 104;

function judged(bytes: Uint8Array, mediumSize: number): AllFields | Fault {
  const header = decodeHeader(bytes);
  if (header === null) return { code: 'container.header', detail: `qcow2: only ${bytes.length} bytes of it are there` };
  return faultOf(header, mediumSize) ?? header;
}

/** Null when the bytes end before the fields of their version do. Fields that version 2 lacks are 0. */
function decodeHeader(bytes: Uint8Array): AllFields | null {
  if (bytes.length < headerLayout.size) return null;
  const header = headerLayout.decode(bytes, 0, 'be');
  const rest = new Uint8Array(version3Layout.size);
  if (header.version >= 3) {
    if (bytes.length < leastBytes) return null;
    rest.set(bytes.subarray(headerLayout.size));
  }
  return { ...header, ...version3Layout.decode(rest, 0, 'be') };
}

/** Why the disk cannot be read at all. */
function faultOf(header: AllFields, mediumSize: number): Fault | null {
  const { version, cryptMethod, incompatibleFeatures, clusterBits, l1Size, l1TableOffset, size } = header;
  const refused = (why: string): Fault => ({ code: 'container.refused', detail: `qcow2: ${why}` });
  const damaged = (why: string): Fault => ({ code: 'container.header', detail: `qcow2: ${why}` });
  if (version !== 2 && version !== 3) return refused(`version ${version}`);
  if (cryptMethod !== 0) return refused(`encrypted, method ${cryptMethod}`);
  if ((incompatibleFeatures & features.externalDataFile) !== 0n) return refused('its data are in another file');
  if (!(clusterBits >= 9 && clusterBits <= 21)) return damaged(`clusters of 2^${clusterBits} bytes`);
  if (size > 0n !== l1Size > 0) return damaged(`an L1 table of ${l1Size} entries for a disk of ${size} bytes`);
  const isPlaced =
    l1TableOffset > 0n && l1TableOffset < mediumSize && l1TableOffset % (1n << BigInt(clusterBits)) === 0n;
  return isPlaced || l1Size === 0 ? null : damaged(`the L1 table at 0x${l1TableOffset.toString(16)}`);
}

/** What speaks against the image and does not keep it from being read. `size` is as far as it is read. */
function doubtsOf({ size: claim, incompatibleFeatures: flags }: AllFields, size: number): string[] {
  const unknown = flags & ~known;
  return [
    ...(BigInt(size) < claim ? [`qcow2: a disk of ${claim} bytes, of which its tables reach ${size}`] : []),
    ...((flags & features.corrupt) !== 0n ? ['qcow2: QEMU has marked it as corrupt'] : []),
    ...(unknown !== 0n ? [`qcow2: unknown features 0x${unknown.toString(16)}`] : []),
  ];
}
