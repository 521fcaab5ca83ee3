import type { Report } from '@pstore-decode/formats';
import { breather } from '../breathe.js';
import { addressSpace } from './address-space.js';
import type { Container, Unwrapped } from './container.js';
import { readWithLosses } from './read-with-losses.js';
import { emptyRuns, storedPiece } from './runs.js';

// Source of all facts: makedumpfile's IMPLEMENTATION document, "The flattened format". All figures are 64 bits, big-endian.

/**
 * A dump that makedumpfile -F wrote to a pipe: records that each say where in the true file their bytes belong, in any
 * order, and later ones over earlier ones. What no record holds is zeros. Inside is a kdump-compressed file or an ELF core.
 */
export const flattened: Container = {
  name: 'makedumpfile, flattened',
  recognizes: (head) => head.length >= 32 && [...signature].every((letter, i) => head[i] === letter.charCodeAt(0)),
  async open(medium, report, signal) {
    const { runs, size } = await readRecords(medium, report, signal);
    const mapping = runs.mapping(size, (run, from) => [storedPiece(run, from, medium.size)]);
    return addressSpace(medium, 'makedumpfile, flattened', mapping);
  },
};

/** Padded with zeros to 16 bytes; type and version, both 1, follow. */
const signature = 'makedumpfile\0\0\0\0';

/** Where the first record stands. */
const headSize = 4096;

/** Before the bytes of each record: where they belong, and how many they are; both -1 in the last. */
const recordHeadSize = 16;

/** Records that are kept: a dump of 64 GiB has some hundred thousand. */
const mostRecords = 1 << 22;

async function readRecords(medium: Unwrapped, report: Report, signal: AbortSignal | undefined) {
  const runs = emptyRuns('last');
  const breathe = breather(signal);
  let size = 0;
  let at = headSize;
  const broken = (why: string) => {
    const detail = `makedumpfile, flattened: ${why} at 0x${at.toString(16)} of the file`;
    report({ code: 'container.doubtful', at: null, detail });
    return { runs, size };
  };
  for (;;) {
    await breathe();
    const { bytes, lost } = await readWithLosses(medium, { start: at, end: at + recordHeadSize });
    if (lost.length > 0) return broken('the records end without the last one');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const [offset, length] = [view.getBigInt64(0), view.getBigInt64(8)];
    if (offset === -1n && length === -1n) return { runs, size };
    if (offset < 0n || length <= 0n || offset + length > Number.MAX_SAFE_INTEGER)
      return broken('a record that makes no sense');
    if (runs.count() === mostRecords) return broken(`more than ${mostRecords} records`);
    const start = Number(offset);
    const end = start + Number(length);
    runs.add({ start, end, at: at + recordHeadSize });
    size = Math.max(size, end);
    at += recordHeadSize + Number(length);
  }
}
