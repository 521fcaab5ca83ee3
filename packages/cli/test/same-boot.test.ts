import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf, liveRecord, recordOf } from './support/records.js';
import { complaints } from './support/schema.js';

const vector = (path: string) => fileURLToPath(new URL(`../../../test-vectors/${path}`, import.meta.url));

const boot = (first: number, lines: number) =>
  Array.from({ length: lines }, (_, i) => `<6>[   ${first}.${100001 + i * 17}] usb 1-1: device number ${i}\n`).join('');
const crash = { reason: 'Oops', count: 1, part: 1, time: { seconds: 1_700_000_000n, nanoseconds: 0 } } as const;
const engine = engineOf({
  m: {
    records: [
      liveRecord('dmesg-ramoops-0', `Oops#1 Part1\n${boot(12, 5)}`, crash),
      liveRecord('dmesg-ramoops-1', `Panic#2 Part1\n${boot(12, 4)}`, { ...crash, reason: 'Panic', count: 2 }),
      liveRecord('console-ramoops-0', boot(77, 6), { type: 'console' }),
      liveRecord('pmsg-ramoops-0', `${boot(12, 2)}${boot(77, 1)}`, { type: 'pmsg' }),
    ],
  },
  other: { records: [recordOf(boot(77, 3), { type: 'console', state: 'erased' })] },
});
const none = /of one boot/;

describe('logs of one boot', () => {
  test('are told with their evidence', async () => {
    const { stdout } = await pstoreDecode(['info', '-q', 'm'], engine);
    expect(stdout).toMatch(
      /\n── of one boot: 1, 2 ──\n {2}1 and 2 {2}4 lines with time and words in both, the first: usb 1-1: device number 0 {2}\[0x11f-0x137; 0x120-0x138\]\n\n$/,
    );
  });

  test('are told across inputs', async () => {
    const { stdout } = await pstoreDecode(['info', '-q', 'm', 'other'], engine);
    expect(stdout).toContain('\n── of one boot: m 1, m 2 ──\n');
    expect(stdout).toMatch(/\n── of one boot: m 3, other 1 ──\n {2}m 3 and other 1 {2}3 lines /);
  });

  test('are not guessed: two shared lines are too few, and what shares none is left alone', async () => {
    expect((await pstoreDecode(['info', '-q', 'other'], engine)).stdout).not.toMatch(none);
    const { stdout } = await pstoreDecode(['info', '-q', '--json', 'm'], engine);
    const { sameBoot } = JSON.parse(stdout);
    expect(sameBoot.map(({ logs }: { logs: { records: number[] }[] }) => logs.map(({ records }) => records))).toEqual([
      [[1], [2]],
    ]);
  });

  test('are the same in JSON, of info alone', async () => {
    const document = JSON.parse((await pstoreDecode(['info', '-q', '--json', 'm', 'other'], engine)).stdout);
    expect(complaints('report', document)).toEqual([]);
    expect(document.sameBoot).toHaveLength(2);
    expect(document.sameBoot[0]).toEqual({
      logs: [
        { input: 'm', records: [1], start: 0x11f, end: 0x137 },
        { input: 'm', records: [2], start: 0x120, end: 0x138 },
      ],
      sharedLines: 4,
      line: 'usb 1-1: device number 0',
    });
    const lines = (await pstoreDecode(['info', '-q', '--jsonl', 'm', 'other'], engine)).stdout.trimEnd().split('\n');
    const end = JSON.parse(lines.at(-1) ?? '');
    expect(complaints('end', end)).toEqual([]);
    expect(end.sameBoot).toEqual(document.sameBoot);
    expect(JSON.parse((await pstoreDecode(['--json', '-q', 'm'], engine)).stdout).sameBoot).toBeUndefined();
  });

  test('of a real medium: three crashes and the console', async () => {
    const { stdout } = await pstoreDecode(['info', '-q', vector('ramoops/deflate-ecc16-6.1/ramoops.bin')]);
    expect(stdout).toMatch(/\n── of one boot: 1, 2, 3, 4 ──\n {2}3 and 4 {2}292 lines /);
  });

  test('and the parts of crashes from UEFI', async () => {
    const { stdout } = await pstoreDecode(['info', '-q', vector('efi/panic-6.1/efivars')]);
    expect(stdout).toMatch(/\n── of one boot: 1-17, 18-35 ──\n {2}1-17 and 18-35 {2}\d+ lines /);
  });

  test('never let text of a medium drive a terminal', async () => {
    const hostile = boot(12, 4).replaceAll('usb', '\u001b[2J\u202e');
    const { stdout } = await pstoreDecode(
      ['info', 'm'],
      engineOf({ m: { records: [recordOf(hostile, crash), recordOf(hostile, { type: 'console' })] } }),
    );
    expect(stdout).toContain('the first: \\x{1b}[2J\\x{202e} 1-1: device number 0');
  });
});
