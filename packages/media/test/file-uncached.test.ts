import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { sourceFrom } from '@pstore-decode/media';
import { afterAll, describe, expect } from 'vitest';
import { rereadUncached } from '../src/file-uncached.js';
import { faultyMedium, pattern } from './faulty-medium.js';

const folder = mkdtempSync(join(tmpdir(), 'media-uncached-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'medium');
const size = (2 << 20) + 700;
const bytes = pattern(size);
writeFileSync(path, bytes);

function canBeUncached(): boolean {
  try {
    closeSync(openSync(path, constants.O_RDONLY | (constants.O_DIRECT ?? -1)));
    return true;
  } catch {
    return false;
  }
}

/** A page cache in which a bad sector takes others with it, over a medium on which nothing is bad. */
const bad = new Set(Array.from({ length: 3000 }, (_, i) => 1000 + i));

describe.runIf(canBeUncached())('where the page cache fails', () => {
  test.prop([fc.nat(size), fc.nat(size)], { seed: 512, numRuns: 60 })('the device is asked itself', async (a, b) => {
    const file = await open(path);
    const { readAt, close } = rereadUncached(faultyMedium(bytes, { bad }).readAt, () => file.fd);
    const range = { start: Math.min(a, b), end: Math.max(a, b) };
    const { bytes: read } = await sourceFrom(readAt, size).read(range, (finding) => expect.fail(finding.detail));
    expect(Buffer.compare(read, bytes.subarray(range.start, range.end))).toBe(0);
    await close();
    await file.close();
  });

  test('it is not asked for each sector that fails', async () => {
    const file = await open(path);
    const { readAt, reads } = faultyMedium(bytes, { bad });
    const around = rereadUncached(readAt, () => file.fd);
    await sourceFrom(around.readAt, size).read({ start: 0, end: size }, () => undefined);
    expect(reads.length).toBeLessThan(5);
    await around.close();
    await file.close();
  });
});

test.each([['EIO'], ['EPERM']])('%s stays what it was where there is no way around', async (code) => {
  const { readAt } = faultyMedium(bytes, { bad, code });
  const around = rereadUncached(readAt, () => 2 ** 31 - 1);
  await expect(around.readAt(new Uint8Array(512), 1000 * 512)).rejects.toMatchObject({ code });
  await around.close();
});
