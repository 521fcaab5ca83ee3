import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { complaints } from './support/schema.js';

const folder = fileURLToPath(new URL('../../../test-vectors/ramoops', import.meta.url));
const unread = ['842', 'lz4', 'lz4hc', 'lzo', 'zstd'];
const cases = readdirSync(folder).filter(
  (name) => !unread.includes(name.split('-')[0] ?? '') && readdirSync(join(folder, name)).includes('kernel'),
);
const root = mkdtempSync(join(tmpdir(), 'pstore-decode-test-'));
afterAll(() => rmSync(root, { recursive: true }));

interface Expected {
  readonly medium: string;
  readonly kernel: string;
  readonly parameters: string;
  readonly files: readonly {
    readonly name: string;
    readonly size: number;
    readonly sha256: string;
    readonly mtime: number;
  }[];
}

describe.each(cases)('%s', (name) => {
  const expected: Expected = JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8'));
  const medium = join(folder, name, expected.medium);
  const words = expected.parameters.match(/\b(?:mem_address|mem_size|\w+_size|ecc)=\w+/g) ?? [];

  it.each([
    ['no flags', []],
    ['the parameters', ['--ramoops', words.join()]],
    [
      'the command line and the kernel',
      ['--cmdline', `quiet ${words.map((word) => `ramoops.${word}`).join(' ')}`, '--as-kernel', expected.kernel],
    ],
  ])('gives the kernel’s files with %s', async (_, flags) => {
    const out = mkdtempSync(join(root, 'out-'));
    const { status, stdout } = await pstoreDecode(['extract', medium, '-o', out, '--json', ...flags]);
    expect(status).toBe(0);
    expect(complaints('report', JSON.parse(stdout))).toEqual([]);
    const files = readdirSync(out).filter((file) => file !== 'manifest.json' && file !== 'recovered');
    expect(files.sort()).toEqual(expected.files.map((file) => file.name).sort());
    for (const file of expected.files) {
      // The names in ftrace text come from the symbols of the kernel that read it.
      if (file.name.startsWith('ftrace')) continue;
      const bytes = readFileSync(join(out, file.name));
      expect([file.name, createHash('sha256').update(bytes).digest('hex')]).toEqual([file.name, file.sha256]);
      if (file.name.startsWith('dmesg'))
        expect(Math.floor(statSync(join(out, file.name)).mtimeMs / 1000)).toBe(file.mtime);
    }
  });

  it('reads the same with the layout that it prints', async () => {
    const [first] = JSON.parse((await pstoreDecode([medium, '--json', '-q'])).stdout).inputs[0].layouts;
    const plain = JSON.parse((await pstoreDecode([medium, '--json'])).stdout);
    const pasted = JSON.parse((await pstoreDecode([medium, '--json', '--ramoops', first])).stdout);
    expect(pasted.records).toEqual(plain.records);
  });
});
