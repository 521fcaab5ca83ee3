/**
 * How fast media are searched, beside what people use instead: `node bench/scan.mjs [PAIRS] [FOLDER]`, after a build. Not
 * in the list of run.mjs: it writes 13 GiB of media to FOLDER (the one for temporary files), which are removed at the end,
 * and takes a quarter of an hour. ripgrep, yara and binwalk are measured where they are installed.
 *
 * Ours and the other run in turn, pair by pair; a ratio is the median of the pairs' ratios, above 1 where ours is faster:
 * by the clock, or by processor time where it says so. All media are in the page cache, and the start of Node counts.
 * Exit status 1 when a goal is missed.
 */
import { spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeMixedMedium } from './scan-medium.mjs';

const pairs = Number(process.argv[2] ?? 9);
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'scan-bench-'));
const GiB = 2 ** 30;
const program = fileURLToPath(new URL('../packages/cli/bin/pstore-decode.js', import.meta.url));
const ours = (path, ...more) => [process.execPath, program, 'scan', '--jsonl', '-q', path, ...more];

const literals = ['DBGC', 'CGBD', 'CPER', '_FVH', 'dump-type', 'Panic#', 'Oops#', 'ERSTSTOR', 'EMiL'];

/** Seconds by the clock, and of processor time, which the shell tells of what it has started. */
function measured([command, ...argv]) {
  const script = '"$@" > "$0"; status=$?; times; exit $status'; // to a file: grep stops early when nobody listens
  const start = process.hrtime.bigint();
  const { status, stdout } = spawnSync('bash', ['-c', script, join(folder, 'out'), command, ...argv], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  if (status > 1) throw new Error(`${command} ${argv.join(' ')}: exit status ${status}`);
  const [, , user, system] = stdout.match(/\d+m[\d.]+s/g).map((text) => {
    const [minutes, seconds] = text.slice(0, -1).split('m').map(Number);
    return 60 * minutes + seconds;
  });
  return { wall, cpu: user + system };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

function isInstalled(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

let missed = false;
function say(name, figure, goal, isAtMost = false) {
  const isMissed = isAtMost ? figure > goal : figure < goal;
  missed ||= isMissed;
  const words = `${isAtMost ? 'at most' : 'at least'} ${goal}`;
  process.stdout.write(
    `  ${name.padEnd(58)} ${figure.toFixed(2).padStart(6)}  ${words}${isMissed ? '  MISSED' : ''}\n`,
  );
}

function compare(name, goal, mine, other, by = 'wall') {
  if (!isInstalled(other[0]))
    return process.stdout.write(`  ${name.padEnd(58)}      -  ${other[0]} is not installed\n`);
  const ratios = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const [a, b] = [measured(mine), measured(other)];
    if (pair > 0) ratios.push(b[by] / a[by]); // the first warms the page cache
  }
  say(name, median(ratios), goal);
}

/** The most memory of a command in MB, as it says itself. */
function memory(path) {
  const preload = join(folder, 'memory.cjs');
  writeFileSync(preload, 'process.on("exit", () => console.error(process.resourceUsage().maxRSS / 1024))');
  const { stderr } = spawnSync(process.execPath, ['-r', preload, ...ours(path).slice(1)], { encoding: 'utf8' });
  return Number(stderr.trim().split('\n').at(-1));
}

function write(name, size, fill) {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  for (let at = 0; at < size; at += 2 ** 24) writeSync(file, fill(), 0, Math.min(2 ** 24, size - at));
  closeSync(file);
  return path;
}

try {
  const mix = join(folder, 'mix');
  const planted = writeMixedMedium(mix, 4 * GiB);
  const start = (name, size) => {
    const file = openSync(join(folder, name), 'w');
    spawnSync('head', ['-c', String(size), mix], { stdio: ['ignore', file, 'inherit'] });
    closeSync(file);
    return join(folder, name);
  };
  const [mix1, mix64M] = [start('mix1', GiB), start('mix64M', 2 ** 26)];
  const zeros = Buffer.alloc(2 ** 24);
  const zero = write('zero', 4 * GiB, () => zeros);
  const random = write('random', 4 * GiB, () => randomFillSync(Buffer.alloc(2 ** 24)));
  const dense = Buffer.alloc(2 ** 24, '====1===');
  const candidates = write('candidates', 2 ** 28, () => dense);
  const patterns = join(folder, 'patterns');
  writeFileSync(patterns, `${literals.join('\n')}\n`);
  const rules = join(folder, 'rules.yar');
  const strings = literals.map((literal, i) => `$s${i} = "${literal}"`).join(' ');
  writeFileSync(rules, `rule pstore { strings: ${strings} condition: any of them }\n`);
  const magic = join(folder, 'magic');
  writeFileSync(magic, literals.map((literal) => `0 string ${literal} ${literal}\n`).join(''));

  process.stdout.write(`speed of the search against others, medians of ${pairs} pairs\n`);
  compare('4 GiB mixed, against cat', 0.95, ours(mix), ['cat', mix]);
  const ripgrep = ['rg', '--no-unicode', '-o', '-b', '-c', '-a', '-F', '-f', patterns, mix];
  compare('4 GiB mixed, against ripgrep with nine literals', 1.2, ours(mix), ripgrep);
  compare('4 GiB mixed, one thread, processor time of cat', 0.55, ours(mix, '--threads', '1'), ['cat', mix], 'cpu');
  compare('4 GiB of zeros, against cat', 1.4, ours(zero), ['cat', zero]);
  compare('4 GiB of random bytes, against cat', 0.7, ours(random), ['cat', random]);
  compare('1 GiB mixed, against yara', 7, ours(mix1), ['yara', rules, mix1]);
  compare('1 GiB mixed, against binwalk', 12, ours(mix1), ['binwalk', '-m', magic, mix1]);

  const [least, most] = [memory(mix64M), memory(mix)];
  say('memory for 4 GiB, MB', most, 90, true);
  say('more than for 64 MiB, MB', most - least, 10, true);

  const net = [];
  for (let round = 0; round <= pairs; round++) {
    const taken = measured(ours(candidates)).wall - measured(ours(patterns)).wall;
    if (round > 0) net.push(2 ** 28 / 1e9 / taken);
  }
  say('a candidate every 8 bytes, 256 MiB, GB/s without the start', median(net), 1);

  const { stdout } = spawnSync(process.execPath, ours(mix).slice(1), { encoding: 'utf8' });
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row));
  const found = new Set(rows.filter(({ backend }) => backend === 'ramoops').map(({ offset }) => offset));
  say(`of ${planted.length} planted zones, found`, planted.filter((at) => found.has(at)).length, planted.length);
} finally {
  rmSync(folder, { recursive: true });
}
if (missed) process.exitCode = 1;
