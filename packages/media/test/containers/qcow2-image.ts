import { deflateRawSync } from 'node:zlib';
import { headerLayout, version3Layout } from '../../src/containers/qcow2-header.js';
import { pattern } from '../faulty-medium.js';

/** What a unit of the disk is: a cluster, or with extended L2 entries a 32nd of one. */
export type UnitKind = 'stored' | 'zero' | 'unallocated';

export interface ImagePlan {
  /** Of each cluster of the disk: packed, or the kinds of its units (one, or 32). */
  readonly clusters: readonly ('packed' | readonly UnitKind[])[];
  /** What the clusters hold where they hold something; by default what packs well is packed. */
  readonly content?: Uint8Array;
  /** 3 by default. */
  readonly version?: 2 | 3;
  /** 9 by default. */
  readonly clusterBits?: number;
  readonly isExtended?: boolean;
  /** Bytes that the disk has less than its clusters. */
  readonly cut?: number;
  /** Clusters of the image are laid down in an order that follows from it. */
  readonly shuffle?: number;
}

export interface Image {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly disk: Uint8Array<ArrayBuffer>;
  /** For each byte of the disk 1 where the image stores it, else 0. */
  readonly stored: Uint8Array<ArrayBuffer>;
  /** Where the tables stand, for damage that hits them. */
  readonly l1Offset: number;
  readonly l2Offsets: readonly number[];
}

/**
 * The mirror of the reader: the header in cluster 0, then the L1 table, then all else in any order, then the packed
 * clusters. Refcounts, which nothing here reads, are left out.
 */
export function qcow2Image(plan: ImagePlan): Image {
  const { version = 3, clusterBits = 9, isExtended = false, cut = 0, shuffle = 0 } = plan;
  const clusterSize = 2 ** clusterBits;
  const entrySize = isExtended ? 16 : 8;
  const unitSize = isExtended ? clusterSize / 32 : clusterSize;
  const disk = new Uint8Array(plan.clusters.length * clusterSize);
  const stored = new Uint8Array(disk.length);
  const content = plan.content ?? pattern(disk.length);
  const clusters = plan.clusters.map((kinds, i) => {
    const start = i * clusterSize;
    if (kinds === 'packed') {
      disk.set(plan.content?.subarray(start, start + clusterSize) ?? periodic(start, clusterSize), start);
      stored.fill(1, start, start + clusterSize);
      const stream = deflateRawSync(disk.subarray(start, start + clusterSize), { windowBits: 12 });
      // QEMU stores what does not shrink; an entry has no room for it.
      return stream.length < clusterSize ? { stream } : { kinds: Array<UnitKind>(isExtended ? 32 : 1).fill('stored') };
    }
    for (const [unit, kind] of kinds.entries()) {
      if (kind !== 'stored') continue;
      const at = start + unit * unitSize;
      disk.set(content.subarray(at, at + unitSize), at);
      stored.fill(1, at, at + unitSize);
    }
    return { kinds };
  });

  const tableEntries = clusterSize / entrySize;
  const tables = Math.ceil(clusters.length / tableEntries);
  const l1Clusters = Math.max(1, Math.ceil((8 * tables) / clusterSize));
  const places = shuffled(tables + clusters.filter(({ kinds }) => kinds !== undefined).length, shuffle);
  const placeOf = (index: number) => (1 + l1Clusters + places[index]!) * clusterSize;
  let packedAt = (1 + l1Clusters + places.length) * clusterSize;
  const bytes = new Uint8Array(packedAt + (clusters.length + tables - places.length) * clusterSize);
  const view = new DataView(bytes.buffer);

  const l1Offset = clusterSize;
  const l2Offsets = Array.from({ length: tables }, (_, i) => placeOf(i));
  for (const [i, offset] of l2Offsets.entries()) view.setBigUint64(l1Offset + 8 * i, copied(offset));
  let next = tables;
  for (const [i, { kinds, stream }] of clusters.entries()) {
    const entryAt = l2Offsets[Math.floor(i / tableEntries)]! + entrySize * (i % tableEntries);
    if (stream !== undefined) {
      const sectors = Math.floor((packedAt + stream.length - 1) / 512) - Math.floor(packedAt / 512);
      bytes.set(stream, packedAt);
      const entry = (1n << 62n) | (BigInt(sectors) << BigInt(62 - (clusterBits - 8))) | BigInt(packedAt);
      view.setBigUint64(entryAt, entry);
      packedAt += stream.length;
      continue;
    }
    const offset = placeOf(next++);
    bytes.fill(0xee, offset, offset + clusterSize); // what a hole hides is nobody's business
    for (const [unit, kind] of kinds.entries()) {
      const at = i * clusterSize + unit * unitSize;
      if (kind === 'stored') bytes.set(disk.subarray(at, at + unitSize), offset + unit * unitSize);
    }
    if (isExtended) {
      if (kinds.includes('stored')) view.setBigUint64(entryAt, copied(offset));
      view.setUint32(entryAt + 8, bitsOf(kinds, 'zero'));
      view.setUint32(entryAt + 12, bitsOf(kinds, 'stored'));
    } else if (kinds[0] !== 'unallocated') {
      view.setBigUint64(entryAt, copied(offset) | (kinds[0] === 'zero' ? 1n : 0n));
    }
  }

  const size = Math.max(0, disk.length - cut);
  bytes.set(headerOf({ version, clusterBits, isExtended, size, tables: size === 0 ? 0 : tables, l1Offset }));
  return {
    bytes: bytes.slice(0, packedAt),
    disk: disk.slice(0, size),
    stored: stored.slice(0, size),
    l1Offset,
    l2Offsets,
  };
}

/** `bytes` as the disk of an image, in clusters of one kind. */
export function imageOf(bytes: Uint8Array, kind: 'packed' | 'stored', clusterBits = 9): Uint8Array<ArrayBuffer> {
  const count = Math.ceil(bytes.length / 2 ** clusterBits);
  const content = new Uint8Array(count * 2 ** clusterBits);
  content.set(bytes);
  const clusters = Array.from({ length: count }, () => (kind === 'packed' ? kind : ([kind] as const)));
  return qcow2Image({ clusters, content, clusterBits, cut: content.length - bytes.length, shuffle: 3 }).bytes;
}

interface HeaderPlan {
  readonly version: number;
  readonly clusterBits: number;
  readonly isExtended: boolean;
  readonly size: number;
  readonly tables: number;
  readonly l1Offset: number;
}

function headerOf(plan: HeaderPlan): Uint8Array {
  const header = headerLayout.encode(
    {
      magic: 0x514649fb,
      version: plan.version,
      backingFileOffset: 0n,
      backingFileSize: 0,
      clusterBits: plan.clusterBits,
      size: BigInt(plan.size),
      cryptMethod: 0,
      l1Size: plan.tables,
      l1TableOffset: BigInt(plan.l1Offset),
      refcountTableOffset: 0n,
      refcountTableClusters: 0,
      snapshotCount: 0,
      snapshotsOffset: 0n,
    },
    'be',
  );
  if (plan.version === 2) return header;
  const rest = version3Layout.encode(
    {
      incompatibleFeatures: plan.isExtended ? 16n : 0n,
      compatibleFeatures: 0n,
      autoclearFeatures: 0n,
      refcountOrder: 4,
      headerLength: 104,
      compressionType: 0,
      padding: new Uint8Array(7),
    },
    'be',
  );
  return Uint8Array.from([...header, ...rest]);
}

/** An entry for a cluster with a refcount of one. */
function copied(offset: number): bigint {
  return BigInt(offset) | (1n << 63n);
}

function bitsOf(kinds: readonly UnitKind[], wanted: UnitKind): number {
  return kinds.reduce((all, kind, unit) => (kind === wanted ? (all | (1 << unit)) >>> 0 : all), 0);
}

function periodic(start: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 1 + ((start + (i % 97)) % 255));
}

/** 0 to `count` - 1 in an order that follows from `seed`. */
function shuffled(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  let state = seed;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
