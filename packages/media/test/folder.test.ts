import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Finding } from '@pstore-decode/formats';
import { MediumError, openFile, openFolder } from '@pstore-decode/media/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pattern } from './faulty-medium.js';

const isRoot = process.getuid?.() === 0;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'media-folder-test-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A new folder with files, a number standing for so many bytes. */
async function folderOf(name: string, files: Readonly<Record<string, number | Uint8Array>>): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), typeof content === 'number' ? pattern(content) : content);
  }
  return folder;
}

const everything = { claims: () => true };
const pathsOf = (source: { files: readonly { path: string }[] }) => source.files.map(({ path }) => path);

describe('a folder', () => {
  test('is its files one behind the other, by their paths', async () => {
    const folder = await folderOf('order', { b: 10, 'a/2': 20, 'a/1': 5, 'a.x': 0, c: 7 });
    const source = await openFolder(folder, everything);
    expect(source).toMatchObject({ path: folder, kind: 'folder', size: 42, skipped: 0, findings: [] });
    expect(source.files).toEqual([
      { path: 'a.x', range: { start: 0, end: 0 } },
      { path: 'a/1', range: { start: 0, end: 5 } },
      { path: 'a/2', range: { start: 5, end: 25 } },
      { path: 'b', range: { start: 25, end: 35 } },
      { path: 'c', range: { start: 35, end: 42 } },
    ]);
    const whole = new Uint8Array([...pattern(5), ...pattern(20), ...pattern(10), ...pattern(7)]);
    for (const [start, end] of [
      [0, 42],
      [0, 0],
      [42, 42],
      [5, 25],
      [3, 36],
      [41, 42],
      [24, 26],
    ] as const) {
      const { bytes, spans } = await source.read({ start, end }, unexpected);
      expect([...bytes]).toEqual([...whole.subarray(start, end)]);
      expect(spans).toEqual(start === end ? [] : [{ length: end - start, from: { start, end }, how: 'copied' }]);
    }
    await expect(source.read({ start: 0, end: 43 }, unexpected)).rejects.toThrow(RangeError);
    await source.close();
  });

  test('takes what readers claim, and counts the rest', async () => {
    const folder = await folderOf('claimed', {
      'dmesg-efi-1': 3,
      'dmesg.txt': 3,
      '1795210374/001/dmesg-efi_pstore-179521037401001': 4,
      'x/dump-type0-1-1-5-C-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0': 5,
      'BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c': 6,
    });
    const source = await openFolder(folder);
    expect(source.skipped).toBe(2);
    expect(pathsOf(source)).toEqual([
      '1795210374/001/dmesg-efi_pstore-179521037401001',
      'dmesg-efi-1',
      'x/dump-type0-1-1-5-C-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0',
    ]);
  });

  test('may be empty', async () => {
    const source = await openFolder(await folderOf('empty', {}));
    expect(source).toMatchObject({ size: 0, files: [], skipped: 0 });
    expect((await source.read({ start: 0, end: 0 }, unexpected)).bytes.length).toBe(0);
  });

  test('is not changed: not even the times of last access', async () => {
    const folder = await folderOf('times', { a: 10 });
    await utimes(join(folder, 'a'), 1_000_000, 2_000_000); // an old atime is what relatime would renew
    const before = await stat(join(folder, 'a'), { bigint: true });
    const source = await openFolder(folder, everything);
    await source.read({ start: 0, end: 10 }, unexpected);
    expect(await stat(join(folder, 'a'), { bigint: true })).toEqual(before);
    expect(await source.hasChanged()).toBe(false);
  });

  test('holds nothing open', async () => {
    const folder = await folderOf('closed', { a: 10, b: 2 << 20 });
    const source = await openFolder(folder, everything);
    await source.read({ start: 0, end: source.size }, unexpected);
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return [];
      }
    });
    expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
  });

  test('follows links to files, not to folders, and touches no pipe or device', async () => {
    const folder = await folderOf('links', { 'real/a': 3 });
    await symlink('real/a', join(folder, 'link'));
    await symlink('real', join(folder, 'folder'));
    await symlink('..', join(folder, 'loop'));
    await symlink('/dev/zero', join(folder, 'zero'));
    const source = await openFolder(folder, everything);
    expect(pathsOf(source)).toEqual(['link', 'real/a']);
    expect(source.skipped).toBe(3);
    expect(source.findings).toEqual([]);
  });
});

describe('limits', () => {
  test('of depth', async () => {
    const folder = await folderOf('deep', { '1/2/3/a': 1, b: 1, '1/c': 1 });
    const source = await openFolder(folder, { ...everything, maxDepth: 2 });
    expect(pathsOf(source)).toEqual(['1/c', 'b']);
    expect(source.findings).toEqual([{ code: 'limit.files', at: null, detail: 'folders more than 2 deep' }]);
    expect(pathsOf(await openFolder(folder, everything))).toEqual(['1/2/3/a', '1/c', 'b']);
  });

  test('of number', async () => {
    const folder = await folderOf('many', { 'a/x': 1, 'a/y': 1, 'b/z': 1, c: 1, d: 1 });
    const source = await openFolder(folder, { ...everything, maxFiles: 4 });
    expect(pathsOf(source)).toEqual(['a/x', 'a/y']);
    expect(source.findings).toEqual([{ code: 'limit.files', at: null, detail: 'more than 4 files and folders' }]);
    expect((await openFolder(folder, { ...everything, maxFiles: 7 })).findings).toEqual([]);
  });

  test('of patience', async () => {
    const folder = await folderOf('aborted', { a: 1 });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openFolder(folder, { signal })).rejects.toThrow('enough');
  });
});

describe('what cannot be read', () => {
  test('of a folder that is none is said', async () => {
    const folder = await folderOf('none', { file: 1 });
    for (const [path, code] of [
      [join(folder, 'missing'), 'missing'],
      [join(folder, 'file'), 'missing'],
    ] as const) {
      const error = await openFolder(path).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(MediumError);
      expect(error).toMatchObject({ code });
    }
  });

  test('a file that is gone, cut or a folder by now is filled and told, and the others are kept', async () => {
    const folder = await folderOf('gone', { a: 10, b: 20, c: 30, d: 40 });
    const source = await openFolder(folder, everything);
    await unlink(join(folder, 'b'));
    await truncate(join(folder, 'c'), 12);
    const findings: Finding[] = [];
    const { bytes, spans } = await source.read({ start: 0, end: 100 }, (finding) => findings.push(finding));
    expect(findings).toEqual([
      { code: 'medium.unreadable', at: { start: 10, end: 30 }, detail: 'ENOENT' },
      { code: 'medium.short', at: { start: 42, end: 60 }, detail: '30 bytes said, 12 found' },
    ]);
    expect(spans.map(({ how, length }) => [how, length])).toEqual([
      ['copied', 10],
      ['filled', 20],
      ['copied', 12],
      ['filled', 18],
      ['copied', 40],
    ]);
    expect([...bytes.subarray(60)]).toEqual([...pattern(40)]);
    expect(await source.hasChanged()).toBe(true);
  });

  test('a broken link is told', async () => {
    const folder = await folderOf('broken', { a: 1 });
    await symlink('nowhere', join(folder, 'link\u001b[2J'));
    const { findings, files, skipped } = await openFolder(folder, everything);
    expect(findings).toEqual([{ code: 'medium.unreadable', at: null, detail: 'ENOENT: link\\x{1b}[2J' }]);
    expect([files.length, skipped]).toEqual([1, 0]);
  });

  test.skipIf(isRoot)('a folder below that is closed is told', async () => {
    const folder = await folderOf('closed-below', { 'a/x': 1, b: 1 });
    await chmod(join(folder, 'a'), 0);
    const { findings, files } = await openFolder(folder, everything);
    await chmod(join(folder, 'a'), 0o700);
    expect(findings).toEqual([{ code: 'medium.unreadable', at: null, detail: 'EACCES: a' }]);
    expect(files).toHaveLength(1);
  });
});

/** Files of sysfs say 4096 bytes and have a few. */
describe.runIf(existsSync('/sys/kernel/fscaps'))('sysfs', () => {
  test('is read by what its files hold, in a folder and alone', async () => {
    const content = await readFile('/sys/kernel/fscaps');
    expect((await stat('/sys/kernel/fscaps')).size).toBe(4096);
    const claims = (path: string) => path === 'fscaps';
    const folder = await openFolder('/sys/kernel', { claims, maxDepth: 0 });
    const file = await openFile('/sys/kernel/fscaps');
    for (const source of [folder, file]) {
      expect(source.size).toBe(content.length);
      const { bytes } = await source.read({ start: 0, end: source.size }, unexpected);
      expect(Buffer.from(bytes).toString()).toBe(content.toString());
    }
    await file.close();
  });
});

function unexpected(finding: Finding): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
