import { execFile } from 'node:child_process';
import { constants, readdirSync, readlinkSync } from 'node:fs';
import { chmod, mkdtemp, open, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Finding } from '@pstore-decode/formats';
import { openFile } from '@pstore-decode/media/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pattern } from './faulty-medium.js';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const bytes = pattern(100_000);
let folder: string;
const inside = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'media-file-test-'));
  await writeFile(inside('medium'), bytes);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a file', () => {
  test('is read by position, in any order', async () => {
    const source = await openFile(inside('medium'));
    expect([source.size, source.kind, source.path, source.stat.size]).toEqual([
      100_000,
      'file',
      inside('medium'),
      100_000n,
    ]);
    for (const [start, end] of [
      [99_000, 100_000],
      [0, 7],
      [50_000, 50_000],
      [0, 100_000],
    ] as const) {
      const { bytes: read, spans } = await source.read({ start, end }, unexpected);
      expect(Buffer.compare(read, bytes.subarray(start, end))).toBe(0);
      expect(spans).toEqual(start === end ? [] : [{ length: end - start, from: { start, end }, how: 'copied' }]);
    }
    expect(await source.hasChanged()).toBe(false);
    await source.close();
  });

  test('is not changed: not even the time of last access', async () => {
    await utimes(inside('medium'), 1_000_000, 2_000_000); // an old atime is what relatime would renew
    const before = await stat(inside('medium'), { bigint: true });
    const source = await openFile(inside('medium'));
    await source.read({ start: 0, end: 100_000 }, unexpected);
    await source.close();
    expect(await stat(inside('medium'), { bigint: true })).toEqual(before);
  });

  test('is opened read-only, and closed at the end', async () => {
    const source = await openFile(inside('medium'));
    const mine = descriptorsOf(inside('medium'));
    expect(mine).toHaveLength(1);
    const info = await readFile(`/proc/self/fdinfo/${mine[0]}`, 'latin1');
    expect(Number.parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? '', 8) & (constants.O_RDWR | constants.O_WRONLY)).toBe(
      0,
    );
    await source.close();
    expect(descriptorsOf(inside('medium'))).toEqual([]);
    await expect(source.read({ start: 0, end: 1 }, unexpected)).rejects.toMatchObject({ code: 'EBADF' });
  });

  test('may be empty', async () => {
    await writeFile(inside('empty'), '');
    const source = await openFile(inside('empty'));
    expect([source.size, (await source.read({ start: 0, end: 0 }, unexpected)).bytes.length]).toEqual([0, 0]);
    await source.close();
  });

  test('may be sparse and larger than memory', async () => {
    const size = 2 ** 40 + 4;
    const file = await open(inside('sparse'), 'w');
    await file.write(Uint8Array.of(1, 2, 3, 4), 0, 4, size - 4);
    await file.close();
    const source = await openFile(inside('sparse'));
    expect(source.size).toBe(size);
    const { bytes: read } = await source.read({ start: size - 8, end: size }, unexpected);
    expect([...read]).toEqual([0, 0, 0, 0, 1, 2, 3, 4]);
    await source.close();
  });

  test('may be reached by a symbolic link', async () => {
    await symlink('medium', inside('link'));
    const source = await openFile(inside('link'));
    expect(source.size).toBe(100_000);
    await source.close();
  });

  test('of procfs, which says 0, has its real size', async () => {
    const source = await openFile('/proc/version');
    const { bytes: read } = await source.read({ start: 0, end: source.size }, unexpected);
    expect(Buffer.from(read).toString()).toBe(await readFile('/proc/version', 'utf8'));
    await source.close();
  });

  test('cut while it is read: the rest is filled and told, and the change is seen', async () => {
    await writeFile(inside('shrinking'), bytes);
    const source = await openFile(inside('shrinking'));
    await source.read({ start: 0, end: 100_000 }, unexpected);
    await truncate(inside('shrinking'), 30_000);
    const findings: Finding[] = [];
    const read = await source.read({ start: 20_000, end: 100_000 }, (finding) => findings.push(finding));
    expect(findings).toEqual([
      { code: 'medium.short', at: { start: 30_000, end: 100_000 }, detail: '100000 bytes said, 30000 found' },
    ]);
    expect(read.spans.map(({ how, length }) => [how, length])).toEqual([
      ['copied', 10_000],
      ['filled', 70_000],
    ]);
    expect(await source.hasChanged()).toBe(true);
    await source.close();
  });

  test('written in place while it is read is seen to change', async () => {
    await writeFile(inside('busy'), bytes);
    const source = await openFile(inside('busy'));
    await utimes(inside('busy'), 1, 1);
    expect(await source.hasChanged()).toBe(true);
    await source.close();
  });

  test('may be given a size', async () => {
    const source = await openFile(inside('medium'), { size: 5 });
    expect(source.size).toBe(5);
    await source.close();
  });
});

describe('what cannot be a medium is refused at once, with a hint', () => {
  const table: [path: string, code: string][] = [
    ['/dev/zero', 'endless'],
    ['/dev/full', 'endless'],
    ['/dev/urandom', 'endless'],
    ['/dev/null', 'device'],
    ['/dev/ptmx', 'terminal'],
    ['/', 'directory'],
    ['/nowhere/at/all', 'missing'],
    ['/dev/null/below', 'missing'],
    [`/${'long'.repeat(80)}`, 'missing'],
  ];
  test.each(table)('%s: %s', async (path, code) => {
    await refused(path, code);
  });

  test('a link to itself', async () => {
    await symlink('loop', inside('loop'));
    await refused(inside('loop'), 'missing');
  });

  test('a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(inside('socket'), resolve));
    await refused(inside('socket'), 'socket');
    await new Promise((resolve) => server.close(resolve));
  });

  test('a file that claims more than anyone can read', async (context) => {
    const path = '/dev/shm/media-file-test'; // tmpfs takes any size; few other file systems do
    const file = await open(path, 'w').catch(() => context.skip('there is no /dev/shm'));
    await file.truncate(2 ** 47).catch(() => context.skip('/dev/shm is no tmpfs'));
    await refused(path, 'endless');
    await file.close();
    await rm(path);
  });

  async function refused(path: string, code: string): Promise<void> {
    const before = descriptorsOf(path);
    await expect(openFile(path)).rejects.toMatchObject({
      name: 'MediumError',
      code,
      what: expect.stringMatching(/^[^\n]+[^.\n]$/),
      hint: expect.stringMatching(/^[^\n]+[^.\n]$/),
    });
    expect(descriptorsOf(path)).toEqual(before);
  }
});

describe('a file of somebody else', () => {
  // Root may read all, so it becomes the user nobody meanwhile. This process runs no other tests.
  const asNobody = async (step: () => Promise<void>) => {
    if (isRoot) process.seteuid?.(65534);
    try {
      await step();
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  };

  test('that is closed to us is refused', async () => {
    await chmod(folder, 0o755);
    await writeFile(inside('closed'), bytes, { mode: 0 });
    await asNobody(async () => {
      await expect(openFile(inside('closed'))).rejects.toMatchObject({
        code: 'denied',
        what: 'permission denied',
        hint: 'run as root, or decode a copy of the medium',
      });
    });
  });

  test('that we may read is read, though its owner alone may keep the time of access', async (context) => {
    if (!isRoot) return context.skip('only root can make a file of somebody else');
    await chmod(folder, 0o755);
    await chmod(inside('medium'), 0o644);
    await asNobody(async () => {
      const source = await openFile(inside('medium'));
      expect(source.size).toBe(100_000);
      await source.close();
    });
  });
});

test('a block device has the size that the kernel tells, and is read', async (context) => {
  const readable = [];
  for (const name of readdirSync('/sys/class/block')) {
    const size = 512 * Number(await readFile(`/sys/class/block/${name}/size`, 'latin1'));
    const device = await open(`/dev/${name}`, 'r').catch(() => null);
    await device?.close();
    if (device !== null) readable.push({ path: `/dev/${name}`, size });
  }
  const largest = readable.sort((a, b) => b.size - a.size)[0];
  if (largest === undefined) return context.skip('no block device may be read here');
  const source = await openFile(largest.path);
  expect([source.kind, source.size]).toEqual(['block', largest.size]);
  const range = { start: 0, end: Math.min(5000, largest.size) };
  expect((await source.read(range, unexpected)).bytes.length).toBe(range.end);
  expect(await source.hasChanged()).toBe(false);
  await source.close();
});

test('a device node that has no driver is gone', async (context) => {
  if (!isRoot) return context.skip('only root can make device nodes');
  await run('mknod', [inside('nothing'), 'b', '250', '77']);
  await expect(openFile(inside('nothing'))).rejects.toMatchObject({ name: 'MediumError', code: 'gone' });
});

/** File descriptors of this process that are open on the path. */
function descriptorsOf(path: string): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false; // the descriptor of the listing itself
    }
  });
}

function unexpected(finding: Finding): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
