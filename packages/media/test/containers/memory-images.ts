import { deflateSync } from 'node:zlib';
import { encodeLzo } from '../../../formats/test/compress/lzo-encoder.js';
import { rangeHeader } from '../../src/containers/lime-header.js';
import { maskedCrc } from '../../src/containers/snappy-frames.js';

/** Memory that a container holds: ranges of whole pages, ascending and disjoint. */
export interface MemoryRange {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Bytes of a page here: small, so that a dump has many. */
export const page = 512;

type Bytes = Uint8Array<ArrayBuffer>;

export function joined(...parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function limeImage(ranges: readonly MemoryRange[]): Bytes {
  return joined(
    ...ranges.flatMap(({ start, bytes }) => [rangeHeader({ start, end: start + bytes.length, how: 'plain' }), bytes]),
  );
}

export function avmlImage(ranges: readonly MemoryRange[], chunkSize = 1500): Bytes {
  return joined(
    ...ranges.flatMap(({ start, bytes }) => {
      const stream = snappyFrames(bytes, chunkSize);
      const trailer = new Uint8Array(8);
      new DataView(trailer.buffer).setBigUint64(0, BigInt(stream.length), true);
      return [rangeHeader({ start, end: start + bytes.length, how: 'snappy' }), stream, trailer];
    }),
  );
}

function snappyFrames(text: Uint8Array, chunkSize: number): Bytes {
  const parts: Uint8Array[] = [Uint8Array.of(0xff, 6, 0, 0, ...new TextEncoder().encode('sNaPpY'))];
  for (let at = 0, i = 0; at < text.length; at += chunkSize, i++) {
    const piece = text.subarray(at, at + chunkSize);
    const [type, body] = i % 3 === 2 ? [1, piece] : [0, encodeSnappy(piece)];
    const head = new Uint8Array(8);
    const view = new DataView(head.buffer);
    view.setUint32(0, type + (body.length + 4) * 256, true);
    view.setUint32(4, maskedCrc(piece), true);
    parts.push(head, body);
    if (i % 4 === 1 && at + chunkSize < text.length) parts.push(Uint8Array.of(0xfe, 3, 0, 0, 0, 0, 0)); // padding
  }
  return joined(...parts);
}

/** A raw stream with literals of every kind of length and copies of three kinds. */
function encodeSnappy(text: Uint8Array): Bytes {
  const out: number[] = [];
  for (let rest = text.length; ; rest = Math.floor(rest / 128)) {
    out.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) break;
  }
  const last = new Map<number, number>();
  let from = 0;
  const literals = (end: number) => {
    for (let length = end - from; length > 0; length = end - from) {
      const count = Math.min(length, 70_000);
      const tag = count - 1;
      if (tag < 60) out.push(tag << 2);
      else if (tag < 256) out.push(60 << 2, tag);
      else if (tag < 65536) out.push(61 << 2, tag & 255, tag >> 8);
      else out.push(62 << 2, tag & 255, (tag >> 8) & 255, tag >> 16);
      out.push(...text.subarray(from, from + count));
      from += count;
    }
  };
  for (let at = 0; at + 4 <= text.length; ) {
    const four = new DataView(text.buffer, text.byteOffset + at).getUint32(0);
    const before = last.get(four);
    last.set(four, at);
    if (before === undefined) {
      at += 1;
      continue;
    }
    let length = 4;
    while (length < 64 && at + length < text.length && text[before + length] === text[at + length]) length++;
    literals(at);
    const distance = at - before;
    if (length < 12 && distance < 2048) out.push(1 | ((length - 4) << 2) | ((distance >> 8) << 5), distance & 255);
    else if (length % 2 === 0) out.push(2 | ((length - 1) << 2), distance & 255, distance >> 8);
    else out.push(3 | ((length - 1) << 2), distance & 255, (distance >> 8) & 255, distance >> 16, 0);
    at += length;
    from = at;
  }
  literals(text.length);
  return Uint8Array.from(out);
}

export interface Machine {
  readonly word: 4 | 8;
  readonly isLittle: boolean;
}

/** As QEMU writes it: section headers first, a size of 8 in the header, segments that are not aligned. */
export function elfImage(ranges: readonly MemoryRange[], { word, isLittle }: Machine, manySegments = false): Bytes {
  const segmentSize = word === 8 ? 56 : 32;
  const phoff = 192;
  const head = new Uint8Array(phoff + segmentSize * ranges.length + 8);
  const view = new DataView(head.buffer);
  const wide = (at: number, value: number) =>
    word === 8 ? view.setBigUint64(at, BigInt(value), isLittle) : view.setUint32(at, value, isLittle);
  head.set([0x7f, 0x45, 0x4c, 0x46, word / 4, isLittle ? 1 : 2, 1]);
  view.setUint16(16, 4, isLittle);
  const at = word === 8 ? { phoff: 32, shoff: 40, sizes: 52, info: 44 } : { phoff: 28, shoff: 32, sizes: 40, info: 28 };
  wide(at.phoff, phoff);
  wide(at.shoff, 64);
  view.setUint16(at.sizes, 8, isLittle);
  view.setUint16(at.sizes + 2, segmentSize, isLittle);
  view.setUint16(at.sizes + 4, manySegments ? 0xffff : ranges.length, isLittle);
  view.setUint32(64 + at.info, ranges.length, isLittle);
  let offset = head.length;
  for (const [i, { start, bytes }] of ranges.entries()) {
    const segment = phoff + i * segmentSize;
    view.setUint32(segment, 1, isLittle);
    const fields = word === 8 ? [8, 16, 24, 32, 40] : [4, 8, 12, 16, 20];
    const values = [offset, start, start, bytes.length, bytes.length];
    for (const [j, field] of fields.entries()) wide(segment + field, values[j] as number);
    offset += bytes.length;
  }
  return joined(head, ...ranges.map(({ bytes }) => bytes));
}

export type PageFormat = 'stored' | 'zlib' | 'lzo' | 'snappy';

export interface KdumpPlan extends Machine {
  readonly formats: readonly PageFormat[];
  /** Of 32 bits: i386 packs its sub header more densely. */
  readonly isDense?: boolean;
  /** Pages of one file of several. */
  readonly part?: { readonly start: number; readonly end: number };
  /** Pages that exist and are left out. */
  readonly excluded?: readonly number[];
}

export function kdumpImage(ranges: readonly MemoryRange[], plan: KdumpPlan): Bytes {
  const { word, isLittle, formats, isDense = false, part, excluded = [] } = plan;
  const pages = new Map<number, Uint8Array>();
  for (const { start, bytes } of ranges) {
    for (let at = 0; at < bytes.length; at += page) pages.set((start + at) / page, bytes.subarray(at, at + page));
  }
  const count = Math.max(...pages.keys(), ...excluded) + 1;
  const half = Math.ceil(count / 8 / page);
  const header = new Uint8Array(page * (2 + 2 * half));
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode('KDUMP   '));
  view.setInt32(8, 6, isLittle);
  const status = word === 8 ? 424 : 412;
  for (const [i, value] of [1, page, 1, 2 * half, count].entries()) view.setUint32(status + 4 * i, value, isLittle);
  const at = word === 8 ? [12, 80] : isDense ? [8, 56] : [8, 72];
  view.setUint32(page + (at[0] as number), part === undefined ? 0 : 1, isLittle);
  const { start, end } = part ?? { start: 0, end: count };
  for (const [i, value] of [start, end, count].entries()) {
    view.setBigUint64(page + (at[1] as number) + 8 * i, BigInt(value), isLittle);
  }
  const set = (bitmap: number, n: number) => {
    header[page * (2 + bitmap * half) + (n >> 3)]! |= 1 << (n & 7);
  };
  for (const n of [...pages.keys(), ...excluded]) set(0, n);
  for (const n of pages.keys()) set(1, n);

  const order = [...pages.keys()].filter((n) => n >= start && n < end).sort((a, b) => a - b);
  const descriptors = new Uint8Array(24 * order.length);
  const descriptor = new DataView(descriptors.buffer);
  const data: Uint8Array[] = [];
  let offset = header.length + descriptors.length;
  /** Where a packed page stands, its bytes, and their flags. */
  type Place = readonly [at: number, size: number, flags: number];
  const append = (bytes: Uint8Array, format: PageFormat): Place => {
    const [flags, packed] = packPage(bytes, format);
    data.push(packed);
    offset += packed.length;
    return [offset - packed.length, packed.length, flags];
  };
  let zeros: Place | undefined;
  for (const [i, n] of order.entries()) {
    const bytes = pages.get(n) as Uint8Array;
    const isZeros = bytes.every((byte) => byte === 0);
    const place = (isZeros ? zeros : undefined) ?? append(bytes, formats[i % formats.length] as PageFormat);
    if (isZeros) zeros = place;
    descriptor.setBigInt64(24 * i, BigInt(place[0]), isLittle);
    descriptor.setUint32(24 * i + 8, place[1], isLittle);
    descriptor.setUint32(24 * i + 12, place[2], isLittle);
  }
  return joined(header, descriptors, ...data);
}

function packPage(bytes: Uint8Array, format: PageFormat): [flags: number, packed: Uint8Array] {
  const packed = {
    stored: () => bytes,
    zlib: () => deflateSync(bytes),
    lzo: () => encodeLzo(bytes),
    snappy: () => encodeSnappy(bytes),
  };
  const flags = { stored: 0, zlib: 1, lzo: 2, snappy: 4 }[format];
  const result = packed[format]();
  return result.length < bytes.length ? [flags, result] : [0, bytes];
}

/** The same file in records, in any order, some of them written twice: what counts comes last. Zeros are left out. */
export function flattenedImage(file: Uint8Array, recordSize: number, shuffle: number): Bytes {
  const head = new Uint8Array(4096);
  head.set(new TextEncoder().encode('makedumpfile'));
  new DataView(head.buffer).setBigUint64(16, 1n);
  new DataView(head.buffer).setBigUint64(24, 1n);
  const starts = Array.from({ length: Math.ceil(file.length / recordSize) }, (_, i) => i * recordSize);
  const order = starts.toSorted((a, b) => ((a * 7919 + shuffle) % 101) - ((b * 7919 + shuffle) % 101));
  const record = (start: number, bytes: Uint8Array) => {
    const place = new Uint8Array(16);
    new DataView(place.buffer).setBigInt64(0, BigInt(start));
    new DataView(place.buffer).setBigInt64(8, BigInt(bytes.length));
    return joined(place, bytes);
  };
  const wrong = order
    .slice(0, 3)
    .map((start) => record(start, new Uint8Array(Math.min(40, recordSize, file.length - start)).fill(0xee)));
  const right = order
    .map((start) => [start, file.subarray(start, start + recordSize)] as const)
    .filter(
      ([start, bytes]) =>
        order.indexOf(start) < 3 || start + recordSize >= file.length || bytes.some((byte) => byte !== 0),
    )
    .map(([start, bytes]) => record(start, bytes));
  return joined(head, ...wrong, ...right, new Uint8Array(16).fill(0xff));
}
