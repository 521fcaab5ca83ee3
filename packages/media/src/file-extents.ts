import type { BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import type { ByteRange } from '@pstore-decode/formats/bytes';

/** Where this is said in all distributions: e2fsprogs asks the kernel (FIEMAP). Node itself cannot, it has no lseek(2). */
const program = '/usr/sbin/filefrag';

/** Holes are asked for where reading them costs more than asking, in bytes. */
const worthAsking = 64 << 20;
/** Shorter holes are read with what is around them, in bytes. */
const shortHole = 1 << 20;
/** What a signature that ends in an extent can have before it: bytes of it may be any, zeros too. */
const blockBefore = 4096;

/** True when the system counts so few blocks for the file that a good part of it must be holes. */
export function isSparse({ blocks, size }: BigIntStats): boolean {
  return size - blocks * 512n >= worthAsking;
}

/**
 * Where a sparse file may hold anything but zeros, in bytes, ascending and disjoint. All of it when nobody says, or not
 * in the words that are known here: then holes are read.
 */
export async function extentsOf(descriptor: number, size: number): Promise<readonly ByteRange[]> {
  const whole = [{ start: 0, end: size }];
  try {
    const { execFile } = process.getBuiltinModule('node:child_process');
    // By the descriptor: nobody can exchange the file. -s: what is not yet on the disk is put there before.
    const args = ['-s', '-e', `/proc/${process.pid}/fd/${descriptor}`];
    const { stdout } = await promisify(execFile)(program, args, { env: { LC_ALL: 'C' }, maxBuffer: 64 << 20 });
    return parseFilefrag(stdout, size) ?? whole;
  } catch (error) {
    if (error instanceof Error) return whole;
    throw error;
  }
}

/** What `filefrag -e` prints: a row for each extent, in blocks, and how many they are. Null for anything else. */
export function parseFilefrag(text: string, size: number): readonly ByteRange[] | null {
  const block = Number(/^File size of .* blocks? of (\d+) bytes\)$/m.exec(text)?.[1]);
  const count = Number(/: (\d+) extents? found$/m.exec(text)?.[1]);
  const rows = [...text.matchAll(/^ *\d+: +(\d+)\.\. +(\d+): +\d+\.\. +\d+: +\d+:.*$/gm)];
  if (!(block > 0) || rows.length !== count) return null;
  const ranges: { start: number; end: number }[] = [];
  for (const [, first, last] of rows) {
    const start = Math.max(0, Number(first) * block - blockBefore);
    const end = Math.min(size, (Number(last) + 1) * block);
    const before = ranges.at(-1);
    if (before !== undefined && start < before.start) return null;
    if (before !== undefined && start - before.end < shortHole) before.end = Math.max(before.end, end);
    else if (start < end) ranges.push({ start, end });
  }
  return ranges;
}
