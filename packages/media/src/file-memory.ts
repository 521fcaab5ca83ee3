import type { ByteRange } from '@pstore-decode/formats/bytes';
import { rangeSet } from './range-set.js';

/** A range of physical memory, as /proc/iomem names it. */
export interface IomemRange extends ByteRange {
  readonly name: string;
  /** Ranges inside of others are deeper; 0 is outermost. */
  readonly depth: number;
}

/** The lines of /proc/iomem. To all but root the kernel shows zeros for addresses: those are left out. */
export function parseIomem(text: string): readonly IomemRange[] {
  return text.split('\n').flatMap((line) => {
    const [, indent = '', first, last, name] = /^( *)([0-9a-f]+)-([0-9a-f]+) : (.*)$/.exec(line) ?? [];
    if (first === undefined || last === undefined || name === undefined) return [];
    const range = { start: Number.parseInt(first, 16), end: Number.parseInt(last, 16) + 1 };
    const isThere = range.start < range.end && range.end <= Number.MAX_SAFE_INTEGER && !(range.end === 1);
    return isThere ? [{ ...range, name, depth: indent.length / 2 }] : [];
  });
}

/**
 * Where records may stand in physical memory: RAM, persistent memory, what ramoops has claimed, and what firmware or the
 * command line (memmap=) has reserved. Not where devices are: to read a register of theirs can act. So a reserved range
 * that holds anything else than ramoops is left out, and one inside of a bus.
 */
export function rangesToSearch(iomem: readonly IomemRange[]): readonly ByteRange[] {
  const wanted = rangeSet();
  for (const [i, range] of iomem.entries()) {
    if (isMemory(range.name)) wanted.add(range);
    else if (/^reserved$/i.test(range.name) && range.depth === 0) {
      const inside = iomem.slice(i + 1);
      const behind = inside.findIndex(({ depth }) => depth === 0);
      const children = behind < 0 ? inside : inside.slice(0, behind);
      if (children.every(({ name }) => isMemory(name))) wanted.add(range);
    }
  }
  return wanted.within({ start: 0, end: Number.MAX_SAFE_INTEGER });
}

function isMemory(name: string): boolean {
  return /^(System RAM|Persistent Memory|ramoops)/.test(name);
}
