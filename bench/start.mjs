/**
 * How long a command takes from nothing, beside `node -e 0`. They run in turn, pair by pair, and a ratio is the median of
 * the pairs' ratios, so a busy machine hits both alike. Build first: what is measured is packages/cli/bin.
 *
 * Exit status 1 when our goal does not hold: 1.25 times `node -e 0` for --version and for media of 64 KiB.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { newestKernel } from '@pstore-decode/formats';
import { arrangementOf, encodeRamoops, ramoopsZones } from '@pstore-decode/formats/ramoops';

const pairs = Number(process.argv[2] ?? 40);
const goal = 1.25;
const program = fileURLToPath(new URL('../packages/cli/bin/pstore-decode.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pstore-decode-bench-'));

function medium(name, eccSize) {
  const memSize = 0x10000;
  const sizes = { memSize, recordSize: 0x2000, consoleSize: 0x4000, ftraceSize: 0, pmsgSize: 0x2000, eccSize };
  const zones = ramoopsZones(sizes, arrangementOf(newestKernel), 1);
  const time = { seconds: 1_700_000_000n, nanoseconds: 123_456_000 };
  const log = Array.from(
    { length: 300 },
    (_, i) => `<6>[${(i / 7).toFixed(6).padStart(12)}] device ${i * 7919}: ready\n`,
  );
  const dump = (i) => deflateRawSync(`${i === 2 ? 'Panic' : 'Oops'}#${i + 1} Part1\n${log.join('')}`);
  const records = [
    ...[0, 1, 2].map((index) => ({ type: 'dmesg', index, payload: dump(index), time, compressed: true })),
    { type: 'console', payload: Buffer.from(log.join('').replaceAll('<6>', '')) },
    { type: 'pmsg', payload: Buffer.from('a message of user space\n') },
  ];
  const path = join(folder, name);
  writeFileSync(path, encodeRamoops({ zones, records, memSize, eccSize }));
  return path;
}

const rows = [
  { name: 'node FILE, empty', argv: [join(folder, 'empty.cjs')] },
  { name: '--version', argv: [program, '--version'], goal },
  { name: '64 KiB, no ECC', argv: [program, medium('plain.bin', 0)], goal },
  { name: '64 KiB, ECC 16', argv: [program, medium('ecc.bin', 16)], goal },
  { name: '64 KiB, ECC 16, list', argv: [program, 'list', medium('ecc.bin', 16)], goal },
];
writeFileSync(join(folder, 'empty.cjs'), '');

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
rmSync(folder, { recursive: true });

console.log(`start, against node -e 0 (${median(base).toFixed(1)} ms), median of ${pairs} pairs`);
rows.forEach(({ name, goal }, i) => {
  const ratio = median(ratios[i]);
  const missed = goal !== undefined && ratio > goal;
  if (missed) process.exitCode = 1;
  console.log(
    `  ${name.padEnd(22)} ${ratio.toFixed(3)}${goal === undefined ? '' : `  goal ${goal}${missed ? '  MISSED' : ''}`}`,
  );
});
