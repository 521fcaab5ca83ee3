import { describe, expect, test } from 'vitest';
import { crashReports, summarizeLog } from '../../../src/payload/crash-report/index.js';
import { printkLines } from '../../../src/payload/printk/index.js';
import { readSymbols } from '../../../src/payload/symbols/index.js';

/** Beginnings that a pattern takes, and what can be repeated behind them until it fails at the end. */
const hostile: [head: string, body: string, tail: string][] = [
  ['', '[', ''],
  ['', '<', ''],
  ['[', ' ', ''],
  ['', 'a', ''],
  [' ', 'a.', '+0x'],
  [' ', 'a+0x1/0x2 [', ''],
  [' [<ffffffff81000000>] ', ' ', ''],
  ['', 'a from ', ''],
  [' a from ', 'b from ', ''],
  ['BUG: ', 'x', ''],
  ['BUG: ', 'stack guard page was ', ''],
  ['WARNING: ', ' a+0x1/0x2', ''],
  ['WARNING: ', 'a:1 at', ''],
  ['INFO: task ', 'a:1 ', ''],
  ['watchdog: BUG: soft lockup - CPU#1 stuck for ', '[a:1', ''],
  ['', 'a invoked oom-kille', ''],
  ['watchdog: ', 'Hard LOCKU', ''],
  ['CPU: 1 PID: 2 Comm: ', 'Not tainte ', ''],
  ['CPU: 1 PID: 2 Comm: ', 'Tainted: ', ''],
  ['', 'Tainted: A ', ''],
  ['Tainted: ', 'A ', ''],
  ['', 'Not tainted 6.1.0 ', ''],
  ['6.1.0 #1 ', 'Tainted: ', ''],
  ['a', '[#', ''],
  ['a', '[#1]', ''],
  ['Modules linked in: ', 'a(', ''],
  ['Modules linked in: ', '[last unloaded: ', ''],
  ['RAX: ', '0', ''],
  ['RAX: ', 'RAX: ', ''],
  ['RAX: ', 'Rabcdefg: 0000 ', ''],
  ['RAX: 0000000000000000 ', 'RBX: 0000000000000000 ', ''],
  ['GPR00: ', '00000000', ''],
  ['GPR00: ', '00000000 ', ''],
  ['$ 0   : ', '00000000 ', 'x'],
  ['Krnl GPRS:', ' 0000000000000000', ''],
  ['x29: ', 'x1 : ', ''],
  ['r10: ', 'r1 : 00000000 ', ''],
  ['epc : ', 'ra : 0000000000000000 ', ''],
  ['Code: ', '00 ', ''],
  ['Instruction dump:\n', '00000000 ', 'x'],
  ['Kernel Offset: 0x', '0', ''],
  ['Hardware name: ', ' ', ''],
  ['ffffffff81000000 T ', 'a', ''],
  ['ffffffff81000000 T a', ' ', ''],
];

/** Lines of `length`, many enough for `total` bytes, in a report that is open and in its call trace. */
function log(total: number, length: number, [head, body, tail]: [string, string, string]): Uint8Array {
  const line = (head + body.repeat(length)).slice(0, length - tail.length) + tail;
  const begin = 'kernel BUG at a.c:1!\nCall Trace:\n';
  return new Uint8Array(Buffer.from(`${begin}${`${line}\n`.repeat(Math.ceil(total / length))}`, 'latin1'));
}

/** The least work of three runs, in milliseconds of this process: what else the machine does is not counted. */
function leastWork(run: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    run();
    return process.cpuUsage(before).user / 1000;
  });
  return Math.min(...times);
}

/**
 * The same bytes in lines of 200 and of 4000: linear work takes as long for both, quadratic work twenty times as long.
 * Small figures are noise: 40 ms are granted.
 */
function expectLinear(read: (text: Uint8Array) => unknown, pattern: [string, string, string]): void {
  const short = leastWork(() => read(log(100_000, 200, pattern)));
  const long = leastWork(() => read(log(100_000, 4000, pattern)));
  expect(long).toBeLessThan(short * 4 + 40);
}

describe.each(hostile)('lines of %j and %j', (...pattern) => {
  test('crash reports', () => expectLinear(crashReports, pattern));
  test('symbols', () => expectLinear(readSymbols, pattern));
});

test('a pattern that is not linear is seen', () => {
  const quadratic = (text: Uint8Array) => Buffer.from(text).toString('latin1').match(/a.*b/g);
  expect(() => expectLinear(quadratic, ['', 'a', ''])).toThrow();
});

test('a line without end is looked at up to a bound', () => {
  const endless = (length: number) => log(length, length, ['BUG: ', 'a+0x1/0x2 ', '']);
  expectLinear(() => summarizeLog(endless(1_000_000)), ['', 'a', '']);
  expect(printkLines(endless(100_000))).toHaveLength(3);
});

test('twice as many reports take twice as long', () => {
  const reports = (count: number) =>
    new Uint8Array(Buffer.from('kernel BUG at a.c:1!\nRAX: 0000000000000000\n'.repeat(count)));
  const few = leastWork(() => crashReports(reports(2000)));
  const many = leastWork(() => crashReports(reports(8000)));
  expect(many).toBeLessThan(few * 4 * 3 + 40);
  const registers = (count: number) =>
    new Uint8Array(Buffer.from(`kernel BUG at a.c:1!\n${'RAX: 0000000000000000\nCall Trace:\n'.repeat(count)}`));
  const fewDumps = leastWork(() => crashReports(registers(2000)));
  const manyDumps = leastWork(() => crashReports(registers(8000)));
  expect(manyDumps).toBeLessThan(fewDumps * 4 * 3 + 40);
});
