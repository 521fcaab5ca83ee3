import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '@pstore-decode/formats';
import { salvage } from '@pstore-decode/media';
import { openFile } from '@pstore-decode/media/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Its files may be as long as /proc/kcore says to be; other systems have none such. */
const tmpfs = '/dev/shm';
const vectors = new URL('../../../test-vectors/', import.meta.url);
const ramoops = readFileSync(new URL('ramoops/deflate-ecc16-6.1/ramoops.bin', vectors));

/** Heads of real ones, where their direct mapping of memory from 1 MiB on stands in them, and a size that Node can make. */
const cores: [name: string, directMap: number, size: number][] = [
  ['kcore-4-levels.head', 0x88000104000, 2 ** 47],
  ['kcore-5-levels.head', 0x11000000104000, Number.MAX_SAFE_INTEGER],
];
const address = 0x5800000;

function hasTmpfs(): boolean {
  try {
    accessSync(tmpfs, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

describe.runIf(hasTmpfs())('a file like /proc/kcore', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpfs, 'media-core-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function longFile(name: string, size: number, head: Uint8Array, content: readonly [Uint8Array, number][]) {
    const path = join(folder, name);
    const file = await open(path, 'w');
    await file.write(head, 0, head.length, 0);
    for (const [bytes, at] of content) await file.write(bytes, 0, bytes.length, at);
    await file.truncate(size);
    await file.close();
    return path;
  }

  test.each(cores)('%s: memory is read at its physical addresses, nothing else', async (name, directMap, size) => {
    const head = readFileSync(new URL(`containers/${name}`, vectors));
    const path = await longFile(name, size, head, [[ramoops, directMap + address - 0x100000]]);
    const source = await openFile(path);
    expect([source.size, source.containers, source.addresses]).toEqual([0xffdd000, ['ELF core'], 'physical']);
    expect(source.findings).toMatchObject([{ code: 'container.inside' }]);
    const { bytes } = await source.read({ start: address, end: address + ramoops.length }, unexpected);
    expect(Buffer.compare(bytes, ramoops)).toBe(0);
    const stored = await source.dataRanges!(unexpected);
    expect(stored).toEqual([
      { start: 0x1000, end: 0x9f000 },
      { start: 0x100000, end: 0xffdd000 },
    ]);
    const within = [{ start: address, end: address + ramoops.length }];
    const types: string[] = [];
    for await (const { type, stored } of salvage(source, () => undefined, { within })) {
      types.push(type);
      expect(stored.start).toBeGreaterThanOrEqual(address);
    }
    expect(types).toEqual(expect.arrayContaining(['dmesg', 'console', 'pmsg']));
    expect(await source.hasChanged()).toBe(false);
    await source.close();
    await expect(source.read({ start: address, end: address + 1 }, unexpected)).rejects.toMatchObject({
      code: 'EBADF',
    });
  });

  test('that is none, or whose segments never end, is refused', async () => {
    const head = readFileSync(new URL('containers/kcore-5-levels.head', vectors));
    const endless = Uint8Array.from(head);
    for (let at = 64; at < 512; at += 56) new DataView(endless.buffer).setBigUint64(at + 32, 2n ** 52n, true);
    for (const [name, bytes] of [
      ['zeros', new Uint8Array(64)],
      ['endless', endless],
    ] as const) {
      const path = await longFile(name, Number.MAX_SAFE_INTEGER, bytes, []);
      await expect(openFile(path)).rejects.toMatchObject({ name: 'MediumError', code: 'endless' });
    }
  });
});

function unexpected(finding: Finding): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
