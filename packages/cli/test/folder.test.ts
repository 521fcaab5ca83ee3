import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { placeIn } from '../src/present/file-place.js';
import { pstoreDecode } from './support/io.js';
import { complaints } from './support/schema.js';

const vectors = fileURLToPath(new URL('../../../test-vectors/efi/panic-6.1', import.meta.url));
const expected: { files: { name: string; sha256: string; mtime: number }[] } = JSON.parse(
  readFileSync(join(vectors, 'expected.json'), 'utf8'),
);
const root = mkdtempSync(join(tmpdir(), 'pstore-decode-test-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  count += 1;
  const folder = join(root, `folder-${count}`);
  mkdirSync(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

interface RecordJson {
  readonly name: string | null;
  readonly path: string;
  readonly offset: number;
  readonly stored: { readonly start: number; readonly end: number };
  readonly text: string;
  readonly textBytes: number;
}

async function json(...argv: string[]) {
  const { stdout, status } = await pstoreDecode([...argv, '--json']);
  const document = JSON.parse(stdout);
  expect(complaints('report', document)).toEqual([]);
  return { status, document, records: document.records as RecordJson[] };
}

describe.each(['efivars', 'kernel'])('the folder %s of a real panic', (name) => {
  const folder = join(vectors, name);

  it('extracts to the files of the kernel', async () => {
    const out = join(root, `out-${name}`);
    const { status } = await pstoreDecode(['extract', folder, '-o', out]);
    expect(status).toBe(0);
    const written = readdirSync(out).filter((file) => file !== 'manifest.json');
    const sums = written.map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(out, file)))
        .digest('hex'),
    ]);
    expect(sums.sort()).toEqual(expected.files.map(({ name, sha256 }) => [name, sha256]).sort());
    expect(complaints('report', JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')))).toEqual([]);
  });

  it('says of each record which file it stands in', async () => {
    const { records, document } = await json(folder);
    expect(records.map(({ path }) => path).sort()).toEqual(readdirSync(folder).sort());
    expect(records.every(({ offset }) => offset === 0)).toBe(true);
    for (const { path, stored } of records) {
      expect(stored.end - stored.start).toBe(readFileSync(join(folder, path)).length);
    }
    expect(document.inputs[0].size).toBe(records.reduce((sum, { stored }) => sum + stored.end - stored.start, 0));
  });

  it('tells what it looked at', async () => {
    const { stderr } = await pstoreDecode(['list', folder]);
    expect(stderr).toMatch(/^# [^\n]*: 35 of 35 files, [0-9.]+ KiB \(\d+ bytes\); 35 records \(35 dmesg\); /);
  });
});

it('reads the same from a whole tree: efivarfs, pstore and an archive of systemd', async () => {
  const folder = folderOf({ 'etc/os-release': 'ID=debian\n', 'var/lib/systemd/pstore/1795210374/001/dmesg.txt': 'x' });
  cpSync(join(vectors, 'efivars'), join(folder, 'efivars'), { recursive: true });
  cpSync(join(vectors, 'kernel'), join(folder, 'var/lib/systemd/pstore/1795210374/001'), { recursive: true });
  const { records } = await json(folder);
  expect(records).toHaveLength(70);
  const { stderr } = await pstoreDecode(['list', folder]);
  expect(stderr).toContain('70 of 72 files');
});

it('heads a record with its file, unless both have one name', async () => {
  const [variable = ''] = readdirSync(join(vectors, 'efivars'));
  const size = readFileSync(join(vectors, 'efivars', variable)).length;
  const folder = folderOf({
    [`a/${variable}`]: readFileSync(join(vectors, 'efivars', variable)),
    'dmesg-ramoops-0': 'Oops#1 Part1\n<4>[    1.0] text\n',
  });
  const { stdout } = await pstoreDecode([folder]);
  const headings = stdout.split('\n').filter((line) => line.startsWith('── '));
  expect(headings.filter((line) => line.endsWith(` ── a/${variable} 0x0-0x${size.toString(16)} ──`))).toHaveLength(1);
  expect(headings.filter((line) => line.endsWith(' ── dmesg-ramoops-0 ── 0x0-0x1f ──'))).toHaveLength(1);
});

it('names the file of a finding', async () => {
  const folder = folderOf({
    'a/dmesg-efi-1.enc.z': Uint8Array.from({ length: 90 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 24) | 0x80),
    'b/console-ramoops-0': 'text\n\nECC: 1 Corrected bytes, 2 unrecoverable blocks\n',
  });
  const { stdout, status } = await pstoreDecode(['verify', `${folder}/`]);
  expect(status).toBe(3);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.some((line) => line.startsWith(`${folder}/a/dmesg-efi-1.enc.z:0x0-0x5a: damage: `))).toBe(true);
  expect(lines.some((line) => line.startsWith(`${folder}/b/console-ramoops-0:0x0-0x35: damage: `))).toBe(true);
  const { stderr } = await pstoreDecode(['list', folder]);
  expect(stderr).toContain('\n  damage b/console-ramoops-0 0x0-0x35 ecc.uncorrectable: 2 blocks');
});

describe('a place in a folder', () => {
  const files = [
    { path: 'a', range: { start: 0, end: 0 } },
    { path: 'b', range: { start: 0, end: 10 } },
    { path: 'c', range: { start: 10, end: 30 } },
  ];
  const places: [start: number, end: number, place: string | null][] = [
    [0, 10, 'b 0-10'],
    [3, 4, 'b 3-4'],
    [10, 30, 'c 0-20'],
    [29, 30, 'c 19-20'],
    [9, 11, null],
    [0, 30, null],
    [30, 30, null],
  ];
  it.each(places)('%i to %i', (start, end, place) => {
    const found = placeIn(files, { start, end });
    expect(found && `${found.path} ${found.range.start}-${found.range.end}`).toBe(place);
  });
});

describe('a folder that gives nothing', () => {
  const cases: [what: string, files: Record<string, string>, searched: RegExp, rest: RegExp[]][] = [
    ['is empty', {}, /0 of 0 files/, [/hint: known names: dmesg-ramoops-0, .*dump-type0-/]],
    ['holds other files', { 'a.txt': 'x', 'b/ramoops.bin': 'DBGC' }, /0 of 2 files/, [/hint: known names: /]],
    [
      'holds empty ones',
      { 'dmesg-efi-1': '', x: '' },
      /1 of 2 files/,
      [/found: note - file.empty: dmesg-efi-1/, /hint: copy the files again/],
    ],
  ];
  it.each(cases)('because it %s says so', async (_, files, searched, rest) => {
    const folder = folderOf(files);
    for (const flags of [[], ['--as-kernel', '6.1']]) {
      const { status, stdout, stderr } = await pstoreDecode([folder, ...flags]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      const lines = stderr.trimEnd().split('\n');
      expect(lines[0]).toMatch(/: (no crash record found|that kernel would show no record)$/);
      expect(lines[1]).toMatch(new RegExp(`^  searched: ${searched.source}: those whose names are known$`));
      expect(lines).toHaveLength(2 + rest.length);
      for (const [i, pattern] of rest.entries()) expect(lines[2 + i]).toMatch(pattern);
    }
  });
});

describe('one file of it', () => {
  it('is known by its name', async () => {
    const { name = '' } = expected.files[0] ?? {};
    const { records } = await json(join(vectors, 'kernel', name));
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ name, textBytes: readFileSync(join(vectors, 'kernel', name)).length });
    expect(records[0]).not.toHaveProperty('path');
  });

  it('is found without its name, where it is compressed', async () => {
    const [variable = ''] = readdirSync(join(vectors, 'efivars'));
    const data = readFileSync(join(vectors, 'efivars', variable)).subarray(4);
    const { records } = await json(join(folderOf({ renamed: data }), 'renamed'));
    expect(records).toHaveLength(1);
    expect(records[0]?.name).toBeNull();
    expect(records[0]?.text).toMatch(/^(Oops|Panic)#\d Part\d+\n/);
  });
});

describe('the output folder', () => {
  it.each(['', '/new', '/sub'])('never lies in the input: %j', async (below) => {
    const folder = folderOf({ 'dmesg-efi-1': 'text\n', 'sub/dmesg-efi-2': 'text\n' });
    for (const input of [folder, `${folder}/`]) {
      const { status, stderr } = await pstoreDecode(['extract', input, '-o', `${folder}${below}`, '--force']);
      expect(status).toBe(2);
      expect(stderr).toMatch(/: lies in the input\n {2}hint: /);
    }
    expect(existsSync(join(folder, 'manifest.json'))).toBe(false);
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  it('nor behind a link', async () => {
    const folder = folderOf({ 'dmesg-efi-1': 'text\n' });
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    expect((await pstoreDecode(['extract', link, '-o', `${folder}/out`])).stderr).toContain('lies in the input');
    const beside = join(root, `${basename(folder)}-out`);
    expect((await pstoreDecode(['extract', link, '-o', beside])).status).toBe(0);
    expect(readdirSync(beside).sort()).toEqual(['dmesg-efi-1', 'manifest.json']);
  });
});
