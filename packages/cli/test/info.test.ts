import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf, liveRecord, recordOf } from './support/records.js';
import { complaints } from './support/schema.js';

const vector = (path: string) => fileURLToPath(new URL(`../../../test-vectors/${path}`, import.meta.url));
const medium = vector('ramoops/deflate-ecc16-6.1/ramoops.bin');

const oops = readFileSync(vector('oops/x86_64-6.1/BUG.txt'), 'utf8');
const crash = { reason: 'Oops', count: 1, part: 1, time: { seconds: 1_700_000_000n, nanoseconds: 0 } } as const;

describe('info', () => {
  test('says what died, and where each value stands', async () => {
    const text = `Oops#1 Part1\n${oops}`;
    const ran = await pstoreDecode(
      ['info', 'm'],
      engineOf({ m: { records: [liveRecord('dmesg-ramoops-0', text, crash)] } }),
    );
    expect(ran.status).toBe(0);
    const start = 0x100 + text.indexOf('kernel BUG at');
    const title = /kernel BUG at .*/.exec(text)?.[0] ?? '';
    const range = `0x${start.toString(16)}-0x${(start + title.length).toString(16)}`;
    expect(ran.stdout).toContain(`  title       ${title}  [${range}]\n`);
    expect(ran.stdout).toMatch(/^ {2}at +lkdtm_BUG\+0x\w+\/0x\w+ {2}\[0x/m);
    expect(ran.stdout).toMatch(/^ {2}signature +v1:bug:lkdtm_BUG</m);
    expect(ran.stdout).toMatch(/^ {2}file +dmesg-ramoops-0$/m);
  });

  test('is the same in JSON', async () => {
    const { stdout } = await pstoreDecode(['info', '--json', '-q', medium]);
    const [{ crashes, consoles }] = JSON.parse(stdout).inputs;
    expect(complaints('report', JSON.parse(stdout))).toEqual([]);
    expect(consoles).toMatchObject([{ records: [4], summary: { panic: 3, lead: 3 } }]);
    expect(consoles[0].summary.reports.map(({ kind }: { kind: string }) => kind)).toEqual([
      'bug',
      'bug',
      'sysrq',
      'panic',
    ]);
    const [first, , third] = crashes;
    expect(first.summary.reports[0]).toMatchObject({
      kind: 'bug',
      title: 'kernel BUG at drivers/misc/lkdtm/bugs.c:78!',
      kernel: '6.1.192-pstorevec',
      architecture: 'x86',
      pid: 38,
      command: 'init',
      top: { text: 'lkdtm_BUG+0x5/0x7' },
    });
    expect(third.summary.panic).toBe(third.summary.lead);
    const shown = await pstoreDecode(['--json', '-q', medium]);
    expect(JSON.parse(shown.stdout).inputs[0].crashes[0].summary).toBeUndefined();
    expect(JSON.parse(shown.stdout).inputs[0].consoles).toBeUndefined();
  });

  test('never lets text of a medium drive a terminal', async () => {
    const text = `Oops#1 Part1\n${oops.replace(/kernel BUG at /, 'kernel BUG at \u001b[2J\u202e')}`;
    const ran = await pstoreDecode(['info', 'm'], engineOf({ m: { records: [recordOf(text, crash)] } }), {
      terminal: true,
    });
    for (const mark of ['\u001b', '\u202e']) expect(ran.stdout).not.toContain(mark);
    expect(ran.stdout).toContain('kernel BUG at \\x{1b}[2J\\x{202e}');
  });

  test('takes symbols of that kernel only', async () => {
    const map = vector('ramoops/ftrace-noecc-7.2/System.map.gz');
    const ran = await pstoreDecode(['info', '--symbols', map, medium]);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^pstore-decode: --symbols .*\n {2}hint: give the System\.map/);
  });
});
