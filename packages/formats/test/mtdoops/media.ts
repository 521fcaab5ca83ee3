import { encodeMtdoops, type MtdoopsRecord } from '../../src/mtdoops/index.js';
import { bytesOf } from './read.js';

/** A log of about `size` bytes as the kernel dumps it; texts of different numbers differ in every line. */
export function logText(seq: number, size = 600): Uint8Array {
  const lines: string[] = [];
  for (let i = 0, length = 0; length < size; i++) {
    const line = `<6>[${String(seq % 10000).padStart(5)}.${String((i * 7919) % 1e6).padStart(6, '0')}] usb 1-${i % 7}: new device ${i}\n`;
    lines.push(line);
    length += line.length;
  }
  return bytesOf(lines.join(''));
}

export const time = (seq: number) => ({ seconds: 1795211000n + BigInt(seq % 1000), nanoseconds: 315821492 });

/** A record with its own text and time. */
export function logOf(seq: number, more: Partial<MtdoopsRecord> = {}, size = 600): MtdoopsRecord {
  return { seq, text: logText(seq, size), time: time(seq), ...more };
}

/** Good media to mutate, and where their fields are: headers and the ends of texts. */
export function mtdoopsSeeds(): { bytes: Uint8Array; fields: { offset: number; size: number }[] }[] {
  const recordSize = 0x2000;
  const media: [bytes: Uint8Array, recordSize: number][] = [
    [encodeMtdoops({ records: [1, 2, 3].map((seq) => logOf(seq, {}, 5000)), recordSize, pages: 6 }), recordSize],
    [encodeMtdoops({ records: [9, 10, 7, 8].map((seq) => logOf(seq)), generation: 1, hasNul: false }), 0x1000],
    [encodeMtdoops({ records: [0xfffffffd, 0xfffffffe, 0, 1].map((seq) => logOf(seq)), endian: 'be' }), 0x1000],
    [encodeMtdoops({ records: [logOf(4, { before: logText(3, 3000) }), logOf(5)], generation: 1, pages: 5 }), 0x1000],
    [encodeMtdoops({ records: [logOf(77, { page: 2 }, 9000)], recordSize: 0x4000, pages: 4 }), 0x4000],
  ];
  return media.map(([bytes, size]) => ({
    bytes,
    fields: Array.from({ length: bytes.length / size }, (_, i) => i * size).flatMap((offset) => [
      { offset, size: 4 },
      { offset: offset + 4, size: 4 },
      { offset: offset + 8, size: 8 },
    ]),
  }));
}
