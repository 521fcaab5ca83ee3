import type { ReadAt } from './read-at.js';

/** A medium that still gives bytes here has no end. */
const farthest = 2 ** 52;

/**
 * The size of a medium that nobody tells, found by reading single bytes: doubling, then halving, about a hundred reads.
 * A byte that fails counts as there. Null when there is no end. The medium must have no gaps: not for /dev/mem.
 */
export async function sizeByReading(readAt: ReadAt): Promise<number | null> {
  const target = new Uint8Array(1);
  const isThere = async (at: number) => {
    try {
      return (await readAt(target, at)) > 0;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EIO') return true;
      throw error;
    }
  };
  if (!(await isThere(0))) return 0;
  let last = 0;
  let behind = 1;
  while (await isThere(behind)) {
    if (behind >= farthest) return null;
    last = behind;
    behind *= 2;
  }
  while (behind - last > 1) {
    const middle = last + Math.floor((behind - last) / 2);
    if (await isThere(middle)) last = middle;
    else behind = middle;
  }
  return behind;
}

/**
 * Where physical memory ends, from the text of /proc/iomem: behind the last range that is memory of any kind. Null
 * where the kernel hides the addresses (it shows zeros to all but root).
 */
export function memoryEnd(iomem: string): number | null {
  let end = 0;
  for (const line of iomem.split('\n')) {
    const [, last, name] = /^\s*[0-9a-f]+-([0-9a-f]+) : (.*)$/.exec(line) ?? [];
    if (last !== undefined && name !== undefined && /^(System RAM|Persistent Memory|ramoops)/.test(name)) {
      end = Math.max(end, Number.parseInt(last, 16) + 1);
    }
  }
  return end > 1 && Number.isSafeInteger(end) ? end : null;
}
