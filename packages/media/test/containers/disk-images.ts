import { deflateSync } from 'node:zlib';
import { adler32 } from '@pstore-decode/formats/compress';
import { chunkTypes, sparseChunkLayout, sparseHeaderLayout } from '../../src/containers/android-sparse.js';
import {
  fileHeaderLayout,
  magic,
  sectionLayout,
  tableLayout,
  volumeLayout,
} from '../../src/containers/ewf-sections.js';
import { joined } from './memory-images.js';

type Bytes = Uint8Array<ArrayBuffer>;

const sector = 512;
const chunkSize = 2 * sector;

/** Segment files of an EWF image of whole sectors; chunks are packed where that helps. */
export function ewfSegments(disk: Uint8Array, chunksEach: number): Bytes[] {
  const count = Math.ceil(disk.length / chunkSize);
  const segments: Bytes[] = [];
  for (let first = 0; first < count; first += chunksEach) {
    const number = segments.length + 1;
    const parts: Uint8Array[] = [
      fileHeaderLayout.encode({ magic: Uint8Array.from(magic), start: 1, segment: number, end: 0 }, 'le'),
    ];
    const length = () => parts.reduce((sum, part) => sum + part.length, 0);
    const section = (name: string, body: Uint8Array, isLast = false) => {
      const at = length();
      const type = new Uint8Array(16);
      type.set(new TextEncoder().encode(name));
      const size = sectionLayout.size + (isLast ? 0 : body.length);
      const fields = {
        type,
        next: BigInt(isLast ? at : at + size),
        size: BigInt(size),
        padding: new Uint8Array(40),
        checksum: 0,
      };
      const checksum = adler32(sectionLayout.encode(fields, 'le').subarray(0, 72));
      parts.push(sectionLayout.encode({ ...fields, checksum }, 'le'), body);
    };
    const shape = {
      mediaType: 1,
      chunkCount: count,
      sectorsPerChunk: 2,
      bytesPerSector: sector,
      sectorCount: BigInt(disk.length / sector),
    };
    if (number === 1) section('volume', joined(volumeLayout.encode(shape, 'le'), new Uint8Array(70)));
    const base = 5;
    let at = length() + sectionLayout.size;
    const entries: number[] = [];
    const chunks: Uint8Array[] = [];
    for (let i = first; i < Math.min(count, first + chunksEach); i++) {
      const chunk = disk.subarray(i * chunkSize, (i + 1) * chunkSize);
      const packed = deflateSync(chunk);
      const isPacked = packed.length < chunk.length;
      const sum = new Uint8Array(4);
      new DataView(sum.buffer).setUint32(0, adler32(chunk), true);
      chunks.push(isPacked ? packed : joined(chunk, sum));
      entries.push((at - base + (isPacked ? 2 ** 31 : 0)) >>> 0);
      at += (chunks.at(-1) as Uint8Array).length;
    }
    section('sectors', joined(...chunks));
    const head = { count: entries.length, padding: 0, base: BigInt(base), padding2: 0, checksum: 0 };
    const list = new Uint8Array(4 * entries.length + 4);
    for (const [i, entry] of entries.entries()) new DataView(list.buffer).setUint32(4 * i, entry, true);
    section('table', joined(tableLayout.encode(head, 'le'), list));
    section(first + chunksEach < count ? 'next' : 'done', new Uint8Array(0), true);
    segments.push(joined(...parts));
  }
  return segments;
}

/** An Android sparse image of whole blocks: runs of one repeated figure, of zeros that are left out, and of bytes. */
export function sparseImage(disk: Uint8Array, blockSize: number): Bytes {
  const blocks = disk.length / blockSize;
  const kindOf = (i: number): 'nothing' | 'fill' | 'raw' => {
    const block = disk.subarray(i * blockSize, (i + 1) * blockSize);
    if (block.some((byte, j) => byte !== block[j % 4])) return 'raw';
    return block.every((byte) => byte === 0) ? 'nothing' : 'fill';
  };
  const chunks: Bytes[] = [];
  for (let first = 0; first < blocks; ) {
    const kind = kindOf(first);
    let end = first + 1;
    while (end < blocks && kindOf(end) === kind && kind !== 'fill') end += 1;
    const bytes = disk.subarray(first * blockSize, end * blockSize);
    const body = { nothing: bytes.subarray(0, 0), fill: bytes.subarray(0, 4), raw: bytes }[kind];
    const fields = { type: chunkTypes[kind], reserved: 0, blocks: end - first, size: 12 + body.length };
    chunks.push(joined(sparseChunkLayout.encode(fields, 'le'), body));
    first = end;
  }
  chunks.push(
    joined(
      sparseChunkLayout.encode({ type: chunkTypes.checksum, reserved: 0, blocks: 0, size: 16 }, 'le'),
      new Uint8Array(4),
    ),
  );
  const header = {
    magic: 0xed26ff3a,
    major: 1,
    minor: 0,
    headerSize: 28,
    chunkHeaderSize: 12,
    blockSize,
    blocks,
    chunks: chunks.length,
    checksum: 0,
  };
  return joined(sparseHeaderLayout.encode(header, 'le'), ...chunks);
}
