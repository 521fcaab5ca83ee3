import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf, liveRecord } from './support/records.js';
import { complaints } from './support/schema.js';

const vector = (path: string) => fileURLToPath(new URL(`../../../test-vectors/${path}`, import.meta.url));
const oops = readFileSync(vector('oops/x86_64-6.1/BUG.txt'), 'latin1');
const crash = { reason: 'Oops', count: 1, time: { seconds: 1_700_000_000n, nanoseconds: 0 } } as const;

let root = '';
let own = '';
let ofTrace = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pstore-decode-test-'));
  own = join(root, 'own.map');
  writeFileSync(own, mapOf(oops));
  ofTrace = join(root, 'trace.map');
  writeFileSync(ofTrace, gunzipSync(readFileSync(vector('ramoops/ftrace-noecc-7.2/System.map.gz'))));
});
afterAll(() => rmSync(root, { recursive: true }));

/** The symbols that a text names, one behind the other, with the sizes that it prints. */
function mapOf(text: string): string {
  const sizes = new Map(
    Array.from(text.matchAll(/([\w.]+)\+0x[0-9a-f]+\/0x([0-9a-f]+)/g), ([, name, size]) => [name, `0x${size}`]),
  );
  let at = 0xffff_ffff_8100_0000n;
  const lines = [...sizes, ['_etext', '0x0'] as const].map(([name, size]) => {
    const line = `${at.toString(16)} T ${name}\n`;
    at += BigInt(size);
    return line;
  });
  return lines.join('');
}

const named = / \((?:[\w.]+\+0x[0-9a-f]+\/0x[0-9a-f]+, )?0x[0-9a-f]+ as linked\)$/gm;

describe('names in the text of a crash', () => {
  const whole = engineOf({
    m: { records: [liveRecord('dmesg-ramoops-0', `Oops#1 Part1\n${oops}`, { ...crash, part: 1 })] },
  });
  const half = oops.indexOf('\n', oops.length / 2) + 1;
  const parts = engineOf({
    m: {
      records: [
        liveRecord('dmesg-efi-1', `Oops#1 Part1\n${oops.slice(half)}`, { ...crash, backend: 'efi', part: 1 }),
        liveRecord('dmesg-efi-2', `Oops#1 Part2\n${oops.slice(0, half)}`, { ...crash, backend: 'efi', part: 2 }),
      ],
    },
  });

  test.each([
    ['one', whole],
    ['several parts', parts],
  ])('stand behind the frames and change nothing else: %s', async (_, engine) => {
    const plain = (await pstoreDecode(['-q', 'm'], engine)).stdout;
    const { stdout } = await pstoreDecode(['-q', '--symbols', own, 'm'], engine);
    expect(stdout.replace(named, '')).toBe(plain);
    expect(stdout.match(named)).toHaveLength(10);
    expect(stdout).toContain('RIP: 0010:lkdtm_BUG+0x5/0x7 (0xffffffff81000005 as linked)\n');
    expect(stdout).toMatch(/\] {2}\? full_proxy_poll\+0x4a\/0x4a \(0x\w+ as linked\)\n/);
  });

  test('are given to addresses without a name', async () => {
    const bare = `${oops.replace(' direct_entry+0xaa/0xc0', ' 0xffffffff810000b1')}[    2.000000] Kernel Offset: 0x0 from 0xffffffff81000000\n`;
    const engine = engineOf({ m: { records: [liveRecord('console-ramoops-0', bare, { type: 'console' })] } });
    const { stdout } = await pstoreDecode(['-q', '--symbols', own, 'm'], engine);
    expect(stdout).toContain('  0xffffffff810000b1 (direct_entry+0xaa/0xc0, 0xffffffff810000b1 as linked)\n');
  });

  test('go with a choice of lines', async () => {
    const { stdout } = await pstoreDecode(['-q', '--symbols', own, '-g', 'vfs_write', 'm'], whole);
    expect(stdout).toMatch(/^\[ +[\d.]+\] {2}vfs_write\+0xa3\/0x186 \(0x\w+ as linked\)$/m);
  });

  test('of another kernel are refused once, with the reason', async () => {
    const { stdout, stderr } = await pstoreDecode(['--symbols', ofTrace, 'm'], whole);
    expect(
      stderr.match(/symbols are not used: of 10 functions in the log it has only \d with the same size/g),
    ).toHaveLength(1);
    expect(stdout).toBe((await pstoreDecode(['-q', 'm'], whole)).stdout);
  });

  test('are in JSON of info', async () => {
    const document = JSON.parse((await pstoreDecode(['info', '-q', '--json', '--symbols', own, 'm'], whole)).stdout);
    expect(complaints('report', document)).toEqual([]);
    expect(document.inputs[0].crashes[0].summary.reports[0].top).toEqual({
      text: 'lkdtm_BUG+0x5/0x7',
      linked: '0xffffffff81000005',
    });
  });
});

test('names in a trace stand behind its lines, as the kernel prints them', async () => {
  const medium = vector('ramoops/ftrace-noecc-7.2/ramoops.bin');
  const plain = (await pstoreDecode(['-q', medium])).stdout;
  const { stdout } = await pstoreDecode(['-q', '--symbols', ofTrace, medium]);
  expect(stdout.replace(/ \(\S+ <- \S+\)$/gm, '')).toBe(plain);
  const kernel = readFileSync(vector('ramoops/ftrace-noecc-7.2/kernel/ftrace-ramoops-0'), 'utf8').trimEnd().split('\n');
  const lines = stdout.split('\n').filter((line) => line.startsWith('CPU:'));
  expect(lines).toHaveLength(kernel.length);
  // Modules are not in a System.map.
  for (const [i, line] of kernel.entries()) {
    if (!line.includes('['))
      expect(lines[i]).toMatch(new RegExp(`\\(${/\S+ <- \S+$/.exec(line)?.[0].replace(/[.+]/g, '\\$&')}\\)$`));
  }
});

test('a trace alone, of a kernel that moved itself, is named with a doubt', async () => {
  const file = vector('blk/ftrace-6.1/kernel/ftrace-pstore_blk-0');
  for (const command of ['show', 'trace']) {
    const { status, stderr } = await pstoreDecode([command, '--symbols', ofTrace, file]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('# no log tells the offset of KASLR: ')]);
  }
});

describe('names of events', () => {
  const medium = vector('ramoops/android-pmsg-6.1/ramoops.bin');
  const tags = vector('android/event-log-tags');

  test('are those of the map, as logcat prints them', async () => {
    const plain = (await pstoreDecode(['-q', medium])).stdout;
    const { stdout } = await pstoreDecode(['-q', '--event-tags', tags, medium]);
    expect(stdout).toBe(plain.replace('I [2722]  : [87,4012,310]', 'I battery_level: [87,4012,310]'));
    const chosen = await pstoreDecode(['-q', '--event-tags', tags, '-s', 'battery_level', medium]);
    expect(chosen.stdout.match(/^\d\d-\d\d .*/gm)).toEqual([
      '11-14 22:13:30.000   321   340 I battery_level: [87,4012,310]',
    ]);
  });

  test.each([
    [
      '2722 battery_level (level|1|6)\n\n# comment\nnot a line\n',
      /--event-tags .*: line 4 has no number and name of an event\n {2}hint: /,
    ],
    ['12\n', /line 1 has no/],
    ['4294967296 too_large\n', /line 1 has no/],
  ])('are refused with the line that is wrong: %j', async (text, message) => {
    const file = join(root, 'tags');
    writeFileSync(file, text);
    const { status, stdout, stderr } = await pstoreDecode(['--event-tags', file, medium]);
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });

  test('need a file', async () => {
    const { status, stderr } = await pstoreDecode(['--event-tags', join(root, 'no'), medium]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/--event-tags .*: no such file or folder\n {2}hint: /)]);
  });
});

test.each([
  ['--level', 'err'],
  ['--time-format', 'iso'],
  ['--event-tags', vector('android/event-log-tags')],
  ['--symbols', 'any'],
  ['--raw'],
])('JSON has all of the text: %s is not silently ignored', async (...flag) => {
  for (const form of ['--json', '--jsonl']) {
    const { status, stderr } = await pstoreDecode([form, ...flag, vector('ramoops/none-6.1/ramoops.bin')]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(`^pstore-decode: ${flag[0]} and JSON exclude each other\n`),
    ]);
  }
});
