import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { version } from '../src/version.js';
import { pstoreDecode } from './support/io.js';
import { engineOf, recordOf } from './support/records.js';

const engine = engineOf({ m: { records: [recordOf('x')] } });

it('says the version of the package', async () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(version).toBe(manifest.version);
  expect(await pstoreDecode(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
});

it.each([['--help'], ['-h'], ['help'], ['help', 'extract'], ['extract', '--help'], ['formats', '-h']])(
  'helps: %s %s',
  async (...argv) => {
    const { status, stdout, stderr } = await pstoreDecode(argv);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: pstore-decode /);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  },
);

/** A wrong command line, and the line that it gets. */
const wrong: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /^pstore-decode: missing required argument 'input'$/],
  [['m', '--jsno'], /^pstore-decode: unknown option '--jsno'$/],
  [['extract', 'm'], /^pstore-decode: required option '-o, --output <folder>' not specified$/],
  [['help', 'extrakt'], /^pstore-decode: no such command$/],
  [['formats', 'x'], /^pstore-decode: too many arguments/],
  [['m', '--ramoops'], /^pstore-decode: option '--ramoops <parameters>' argument missing$/],
  [['m', '--ramoops', 'record_siz=1'], /^pstore-decode: --ramoops: "record_siz=1" is no ramoops parameter/],
  [['m', '--ramoops', 'record_size=many'], /^pstore-decode: --ramoops: .*many/],
  [['m', '--cmdline', 'quiet splash'], /^pstore-decode: --cmdline: no ramoops\.\* parameter in it$/],
  [['m', '--cmdline', '@/nowhere/cmdline'], /^pstore-decode: --cmdline @\/nowhere\/cmdline: no such file or folder$/],
  [['m', '--cmdline', '@/'], /^pstore-decode: --cmdline @\/: is a folder$/],
  [['m', '--as-kernel', 'newest'], /^pstore-decode: --as-kernel: no kernel version: "newest"$/],
  [['m', '--json', '--jsonl'], /^pstore-decode: --json and --jsonl exclude each other$/],
];

describe('a wrong command line gets one line and a hint, and status 2', () => {
  it.each(wrong)('%j', async (argv, line) => {
    const { status, stdout, stderr } = await pstoreDecode(argv, engine);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    const lines = stderr.split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(line);
    expect(lines[1]).toMatch(/^ {2}hint: \S/);
  });
});

it('offers the flag that was meant', async () => {
  expect((await pstoreDecode(['m', '--jsno'], engine)).stderr).toContain('  hint: did you mean --json?\n');
});

it('hands over what the flags say', async () => {
  const seen: unknown[] = [];
  const spy = {
    ...engine,
    salvage(...given: Parameters<typeof engine.salvage>) {
      seen.push(given[2].hints);
      return engine.salvage(...given);
    },
  };
  await pstoreDecode(['m'], spy);
  await pstoreDecode(['list', 'm', '--ramoops', 'record_size=0x8000,ecc=1', '--as-kernel', '6.1.0-28-amd64'], spy);
  await pstoreDecode(['m', '--cmdline', 'quiet ramoops.record_size=4K ramoops.ecc=8', '--ramoops', 'ecc=0'], spy);
  expect(seen).toEqual([
    {},
    { ramoops: { recordSize: 0x8000, eccSize: 16 }, asKernel: { major: 6, minor: 1, sublevel: 0 } },
    { ramoops: { recordSize: 4096, eccSize: 0 } },
  ]);
});

it('takes flags before the input, the input first, and a file named like a command', async () => {
  for (const argv of [
    ['--json', 'm'],
    ['m', '--json'],
    ['show', 'm', '-j'],
    ['--json', '--', 'm'],
  ]) {
    expect(JSON.parse((await pstoreDecode(argv, engine)).stdout).records).toHaveLength(1);
  }
  for (const argv of [
    ['-q', 'list', 'm'],
    ['--ramoops', 'ecc=0', '-q', 'list', 'm'],
    ['--ramoops=ecc=0', 'list', 'm'],
  ]) {
    expect((await pstoreDecode(argv, engine)).stdout).toMatch(/^# {2}TIME/);
  }
  expect((await pstoreDecode(['--as-kernel', 'list', 'm'], engine)).stderr).toContain('no kernel version: "list"');
  expect((await pstoreDecode(['--', 'list'], engine)).stderr).toContain('list: no such file');
  const named = engineOf({ './list': { records: [recordOf('x')] } });
  expect((await pstoreDecode(['./list'], named)).status).toBe(0);
});

describe('formats', () => {
  it('lists what is known', async () => {
    const { status, stdout } = await pstoreDecode(['formats']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^backends +ramoops/);
    expect(stdout).toContain('ecc.uncorrectable');
  });

  it('gives it as JSON', async () => {
    const known = JSON.parse((await pstoreDecode(['formats', '--json'])).stdout);
    expect(known).toMatchObject({
      schema: 'pstore-decode/formats/1',
      backends: ['ramoops', 'pstore_blk', 'efi', 'erst', 'nvram', 'mtdoops'],
      newestKernel: '7.2',
    });
    expect(known.compressors).toContain('deflate');
    expect(known.findings).toContainEqual(expect.objectContaining({ code: 'ecc.corrected', severity: 'note' }));
  });
});

it('ends quietly when the reader of stdout has gone', async () => {
  const ran = await pstoreDecode(['m'], engine, { stdoutFails: { behind: 0, how: 'closed' } });
  expect(ran).toMatchObject({ status: 0, stderr: '' });
});

it('says that the disk is full, in one line, with status 2', async () => {
  const { status, stderr } = await pstoreDecode(['m'], engine, { stdoutFails: { behind: 0, how: 'full' } });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^pstore-decode: standard output: no space left on device\n {2}hint: .*\n$/);
});
