import { formatGuid } from './bytes/guid.js';
import type { ByteRange } from './bytes/range.js';
import { bytes, struct, u8, u32, u64 } from './bytes/struct.js';

/** A partition of a disk, in bytes from its start. */
export interface Partition {
  readonly range: ByteRange;
  /** How the table names it, in an alphabet of our own: text of the medium is left out. */
  readonly description: string;
}

/** An entry of a GPT (UEFI 2.10, 5.3.3) without its name. */
const gptEntry = struct<GptEntry>('EFI_PARTITION_ENTRY', {
  type: bytes(16, 'zeros: unused'),
  unique: bytes(16, 'PARTUUID'),
  firstLba: u64('first block'),
  lastLba: u64('last block'),
  attributes: u64('flags'),
  name: bytes(72, 'PARTLABEL, UTF-16LE'),
});

interface GptEntry {
  readonly type: Uint8Array;
  readonly unique: Uint8Array;
  readonly firstLba: bigint;
  readonly lastLba: bigint;
  readonly attributes: bigint;
  readonly name: Uint8Array;
}

/** An entry of an MBR. */
const mbrEntry = struct<MbrEntry>('MBR partition entry', {
  status: u8('0x80: active'),
  firstChs: bytes(3, 'unused'),
  type: u8('0: unused'),
  lastChs: bytes(3, 'unused'),
  firstLba: u32('first block of 512 bytes'),
  blocks: u32('number of blocks'),
});

interface MbrEntry {
  readonly status: number;
  readonly firstChs: Uint8Array;
  readonly type: number;
  readonly lastChs: Uint8Array;
  readonly firstLba: number;
  readonly blocks: number;
}

/** The first and the last bytes of a disk: both copies of a GPT stand there. */
export interface DiskEnds {
  readonly head: Uint8Array;
  /** Empty where the head is all of the disk. */
  readonly tail: Uint8Array;
  /** Of the disk, in bytes. */
  readonly size: number;
}

/** Bytes at each end of a disk in which tables are looked for: that of a GPT has 16 KiB in all that we know. */
export const diskEnd = 64 << 10;

/** The partitions that a GPT names, or its copy at the end, else an MBR; none where there is no table. */
export function partitionsOf(disk: DiskEnds): Partition[] {
  for (const place of [1, -1]) {
    for (const block of [512, 4096]) {
      const gpt = gptPartitions(disk, place < 0 ? disk.size - block : block, block);
      if (gpt.length > 0) return gpt;
    }
  }
  return mbrPartitions(disk.head);
}

/** Bytes that stand in one of the ends; null where they do not. */
function cut({ head, tail, size }: DiskEnds, at: number, length: number): Uint8Array | null {
  const inTail = at - (size - tail.length);
  if (at >= 0 && length <= head.length - at) return head.subarray(at, at + length);
  return inTail >= 0 && length <= tail.length - inTail ? tail.subarray(inTail, inTail + length) : null;
}

const gptSignature = 'EFI PART';
const gptHeaderSize = 92;
const mostEntries = 256;

function gptPartitions(disk: DiskEnds, at: number, block: number): Partition[] {
  const header = cut(disk, at, gptHeaderSize);
  if (header === null || latin(header.subarray(0, 8)) !== gptSignature) return [];
  const view = new DataView(header.buffer, header.byteOffset, gptHeaderSize);
  const table = Number(view.getBigUint64(0x48, true)) * block;
  const count = Math.min(view.getUint32(0x50, true), mostEntries);
  const size = view.getUint32(0x54, true);
  if (size < gptEntry.size || size > 4096) return [];
  const found: Partition[] = [];
  for (let i = 0; i < count; i++) {
    const entry = cut(disk, table + i * size, gptEntry.size);
    if (entry === null) break;
    const { type, unique, firstLba, lastLba, name } = gptEntry.decode(entry, 0, 'le');
    if (type.every((byte) => byte === 0) || lastLba < firstLba || lastLba >= 1n << 40n) continue;
    const label = labelOf(name);
    found.push({
      range: { start: Number(firstLba) * block, end: (Number(lastLba) + 1) * block },
      description: `GPT partition ${i + 1}${label}, type ${formatGuid(type)}, PARTUUID=${formatGuid(unique)}`,
    });
  }
  return found;
}

/** Unused, containers of others, and what stands in for a GPT. */
const notPartitions: ReadonlySet<number> = new Set([0x00, 0x05, 0x0f, 0x85, 0xee]);

function mbrPartitions(disk: Uint8Array): Partition[] {
  if (disk.length < 512 || disk[510] !== 0x55 || disk[511] !== 0xaa) return [];
  const serial = new DataView(disk.buffer, disk.byteOffset + 0x1b8, 4).getUint32(0, true);
  const found: Partition[] = [];
  for (let i = 0; i < 4; i++) {
    const { status, type, firstLba, blocks } = mbrEntry.decode(disk, 0x1be + 16 * i, 'le');
    if ((status & 0x7f) !== 0 || notPartitions.has(type) || firstLba === 0 || blocks === 0) continue;
    const uuid = `${serial.toString(16).padStart(8, '0')}-0${i + 1}`;
    found.push({
      range: { start: firstLba * 512, end: (firstLba + blocks) * 512 },
      description: `MBR partition ${i + 1}, type 0x${type.toString(16).padStart(2, '0')}, PARTUUID=${uuid}`,
    });
  }
  return found;
}

/** A plain word is told; anything else is text of the medium. */
function labelOf(name: Uint8Array): string {
  const label = latin(name.filter((_, i) => i % 2 === 0)).replace(/\0.*$/s, '');
  const isPlain = /^[\w.:-]{1,36}$/.test(label) && name.every((byte, i) => i % 2 === 0 || byte === 0);
  return isPlain ? ` "${label}"` : '';
}

function latin(text: Uint8Array): string {
  return String.fromCharCode(...text);
}
