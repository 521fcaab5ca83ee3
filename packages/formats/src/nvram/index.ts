import type { Backend } from '../backend.js';
import type { ByteRange } from '../bytes/range.js';
import { surroundings } from '../bytes/surroundings.js';
import { withCarvedDumps } from '../dump/carve.js';
import { knownPartitions, longestPartition } from './layout.js';
import { isKnownPartition, partitionWindow } from './partition.js';
import { readNvram } from './read.js';

export { readNvram } from './read.js';
export {
  encodeNvram,
  encodePartition,
  encodeReport,
  type NvramPartition,
  type NvramReport,
} from './write.js';

/** NVRAM of PowerPC machines (arch/powerpc/kernel/nvram_64.c). */
export const nvram: Backend = {
  name: 'nvram',
  probe: {
    // Signature and name; checksum and length between them are any.
    signatures: knownPartitions.map(({ signature, name }) => ({
      bytes: [signature, 0, 0, 0, ...Array.from(name, (letter) => letter.charCodeAt(0))],
      mask: [0xff, 0, 0, 0, ...Array.from(name, () => 0xff)],
    })),
    window: partitionWindow,
    accepts: isKnownPartition,
  },
  areas: areasOf,
  records: (area, report, hints, fuel) =>
    withCarvedDumps('nvram', area, readNvram(area, report, hints, fuel), hints, fuel),
};

/** As far around the hits as the partitions beside them can reach. */
function areasOf(hits: readonly number[], size: number): ByteRange[] {
  return surroundings(hits, size, longestPartition, 2 * longestPartition);
}
