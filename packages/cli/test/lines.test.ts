import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf, liveRecord, recordOf } from './support/records.js';

const vector = (path: string) => fileURLToPath(new URL(`../../../test-vectors/${path}`, import.meta.url));
const log = [
  'Oops#1 Part1',
  '<6>[    1.000000] one',
  '<3>[    2.500000] two',
  '<28>[    3.000000] three of daemon',
  'no prefix',
  '<2>[    4.000000] four\n',
].join('\n');
const crash = { reason: 'Oops', count: 1, part: 1, time: { seconds: 1_700_000_000n, nanoseconds: 0 } } as const;
const media = engineOf({
  m: { records: [liveRecord('dmesg-ramoops-0', log, crash)] },
  timeless: { records: [liveRecord('console-ramoops-0', log, { type: 'console' })] },
});

/** The lines below the heading. */
async function chosen(...argv: string[]): Promise<string[]> {
  const { stdout, stderr } = await pstoreDecode([...argv, '-q'], media);
  expect(stderr).toBe('');
  return stdout.split('\n').slice(1).filter(Boolean);
}

describe('the lines of show', () => {
  const table: [argv: string[], lines: string[]][] = [
    [
      ['-l', 'err+'],
      ['<3>[    2.500000] two', '<2>[    4.000000] four'],
    ],
    [['-l', 'info'], ['<6>[    1.000000] one']],
    [['--facility', 'daemon'], ['<28>[    3.000000] three of daemon']],
    [
      ['-g', '^t'],
      ['<3>[    2.500000] two', '<28>[    3.000000] three of daemon'],
    ],
    [
      ['--since', '2.5', '--until', '3'],
      ['<3>[    2.500000] two', '<28>[    3.000000] three of daemon'],
    ],
    [
      ['--since', '2023-11-14T22:13:19Z'],
      ['<28>[    3.000000] three of daemon', '<2>[    4.000000] four'],
    ],
    [['--time-format', 'iso', '-l', 'crit'], ['<2>2023-11-14T22:13:20.000000Z four']],
    [
      ['--time-format', 'delta', '-l', 'err+'],
      ['<3>[<    0.000000>] two', '<2>[<    1.500000>] four'],
    ],
  ];
  test.each(table)('%j', async (argv, lines) => {
    expect(await chosen(...argv, 'm')).toEqual(lines);
  });

  test('have no wall clock without the time of a record', async () => {
    expect(await chosen('--time-format', 'iso', '-l', 'crit', 'timeless')).toEqual(['<2>[    4.000000] four']);
    expect(await chosen('--since', '2023-11-14', 'timeless')).toEqual([]);
  });

  test('leave out a record of which none is left, heading and all', async () => {
    expect((await pstoreDecode(['-g', 'nothing like it', '-q', 'm'], media)).stdout).toBe('');
  });

  const wrong: [argv: string[], message: RegExp][] = [
    [['-l', 'loud'], /--level: no log level/],
    [['-g', '('], /--grep \(: is no regular expression/],
    [['--since', 'yesterday'], /--since yesterday: is no time/],
    [['-b', 'front'], /--buffer front: no such log buffer/],
    [['-s', 'a:b:c'], /--tags: no filter/],
    [['--pid', 'x'], /--pid x: is no number/],
    [['--time-format', 'unix'], /time-format/],
  ];
  test.each(wrong)('%j is refused with words', async (argv, message) => {
    const { status, stderr } = await pstoreDecode([...argv, 'm'], media);
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('log entries of Android', () => {
  const medium = vector('ramoops/android-pmsg-6.1/ramoops.bin');

  test('are printed as logcat does, and chosen as it does', async () => {
    const all = (await pstoreDecode(['-q', medium])).stdout;
    expect(all).toMatch(/^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ [VDIWEF] \S/m);
    const errors = (await pstoreDecode(['-q', '-s', '*:W', medium])).stdout;
    const letters = errors.match(/^\d\d-\d\d [\d:.]+ +\d+ +\d+ ([VDIWEF]) /gm) ?? [];
    expect(letters.every((line) => /[WEF] $/.test(line))).toBe(true);
    const ran = await pstoreDecode(['list', '--json', '-q', medium]);
    const pmsg = JSON.parse(ran.stdout).records.find(({ type }: { type: string }) => type === 'pmsg');
    expect(pmsg.findings.map(({ code }: { code: string }) => code)).toContain('pmsg.logger');
  });
});

describe('grades', () => {
  const recovered = recordOf('<6>[    1.000000] lost\n', { type: 'console', state: 'stale', grade: 'probable' });
  const engine = engineOf({ m: { records: [liveRecord('dmesg-ramoops-0', log, crash), recovered] } });

  test('choose what was recovered, and never what the kernel shows', async () => {
    const shown = async (...argv: string[]) => (await pstoreDecode([...argv, '-q', 'm'], engine)).stdout;
    expect(await shown()).toMatch(
      /── recovered: not shown by the kernel ──\n\n── 2 ── console ── ramoops, stale, probable ──/,
    );
    expect(await shown('--min-grade', 'probable')).toContain('lost');
    expect(await shown('--min-grade', 'certain')).not.toContain('lost');
    expect(await shown('--min-grade', 'certain')).toContain('dmesg-ramoops-0');
  });
});
