import { execFile } from 'node:child_process';
import { constants, createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Finding } from '@pstore-decode/formats';
import { openFile, spool } from '@pstore-decode/media/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDescriptor } from '../src/file.js';
import { pattern } from './faulty-medium.js';

const run = promisify(execFile);
const bytes = pattern(300_000);
let folder: string;
let spoolFolder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'media-spool-test-'));
  spoolFolder = join(folder, 'spool');
  await mkdir(spoolFolder);
  await writeFile(join(folder, 'medium'), bytes);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a stream', () => {
  test('is kept without a name, for its owner only, until it is closed', async () => {
    const seen: number[] = [];
    const input = Readable.from([bytes.subarray(0, 7), bytes.subarray(7, 7), bytes.subarray(7)]);
    const handle = await spool(input, 'a stream', { folder: spoolFolder, onProgress: (n) => seen.push(n) });
    expect(await readdir(spoolFolder)).toEqual([]);
    const { size, mode, nlink } = await handle.stat();
    expect([size, mode & 0o777, nlink, seen]).toEqual([300_000, 0o600, 0, [7, 7, 300_000]]);
    const copy = Buffer.alloc(300_000);
    expect((await handle.read(copy, 0, copy.length, 0)).bytesRead).toBe(300_000);
    expect(copy.equals(bytes)).toBe(true);
    await handle.close();
  });

  test.each([0, 1, 299_999])('of more than %d bytes is refused', async (maxBytes) => {
    const input = createReadStream(join(folder, 'medium'));
    await expect(spool(input, 'a stream', { folder: spoolFolder, maxBytes })).rejects.toMatchObject({
      name: 'MediumError',
      code: 'too-long',
    });
    expect(input.destroyed).toBe(true);
  });

  test('that ends at the cap is taken', async () => {
    const input = createReadStream(join(folder, 'medium'));
    await (await spool(input, 'a stream', { folder: spoolFolder, maxBytes: 300_000 })).close();
  });

  test('without end is refused at the cap', async () => {
    const input = createReadStream('/dev/zero');
    await expect(spool(input, 'a stream', { folder: spoolFolder, maxBytes: 1 << 20 })).rejects.toThrow('1048576');
  });

  test('has no room in a folder that is not there', async () => {
    const input = Readable.from([bytes]);
    const refused = spool(input, 'a stream', { folder: join(folder, 'nowhere') });
    await expect(refused).rejects.toMatchObject({
      name: 'MediumError',
      code: 'no-room',
      hint: expect.stringContaining('TMPDIR'),
    });
    expect(input.destroyed).toBe(true);
  });

  test('of text is a fault of the caller', async () => {
    await expect(spool(Readable.from(['DBGC']), 'a stream', { folder: spoolFolder })).rejects.toThrow(TypeError);
  });

  test('whose source fails fails with its error', async () => {
    const failing = Readable.from(
      (async function* () {
        yield bytes;
        throw new Error('unplugged');
      })(),
    );
    await expect(spool(failing, 'a stream', { folder: spoolFolder })).rejects.toThrow('unplugged');
  });
});

describe('a FIFO', () => {
  test('waits for its writer, is read to its end and then by position', async () => {
    const path = await fifo('one');
    const opening = openFile(path, { folder: spoolFolder });
    const writing = run('sh', ['-c', `cat "${join(folder, 'medium')}" > "${path}"`]);
    const source = await opening;
    await writing;
    expect([source.size, source.kind, source.path]).toEqual([300_000, 'pipe', path]);
    const read = await source.read({ start: 100, end: 300_000 }, unexpected);
    expect(Buffer.compare(read.bytes, bytes.subarray(100))).toBe(0);
    expect(read.spans).toEqual([{ length: 299_900, from: { start: 100, end: 300_000 }, how: 'copied' }]);
    expect(await source.hasChanged()).toBe(false);
    await source.close();
  });

  test('whose writer leaves without a word is an empty medium', async () => {
    const path = await fifo('silent');
    const opening = openFile(path, { folder: spoolFolder });
    await run('sh', ['-c', `: > "${path}"`]);
    const source = await opening;
    expect(source.size).toBe(0);
    await source.close();
  });

  test('whose writer does not come can be given up, with the reason', async () => {
    const path = await fifo('lonely');
    const stop = new AbortController();
    const opening = openFile(path, { folder: spoolFolder, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
  });

  test('whose writer stalls can be given up, with the reason', async () => {
    const path = await fifo('stalling');
    const stop = new AbortController();
    const opening = openFile(path, {
      folder: spoolFolder,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    // It may be given up while the writer still writes.
    const refused = expect(opening).rejects.toThrow('enough');
    const writer = await open(path, 'w');
    await writer.write('half a medium');
    await refused;
    await writer.close();
  });

  async function fifo(name: string): Promise<string> {
    await run('mkfifo', [join(folder, name)]);
    return join(folder, name);
  }
});

describe('standard input', () => {
  const noStream = () => {
    throw new Error('a file needs no stream');
  };

  test('that is a file is read by position, from its beginning, and stays open', async () => {
    const file = await open(join(folder, 'medium'));
    await file.read(Buffer.alloc(1000)); // as a shell may have done
    const source = await openDescriptor(file.fd, noStream, {});
    expect([source.size, source.kind, source.path]).toEqual([300_000, 'file', 'standard input']);
    const read = await source.read({ start: 0, end: 300_000 }, unexpected);
    expect(Buffer.compare(read.bytes, bytes)).toBe(0);
    await source.close();
    expect((await file.stat()).size).toBe(300_000);
    await file.close();
  });

  test('that is a pipe is kept until it is closed', async () => {
    await run('mkfifo', [join(folder, 'input')]);
    const file = await open(join(folder, 'input'), constants.O_RDWR);
    const source = await openDescriptor(file.fd, () => createReadStream(join(folder, 'medium')), {
      folder: spoolFolder,
    });
    expect([source.size, source.kind]).toEqual([300_000, 'pipe']);
    expect(Buffer.compare((await source.read({ start: 0, end: 300_000 }, unexpected)).bytes, bytes)).toBe(0);
    await source.close();
    await file.close();
  });

  test.each(['/dev/null', '/dev/zero', '/dev/ptmx', '/'])('that is %s is refused', async (path) => {
    const file = await open(path);
    await expect(openDescriptor(file.fd, noStream, {})).rejects.toMatchObject({ name: 'MediumError' });
    await file.close();
  });
});

function unexpected(finding: Finding): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
