import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bash, bundle } from './support/bundle.js';

const medium = fileURLToPath(new URL('../../../test-vectors/ramoops/deflate-ecc16-6.1/ramoops.bin', import.meta.url));
let program = '';
let root = '';
beforeAll(() => {
  program = bundle();
  root = mkdtempSync(join(tmpdir(), 'pstore-decode-test-'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
  rmSync(dirname(program), { recursive: true });
});

const run = (line: string) => bash(program, line, { M: medium, ROOT: root });
const has = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

describe('the process', () => {
  it('prints the text of a medium', () => {
    const { status, stdout, stderr } = run('$P $M');
    expect(status).toBe(0);
    expect(stdout.match(/^── \d ── .*$/gm)).toHaveLength(5);
    expect(stdout).toContain('Kernel panic - not syncing');
    expect(stderr).toContain('5 records (3 dmesg, 1 console, 1 pmsg)');
  });

  it('reads the same from standard input, as a pipe and as a file', () => {
    const { stdout } = run('$P -q --raw $M');
    expect(run('cat $M | $P -q --raw -').stdout).toBe(stdout);
    expect(run('$P -q --raw - < $M').stdout).toBe(stdout);
  });

  it.each([
    ['$P $M', ''],
    ['$P --raw $M', ''],
    ['$P --json $M', ''],
    ['$P verify $M', ''],
    ['$P --help', ''],
  ])('ends quietly with 0 when the reader has gone: %s', (line) => {
    // The reader goes before the first byte is written.
    expect(run(`set -o pipefail; { sleep 0.3; ${line}; } 2>$ROOT/talk | true; echo \${PIPESTATUS[0]}`).stdout).toBe(
      '0\n',
    );
    expect(readFileSync(join(root, 'talk'), 'utf8')).not.toMatch(/pstore-decode:|EPIPE/);
  });

  it('goes on when nobody hears the talk', () => {
    const { stdout } = run('$P -q --raw $M');
    expect(run('$P --raw $M 2>&-')).toEqual({ status: 0, stdout, stderr: '' });
    expect(run('$P --raw $M 2>/dev/full').stdout).toBe(stdout);
    expect(run('{ sleep 0.3; $P --raw $M; } 2> >(true)').stdout).toBe(stdout);
  });

  it('says in one line that the disk is full', () => {
    const { status, stderr } = run('$P -q $M >/dev/full');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^pstore-decode: standard output: no space left on device\n {2}hint: .*\n$/);
  });

  it('answers Ctrl-C with 130 while it waits for a pipe', async () => {
    const child = spawn(process.execPath, [program, '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
    expect(await interrupted(child)).toBe(130);
  });

  it('answers Ctrl-C with 130 in the middle of a large medium, with valid JSON behind it', async () => {
    const large = join(root, 'large');
    spawnSync('truncate', ['-s', '64G', large]);
    const child = spawn(process.execPath, [program, '--json', medium, large], { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    expect(await interrupted(child)).toBe(130);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ complete: false, records: { length: 5 } });
  });

  it.each([
    ['missing file', '$ROOT/missing', /no such file/],
    ['endless device', '/dev/zero', /gives bytes for ever/],
    ['empty device', '/dev/null', /holds nothing/],
  ])('gives a %s one line and a hint, and status 2', (_, input, said) => {
    const { status, stdout, stderr } = run(`$P ${input}`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^pstore-decode: [^\n]*${said.source}[^\n]*\n  hint: [^\n]+\n$`));
  });

  it.skipIf(process.getuid?.() === 0)('says what it may not read and where it may not write', () => {
    const { status, stderr } = run('touch $ROOT/secret; chmod 0 $ROOT/secret; $P $ROOT/secret');
    expect(status).toBe(2);
    expect(stderr).toContain('permission denied');
    expect(run('mkdir -m 500 $ROOT/closed; $P extract $M -o $ROOT/closed/out').stderr).toContain('permission denied');
  });

  it.runIf(has('unshare') && spawnSync('unshare', ['-rm', 'true']).status === 0)(
    'cleans up when the disk is full',
    () => {
      const { stdout } = run(`mkdir $ROOT/small; unshare -rm bash -c '
      mount -t tmpfs -o size=64k none $ROOT/small; $P extract -q $M -o $ROOT/small/out 2>&1; echo $?; ls -A $ROOT/small/out'`);
      const [said, hint, status, ...files] = stdout.trimEnd().split('\n');
      expect(said).toMatch(/^pstore-decode: .*\/small\/out\/.*: no space left on device$/);
      expect(hint).toMatch(/^ {2}hint: make room/);
      expect(status).toBe('2');
      expect(files.every((name) => /^dmesg-ramoops-\d$/.test(name))).toBe(true);
    },
  );

  it('changes nothing about its input', () => {
    const copy = join(root, 'copy');
    writeFileSync(copy, readFileSync(medium), { mode: 0o400 });
    const before = statSync(copy, { bigint: true });
    for (const line of ['$P', '$P list', '$P verify', '$P --json', '$P extract -o $ROOT/extracted'])
      run(`${line} ${copy}`);
    expect(statSync(copy, { bigint: true })).toEqual(before);
    expect(readFileSync(copy)).toEqual(readFileSync(medium));
  });

  it.runIf(has('script'))('refuses --raw at a terminal and drives it with nothing but text', () => {
    const refused = run('script -qec "$P --raw $M" /dev/null </dev/null');
    expect(refused.status).toBe(2);
    expect(refused.stdout).toContain('refuses a terminal');
    const shown = run('script -qec "$P $M" /dev/null </dev/null');
    expect(shown.status).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(shown.stdout).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/);
  });
});

async function interrupted(child: ChildProcess): Promise<unknown> {
  const timer = setTimeout(() => child.kill('SIGINT'), 700);
  const [status] = await once(child, 'close');
  clearTimeout(timer);
  return status;
}
