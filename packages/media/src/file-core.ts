import type { Finding } from '@pstore-decode/formats';
import { type ContainedSource, headSize } from './containers/container.js';
import { elfCore } from './containers/elf-core.js';
import { insideFinding } from './containers/unpack.js';
import { type ReadAt, sourceFrom } from './read-at.js';

/** The kernel refuses its memory by the page, in bytes. */
const page = 4096;

/**
 * Memory in an ELF core that claims more bytes than can be read in a lifetime, as /proc/kcore does: virtual memory, of
 * which only the segments with a physical address are read.
 * @param claimed bytes of the file
 * @param most bytes that its segments may have together
 * @returns null when it is no ELF core, or one that gives nothing
 */
export async function coreOf(readAt: ReadAt, claimed: number, most: number): Promise<ContainedSource | null> {
  const file = sourceFrom(readAt, Math.min(claimed, Number.MAX_SAFE_INTEGER), { sector: page });
  const { bytes: head } = await file.read({ start: 0, end: headSize }, () => undefined);
  if (!elfCore.recognizes(head)) return null;
  const findings: Finding[] = [];
  const core = await elfCore.open(file, (finding) => findings.push(finding));
  if (core === null) return null;
  const stored = await core.dataRanges(() => undefined);
  if (stored.reduce((sum, { start, end }) => sum + end - start, 0) > most) return null;
  // What the file claims is the room of addresses: nobody should read that so much was searched.
  const root = { ...file, size: core.size };
  return { ...core, root, findings: [...findings, insideFinding(elfCore.name, core.size)] };
}
