import type { Report } from '@pstore-decode/formats';
import { bytes, type Struct, struct, u8, u16, u32, u64 } from '@pstore-decode/formats/bytes';
import { adler32 } from '@pstore-decode/formats/compress';
import { breather } from '../breathe.js';
import type { Unwrapped } from './container.js';
import { readWithLosses } from './read-with-losses.js';

// Source of all facts: libewf's document "Expert Witness Compression Format specification". Figures are little-endian.

/** `EVF`, 09 0d 0a ff 00. */
export const magic = [0x45, 0x56, 0x46, 0x09, 0x0d, 0x0a, 0xff, 0x00] as const;

interface FileHeader {
  magic: Uint8Array;
  start: number;
  segment: number;
  end: number;
}

/** At the beginning of each segment file. */
export const fileHeaderLayout: Struct<FileHeader> = struct('EWF file header', {
  magic: bytes(8, 'EVF, 09 0d 0a ff 00'),
  start: u8('1'),
  segment: u16('number of the segment file, from 1 on'),
  end: u16('0'),
});

interface SectionHeader {
  type: Uint8Array;
  next: bigint;
  size: bigint;
  padding: Uint8Array;
  checksum: number;
}

export const sectionLayout: Struct<SectionHeader> = struct('EWF section', {
  type: bytes(16, 'its name, padded with zeros'),
  next: u64('offset of the next section in the segment file; of its own in the last'),
  size: u64('of the section, with this header'),
  padding: bytes(40, 'zeros'),
  checksum: u32('Adler-32 of what stands before it'),
});

interface Volume {
  mediaType: number;
  chunkCount: number;
  sectorsPerChunk: number;
  bytesPerSector: number;
  sectorCount: bigint;
}

/** The beginning of a section `volume` or `disk`. */
export const volumeLayout: Struct<Volume> = struct('EWF volume', {
  mediaType: u32('not looked at'),
  chunkCount: u32('chunks of the medium'),
  sectorsPerChunk: u32('64 as a rule'),
  bytesPerSector: u32('512 as a rule'),
  sectorCount: u64('sectors of the medium'),
});

interface TableHeader {
  count: number;
  padding: number;
  base: bigint;
  padding2: number;
  checksum: number;
}

/** The beginning of a section `table`; as many u32 follow: bit 31 packed, the rest an offset behind `base`. */
export const tableLayout: Struct<TableHeader> = struct('EWF table', {
  count: u32('chunks of this table'),
  padding: u32('0'),
  base: u64('offset in the segment file'),
  padding2: u32('0'),
  checksum: u32('Adler-32 of what stands before it'),
});

/** Offsets of chunks: `first` and the `count - 1` behind it. Offsets are of the medium, the segment files one behind the other. */
export interface ChunkTable {
  readonly first: number;
  readonly count: number;
  /** Where its entries stand, and what their offsets count from. */
  readonly entries: number;
  readonly base: number;
  /** Where the bytes of its chunks end. */
  readonly end: number;
}

export interface Ewf {
  /** Of the medium inside, in bytes. */
  readonly size: number;
  readonly chunkSize: number;
  readonly tables: readonly ChunkTable[];
}

const mostTables = 1 << 18;

/**
 * Goes through the sections of all segment files. One begins behind the last section of the one before it.
 * @returns null when no section says how large the medium is
 */
export async function readSections(medium: Unwrapped, report: Report, signal?: AbortSignal): Promise<Ewf | null> {
  const doubt = (words: string) => report({ code: 'container.doubtful', at: null, detail: `EWF: ${words}` });
  const tables: ChunkTable[] = [];
  const breathe = breather(signal);
  let shape: Pick<Ewf, 'size' | 'chunkSize'> | null = null;
  let segmentStart = 0;
  let segment = 1;
  let at = fileHeaderLayout.size;
  let chunks = 0;
  let dataEnd = 0;
  for (;;) {
    await breathe();
    const head = await readStruct(medium, at, sectionLayout.size + tableLayout.size);
    if (head.length < sectionLayout.size) {
      doubt(`the sections end in segment ${segment}, at 0x${at.toString(16)}`);
      break;
    }
    const section = sectionLayout.decode(head, 0, 'le');
    const type = String.fromCharCode(...section.type).replace(/\0.*$/s, '');
    if (adler32(head.subarray(0, 72)) !== section.checksum) {
      doubt(`the header of a section does not fit its checksum, in segment ${segment}, at 0x${at.toString(16)}`);
      if (!/^[a-z0-9]+$/.test(type)) break;
    }
    const next = segmentStart + Number(section.next);
    const body = at + sectionLayout.size;
    if (type === 'volume' || type === 'disk') shape ??= shapeOf(await readStruct(medium, body, volumeLayout.size));
    if (type === 'sectors') dataEnd = next;
    if (type === 'table' && head.length === sectionLayout.size + tableLayout.size) {
      const { count, base } = tableLayout.decode(head, sectionLayout.size, 'le');
      const entries = body + tableLayout.size;
      const there = Math.max(0, Math.min(count, Math.floor((medium.size - entries) / 4)));
      if (there < count || tables.length === mostTables) doubt(`a table of ${count} chunks at 0x${at.toString(16)}`);
      if (tables.length < mostTables && there > 0) {
        const end = dataEnd > segmentStart ? dataEnd : at;
        tables.push({ first: chunks, count: there, entries, base: segmentStart + Number(base), end });
      }
      chunks += count;
    }
    if (type === 'done') break;
    if (type === 'next') {
      segmentStart = at + sectionLayout.size;
      segment += 1;
      const header = await readStruct(medium, segmentStart, fileHeaderLayout.size);
      if (!isFileHeader(header) || header[9] !== (segment & 0xff)) {
        doubt(`segment ${segment} is not there`);
        break;
      }
      at = segmentStart + fileHeaderLayout.size;
      continue;
    }
    if (!(next > at)) {
      doubt(`a section leads back, in segment ${segment}, at 0x${at.toString(16)}`);
      break;
    }
    at = next;
  }
  return shape === null ? null : { ...shape, tables };
}

function isFileHeader(head: Uint8Array): boolean {
  return magic.every((byte, i) => head[i] === byte);
}

/** Null where it makes no sense. */
function shapeOf(body: Uint8Array): Pick<Ewf, 'size' | 'chunkSize'> | null {
  if (body.length < volumeLayout.size) return null;
  const { sectorsPerChunk, bytesPerSector, sectorCount } = volumeLayout.decode(body, 0, 'le');
  const chunkSize = sectorsPerChunk * bytesPerSector;
  const size = Number(sectorCount) * bytesPerSector;
  const isSane = chunkSize > 0 && chunkSize <= largestChunk && size > 0 && size <= Number.MAX_SAFE_INTEGER;
  return isSane ? { size, chunkSize } : null;
}

/** Bytes of a chunk; real ones have 32 KiB to 16 MiB. */
const largestChunk = 1 << 26;

/** As many of the bytes as are there. */
async function readStruct(medium: Unwrapped, start: number, length: number): Promise<Uint8Array> {
  const { bytes: found, lost } = await readWithLosses(medium, { start, end: start + length });
  return found.subarray(0, lost[0]?.start);
}
