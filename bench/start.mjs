/**
 * How long a command takes from nothing, beside `node -e 0`. They run in turn, pair by pair, and a ratio is the median of
 * the pairs' ratios, so a busy machine hits both alike. Build first: what is measured is packages/cli/bin. The number
 * of pairs may be given as an argument.
 *
 * Exit status 1 when our goal does not hold: 1.25 times `node -e 0` for --version and for media of 64 KiB.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const pairs = Number(process.argv[2] ?? 40);
const goal = 1.25;
const program = fileURLToPath(new URL('../packages/cli/bin/pstore-decode.js', import.meta.url));

/** Captured from a kernel: two dumps, a console and messages of user space, all rings in use. */
const medium = (name) => fileURLToPath(new URL(`../test-vectors/ramoops/${name}/base.bin`, import.meta.url));

const rows = [
  { name: '--version', argv: [program, '--version'] },
  { name: '64 KiB, no ECC', argv: [program, medium('damaged-noecc-7.2')] },
  { name: '64 KiB, ECC 16', argv: [program, medium('damaged-ecc16-7.2')] },
];

function milliseconds(argv) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  const taken = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${argv.join(' ')}: exit status ${status}\n${stderr}`);
  return taken;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const ratios = rows.map(() => []);
const base = [];
for (let pair = 0; pair <= pairs; pair++) {
  rows.forEach(({ argv }, i) => {
    const empty = milliseconds(['-e', '0']);
    const taken = milliseconds(argv);
    if (pair === 0) return; // warms the page cache
    base.push(empty);
    ratios[i].push(taken / empty);
  });
}

process.stdout.write(
  `start, against node -e 0 (${median(base).toFixed(1)} ms), median of ${pairs} pairs, goal ${goal}\n`,
);
rows.forEach(({ name }, i) => {
  const ratio = median(ratios[i]);
  if (ratio > goal) process.exitCode = 1;
  process.stdout.write(`  ${name.padEnd(16)} ${ratio.toFixed(3)}${ratio > goal ? '  MISSED' : ''}\n`);
});
