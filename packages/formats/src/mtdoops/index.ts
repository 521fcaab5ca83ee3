import type { Backend } from '../backend.js';
import type { ByteRange } from '../bytes/range.js';
import { surroundings } from '../bytes/surroundings.js';
import { isPageStart, largestPartition, pageWindow } from './layout.js';
import { readMtdoops } from './read.js';

export { type MtdoopsHeaderV1, type MtdoopsHeaderV2, mtdoopsHeaderV1, mtdoopsHeaderV2 } from './layout.js';
export { readMtdoops } from './read.js';
export { encodeMtdoops, type MtdoopsMedium, type MtdoopsRecord } from './write.js';

/** A sequence number, which is any, and a magic. */
const signature = (...magic: readonly number[]) => ({
  bytes: [0, 0, 0, 0, ...magic],
  mask: [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
});

/** mtdoops: kernel logs in pages of a flash partition (drivers/mtd/mtdoops.c). Not pstore: no kernel reads them. */
export const mtdoops: Backend = {
  name: 'mtdoops',
  probe: {
    signatures: [
      signature(0x00, 0x5d, 0x00, 0x5d),
      signature(0x5d, 0x00, 0x5d, 0x00),
      signature(0x00, 0x5e, 0x00, 0x5d),
      signature(0x5d, 0x00, 0x5e, 0x00),
    ],
    window: pageWindow,
    accepts: isPageStart,
  },
  areas: areasOf,
  records: readMtdoops,
};

/** As far around the hits as a partition can reach. */
function areasOf(hits: readonly number[], size: number): ByteRange[] {
  return surroundings(hits, size, largestPartition, largestPartition);
}
