import { expect, it } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf, liveRecord, recordOf } from './support/records.js';

const records = [
  liveRecord('dmesg-ramoops-0', 'x'.repeat(25_579), {
    time: { seconds: 1_795_211_756n, nanoseconds: 123_456_000 },
    reason: 'Panic',
    count: 12,
    part: 1,
    stored: { start: 0, end: 0x8000 },
  }),
  liveRecord('dmesg-ramoops-1', 'x', { compression: 'unknown', stored: { start: 0x8000, end: 0x10000 } }),
  recordOf('', { type: 'console', state: 'hidden', stored: { start: 0x3f000000, end: 0x3f008000 } }),
];

it('gives a line for each record, within 100 columns', async () => {
  const { status, stdout } = await pstoreDecode(['list', 'm'], engineOf({ m: { records } }));
  expect(status).toBe(0);
  expect(stdout).toBe(`#  TIME (UTC)            TYPE     REASON    BACKEND  STATE   BYTES          AT  FILE
1  2026-11-20T21:55:56Z  dmesg    Panic#12  ramoops  live    25579         0x0  dmesg-ramoops-0
2  unknown               dmesg    -         ramoops  live        1      0x8000  dmesg-ramoops-1
3  unknown               console  -         ramoops  hidden      0  0x3f000000  -
`);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

it('heads the table of each of several inputs', async () => {
  const { stdout } = await pstoreDecode(
    ['list', 'a', 'none', 'b'],
    engineOf({ a: { records }, none: {}, b: { records } }),
  );
  expect(stdout.match(/^── input . ──$/gm)).toEqual(['── input a ──', '── input b ──']);
});

it('prints no table where there is nothing', async () => {
  expect(await pstoreDecode(['list', 'm'], engineOf({ m: {} }))).toMatchObject({ status: 1, stdout: '' });
});
