import type { Endian } from '../bytes/struct.js';
import type { Timestamp } from '../record.js';
import { largestPartition, magicV1, magicV2, mtdoopsHeaderV1, mtdoopsHeaderV2, pageUnit } from './layout.js';

/** One record to be written. */
export interface MtdoopsRecord {
  readonly seq: number;
  /** Which record of the partition, from 0. Default: the one behind the record before it. */
  readonly page?: number;
  readonly text: Uint8Array;
  /** Of v2 headers. Default: 0, a clock that does not run. */
  readonly time?: Timestamp;
  /** What was in the buffer before: where it is longer, its end stays behind the text. */
  readonly before?: Uint8Array;
}

/** A partition to be written. */
export interface MtdoopsMedium {
  readonly records: readonly MtdoopsRecord[];
  /** Bytes, a multiple of 4096. Default: 4096. */
  readonly recordSize?: number;
  /** Records that the partition has room for. Default: as many as it takes. */
  readonly pages?: number;
  /** 1 for kernels up to 5.18. Default: 2. */
  readonly generation?: 1 | 2;
  readonly endian?: Endian;
  /** False for kernels before 5.10, which write no NUL behind the text. Default: true. */
  readonly hasNul?: boolean;
}

/**
 * The partition as mtdoops leaves it: erased flash, and records in their pages.
 * @throws RangeError when a size is none that the driver takes, or a record does not fit
 */
export function encodeMtdoops(medium: MtdoopsMedium): Uint8Array<ArrayBuffer> {
  const { records, recordSize = pageUnit, generation = 2, endian = 'le', hasNul = true } = medium;
  if (!(recordSize > 0 && recordSize % pageUnit === 0)) throw new RangeError(`record_size ${recordSize}`);
  let next = 0;
  const placed = records.map((record) => {
    const page = record.page ?? next;
    next = page + 1;
    return { record, page };
  });
  const pages = medium.pages ?? Math.max(0, ...placed.map(({ page }) => page + 1));
  if (pages * recordSize > largestPartition) throw new RangeError(`${pages * recordSize} bytes are too many`);
  const partition = new Uint8Array(pages * recordSize).fill(0xff);
  for (const { record, page } of placed) {
    const { seq, time = { seconds: 0n, nanoseconds: 0 } } = record;
    const timestamp = time.seconds * 1_000_000_000n + BigInt(time.nanoseconds);
    const header =
      generation === 1
        ? mtdoopsHeaderV1.encode({ seq, magic: magicV1 }, endian)
        : mtdoopsHeaderV2.encode({ seq, magic: magicV2, timestamp }, endian);
    const ending = hasNul ? 1 : 0;
    const longest = Math.max(record.text.length, record.before?.length ?? 0);
    if (page >= pages || header.length + longest + ending > recordSize)
      throw new RangeError(`no room for record ${seq}`);
    const at = page * recordSize;
    partition.set(header, at);
    for (const text of record.before === undefined ? [record.text] : [record.before, record.text]) {
      partition.set(text, at + header.length);
      if (hasNul) partition[at + header.length + text.length] = 0;
    }
  }
  return partition;
}
