import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf, liveRecord, recordOf } from './support/records.js';
import { complaints } from './support/schema.js';

let root = '';
let out = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pstore-decode-test-'));
  out = join(root, 'out');
});
afterEach(() => rmSync(root, { recursive: true }));

const dmesg = liveRecord('dmesg-ramoops-0', 'Panic#1 Part1\n', {
  time: { seconds: 1_700_000_000n, nanoseconds: 123_456_789 },
});
const console0 = liveRecord('console-ramoops-0', 'console', { type: 'console' });
const erased = recordOf('erased\n', { state: 'erased', id: 12n, type: 'pmsg' });
const unread = recordOf(Uint8Array.of(1, 2, 3), { state: 'hidden', id: 3n, compression: 'unknown' });
const engine = engineOf({ m: { records: [dmesg, console0, erased, unread] }, n: { records: [dmesg] }, none: {} });

function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

describe('extract', () => {
  it('writes the kernel’s files, the rest to recovered/, and a manifest of both', async () => {
    const { status, stdout, stderr } = await pstoreDecode(['extract', 'm', '-o', out], engine);
    expect(status).toBe(0);
    expect(tree(out)).toEqual([
      'console-ramoops-0',
      'dmesg-ramoops-0',
      'manifest.json',
      'recovered',
      'recovered/0003-pmsg-12.txt',
      'recovered/0004-dmesg-3.bin',
    ]);
    expect(readFileSync(join(out, 'dmesg-ramoops-0'))).toEqual(Buffer.from(dmesg.file?.content.bytes ?? []));
    expect(readFileSync(join(out, 'recovered/0003-pmsg-12.txt'), 'utf8')).toBe('erased\n');
    expect([...readFileSync(join(out, 'recovered/0004-dmesg-3.bin'))]).toEqual([1, 2, 3]);
    expect(Math.floor(statSync(join(out, 'dmesg-ramoops-0')).mtimeMs)).toBe(1_700_000_000_123);
    expect(stdout.split('\n').slice(0, 2)).toEqual([`${out}/dmesg-ramoops-0`, `${out}/console-ramoops-0`]);
    expect(stderr).toContain(`# ${out}: 4 files and manifest.json written\n`);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    expect(complaints('report', manifest)).toEqual([]);
    for (const { extracted } of manifest.records) {
      const bytes = readFileSync(join(out, extracted.path));
      expect(extracted).toMatchObject({
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    }
    expect(manifest.records[0].extracted.mtime).toBe('2023-11-14T22:13:20.123456789Z');
  });

  it('keeps what it writes to itself', async () => {
    await pstoreDecode(['extract', 'm', '-o', out], engine);
    expect(statSync(out).mode & 0o777).toBe(0o700);
    expect(statSync(join(out, 'dmesg-ramoops-0')).mode & 0o777).toBe(0o600);
  });

  it.each([
    [-1n, 0],
    [-86_400n, 500_000_000],
    [-5n, 999_000_000],
    [1_700_000_000n, 999_999_999],
  ])('sets the time %s s %s ns', async (seconds, nanoseconds) => {
    const old = liveRecord('dmesg-ramoops-0', 'x', { time: { seconds, nanoseconds } });
    expect((await pstoreDecode(['extract', 'm', '-o', out], engineOf({ m: { records: [old] } }))).status).toBe(0);
    const { mtimeNs } = statSync(join(out, 'dmesg-ramoops-0'), { bigint: true });
    const off = mtimeNs - (seconds * 1_000_000_000n + BigInt(nanoseconds));
    expect(off > -2000n && off < 2000n).toBe(true);
  });

  it('writes files also where a medium claims an impossible time', async () => {
    const odd = liveRecord('dmesg-ramoops-0', 'x', { time: { seconds: 2n ** 63n, nanoseconds: 0 } });
    expect((await pstoreDecode(['extract', 'm', '-o', out], engineOf({ m: { records: [odd] } }))).status).toBe(0);
    expect(tree(out)).toContain('dmesg-ramoops-0');
  });

  it('gives each of several inputs a folder', async () => {
    await pstoreDecode(['extract', 'm', 'n', '-o', `${out}/`], engine);
    expect(tree(out)).toEqual([
      'input-1',
      'input-1/console-ramoops-0',
      'input-1/dmesg-ramoops-0',
      'input-1/recovered',
      'input-1/recovered/0003-pmsg-12.txt',
      'input-1/recovered/0004-dmesg-3.bin',
      'input-2',
      'input-2/dmesg-ramoops-0',
      'manifest.json',
    ]);
  });

  it('keeps two live records of one name apart', async () => {
    await pstoreDecode(
      ['extract', 'm', '-o', out],
      engineOf({ m: { records: [dmesg, { ...dmesg, stored: { start: 9, end: 10 } }] } }),
    );
    expect(tree(out)).toEqual(['0002-dmesg-ramoops-0', 'dmesg-ramoops-0', 'manifest.json']);
  });

  it.each([
    '../evil',
    '/etc/evil',
    'a/b',
    '.hidden',
    '..',
    'manifest.json',
    'recovered',
    'x\0y',
    'a'.repeat(300),
    '__proto__',
    'A',
  ])('makes a name of its own in place of %j', async (name) => {
    await pstoreDecode(['extract', 'm', '-o', out], engineOf({ m: { records: [liveRecord(name, 'x', { id: 5n })] } }));
    expect(tree(root)).toEqual(['out', 'out/manifest.json', 'out/recovered', 'out/recovered/0001-dmesg-5.txt']);
  });

  it('writes nothing where there is nothing', async () => {
    expect((await pstoreDecode(['extract', 'none', '-o', out], engine)).status).toBe(1);
    expect(existsSync(out)).toBe(false);
  });

  it('prints the manifest with --json', async () => {
    const { stdout } = await pstoreDecode(['extract', 'm', '-o', out, '--json'], engine);
    expect(stdout).toBe(readFileSync(join(out, 'manifest.json'), 'utf8'));
  });

  it('replaces nothing without --force, and says so before it writes anything', async () => {
    mkdirSync(out);
    writeFileSync(join(out, 'console-ramoops-0'), 'mine');
    const refused = await pstoreDecode(['extract', 'm', '-o', out, '-q'], engine);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toBe(
      `pstore-decode: ${out}/console-ramoops-0: exists already\n  hint: name a new folder with -o, or replace it with --force\n`,
    );
    expect(tree(out)).toEqual(['console-ramoops-0']);
    expect((await pstoreDecode(['extract', 'm', '-o', out, '--force'], engine)).status).toBe(0);
    expect(readFileSync(join(out, 'console-ramoops-0'), 'utf8')).not.toBe('mine');
  });

  it.each(['dmesg-ramoops-0', 'manifest.json', 'recovered'])(
    'never goes through a symbolic link at %s',
    async (name) => {
      mkdirSync(out);
      const victim = join(root, 'victim');
      if (name === 'recovered') mkdirSync(victim);
      else writeFileSync(victim, 'mine');
      symlinkSync(victim, join(out, name));
      const { status, stderr } = await pstoreDecode(['extract', 'm', '-o', out, '--force', '-q'], engine);
      expect(status).toBe(2);
      expect(stderr).toContain(`pstore-decode: ${join(out, name)}: is `);
      expect(tree(out)).toEqual([name]);
      if (name === 'recovered') expect(tree(victim)).toEqual([]);
      else expect(readFileSync(victim, 'utf8')).toBe('mine');
    },
  );

  it('does not take a symbolic link for the folder, with or without a slash', async () => {
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), out);
    for (const folder of [out, `${out}//`]) {
      expect((await pstoreDecode(['extract', 'm', '-o', folder], engine)).stderr).toContain(
        `${out}: is a symbolic link\n`,
      );
    }
    expect(tree(join(root, 'real'))).toEqual([]);
  });

  it('leaves the other name of a hard link alone', async () => {
    mkdirSync(out);
    writeFileSync(join(root, 'victim'), 'mine');
    linkSync(join(root, 'victim'), join(out, 'dmesg-ramoops-0'));
    expect((await pstoreDecode(['extract', 'm', '-o', out, '--force'], engine)).status).toBe(0);
    expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('mine');
  });

  it('never writes over its input', async () => {
    mkdirSync(out);
    const medium = join(out, 'dmesg-ramoops-0');
    writeFileSync(medium, 'the medium');
    const ran = await pstoreDecode(
      ['extract', medium, '-o', out, '--force'],
      engineOf({ [medium]: { records: [dmesg] } }),
    );
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain('is the input itself');
    expect(readFileSync(medium, 'utf8')).toBe('the medium');
  });

  it.each([
    ['-', 'a folder is needed'],
    ['missing/out', 'no such file or folder'],
    ['file', 'is not a folder'],
    ['file/out', 'not a folder'],
  ])('says what is wrong with -o %s', async (folder, said) => {
    writeFileSync(join(root, 'file'), '');
    const { status, stderr } = await pstoreDecode(
      ['extract', 'm', '-q', '-o', folder === '-' ? '-' : join(root, folder)],
      engine,
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`^pstore-decode: \\S+: ${said}\n  hint: .*\n$`));
  });

  it('stops at Ctrl-C without a manifest', async () => {
    const controller = new AbortController();
    const many = Array.from({ length: 3 }, (_, i) => liveRecord(`dmesg-ramoops-${i}`, 'x'));
    const run = pstoreDecode(['extract', 'm', '-o', out], engineOf({ m: { records: many } }), {
      signal: controller.signal,
    });
    const watch = setInterval(() => existsSync(join(out, 'dmesg-ramoops-0')) && controller.abort(), 0);
    const { status } = await run;
    clearInterval(watch);
    if (status === 130) expect(existsSync(join(out, 'manifest.json'))).toBe(false);
    else expect(lstatSync(join(out, 'manifest.json')).isFile()).toBe(true);
  });

  it('writes the text of a dump that the kernel shows compressed beside it', async () => {
    const kept = liveRecord('dmesg-ramoops-0.enc.z', 'Panic#1 Part1\n', { compression: 'lzo' });
    const { status } = await pstoreDecode(['extract', 'm', '-o', out], engineOf({ m: { records: [kept] } }));
    expect(status).toBe(0);
    expect(tree(out)).toEqual(['dmesg-ramoops-0.enc.z', 'manifest.json', 'recovered', 'recovered/0001-dmesg-0.txt']);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    expect(complaints('report', manifest)).toEqual([]);
    expect(manifest.records[0].extracted.path).toBe('dmesg-ramoops-0.enc.z');
    expect(manifest.records[0].recovered.path).toBe('recovered/0001-dmesg-0.txt');
  });

  it('makes the tree of systemd-pstore', async () => {
    const records = [
      liveRecord('dmesg-efi_pstore-170000000001001', 'newest\n'),
      liveRecord('dmesg-efi_pstore-170000000002001', 'oldest\n'),
      liveRecord('dmesg-efi_pstore-170000000101002', 'another\n'),
      ...[7n, 8n, 10n].map((id) => liveRecord(`dmesg-erst-${id}`, `${id}\n`)),
      liveRecord('dmesg-ramoops-0', 'ramoops\n'),
      liveRecord('dmesg-efi-170000000103002.enc.z', 'compressed', { compression: 'unknown' }),
    ];
    const { status } = await pstoreDecode(['extract', '--as', 'systemd', 'm', '-o', out], engineOf({ m: { records } }));
    expect(status).toBe(0);
    expect(tree(out).filter((path) => /\d\.enc\.z$|\.txt$|-\d+$/.test(path))).toEqual([
      '10/dmesg-erst-10',
      '10/dmesg.txt',
      '1700000000/001/dmesg-efi_pstore-170000000001001',
      '1700000000/001/dmesg-efi_pstore-170000000002001',
      '1700000000/001/dmesg.txt',
      '1700000001/002/dmesg-efi_pstore-170000000101002',
      '1700000001/002/dmesg.txt',
      '8/dmesg-erst-7',
      '8/dmesg-erst-8',
      '8/dmesg.txt',
      'dmesg-efi-170000000103002.enc.z',
      'dmesg-ramoops-0',
    ]);
    const lines = (path: string) => readFileSync(join(out, path), 'utf8').match(/^(?!ECC).+$/gm);
    expect(lines('1700000000/001/dmesg.txt')).toEqual(['oldest', 'newest']);
    expect(lines('8/dmesg.txt')).toEqual(['8', '7']);
  });
});
