import { readFileSync } from 'node:fs';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  crashReports,
  crashSignature,
  type StackFrame,
  sameBoot,
  summarizeLog,
  taintFlags,
} from '../../../src/payload/crash-report/index.js';

const vectors = new URL('../../../../../test-vectors/', import.meta.url);
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const said = (report: { title: { value: { hostile: Uint8Array } } } | undefined) =>
  report && Buffer.from(report.title.value.hostile).toString('latin1');

describe('what killed it', () => {
  test('the stack of 7.2 that ran over: the oops, and the panic that it led to', () => {
    const summary = summarizeLog(
      new Uint8Array(readFileSync(new URL('oops/x86_64-7.2-debug/EXHAUST_STACK.txt', vectors))),
    );
    expect(said(summary.panic)).toBe('Kernel panic - not syncing: Fatal exception in interrupt');
    expect(summary.cause).toBe(summary.reports[0]);
    expect(summary.lead).toBe(summary.cause);
    expect(summary.kernelOffset?.value).toEqual({ offset: 0x38e00000n, linked: 0xffffffff81000000n });
  });

  test.each<[log: string[], cause: string | undefined, lead: string | undefined]>([
    [
      ['sysrq: Trigger a crash', 'Kernel panic - not syncing: sysrq triggered crash'],
      'sysrq: Trigger a crash',
      'Kernel panic - not syncing: sysrq triggered crash',
    ],
    [
      ['INFO: task a:1 blocked for more than 120 seconds.', 'Kernel panic - not syncing: hung_task: blocked tasks'],
      'INFO: task a:1 blocked for more than 120 seconds.',
      'INFO: task a:1 blocked for more than 120 seconds.',
    ],
    [
      ['kernel BUG at a.c:1!', 'WARNING: at b.c:2 x+0x1/0x2', 'Kernel panic - not syncing: Fatal exception'],
      'kernel BUG at a.c:1!',
      'kernel BUG at a.c:1!',
    ],
    [
      ['kernel BUG at a.c:1!', 'Kernel panic - not syncing: VFS: Unable to mount root fs'],
      undefined,
      'Kernel panic - not syncing: VFS: Unable to mount root fs',
    ],
    [
      ['WARNING: at b.c:2 x+0x1/0x2', 'kernel BUG at a.c:1!', 'kernel BUG at c.c:3!'],
      undefined,
      'kernel BUG at c.c:3!',
    ],
    [['nothing of it'], undefined, undefined],
  ])('%j', (log, cause, lead) => {
    const summary = summarizeLog(bytes(log.map((line, i) => `<0>[   10.00000${i}] ${line}\n`).join('')));
    expect(said(summary.cause)).toBe(cause);
    expect(said(summary.lead)).toBe(lead);
  });

  test('a cause from the boot before is none', () => {
    const log =
      '[  100.000000] kernel BUG at a.c:1!\n[    0.000000] Linux version 6.1.0 (x)\n[    2.000000] Kernel panic - not syncing: Fatal exception\n';
    expect(summarizeLog(bytes(log)).cause).toBeUndefined();
    expect(summarizeLog(bytes(log)).banner?.from).toEqual({ start: 51, end: 74 });
  });
});

describe('the signature', () => {
  const frame = (symbol: string, reliable = true): StackFrame => ({ symbol, reliable, from: { start: 0, end: 0 } });
  test.each<[string, StackFrame | undefined, StackFrame[], string]>([
    ['the innermost first', frame('a'), [frame('b'), frame('c')], 'v1:oops:a<b<c'],
    ['at most five', frame('a'), ['b', 'c', 'd', 'e', 'f'].map((name) => frame(name)), 'v1:oops:a<b<c<d<e'],
    ['no left-overs', undefined, [frame('a'), frame('b', false), frame('c')], 'v1:oops:a<c'],
    ['left-overs where nothing else is known', undefined, [frame('a', false)], 'v1:oops:a?'],
    [
      'as the source names them',
      frame('.a.isra.0'),
      [frame('a'), frame('b.constprop.0.cold'), frame('b')],
      'v1:oops:a<b',
    ],
    ['no reporting', undefined, [frame('dump_stack_lvl'), frame('.panic'), frame('a')], 'v1:oops:a'],
    ['up to where the kernel was entered', frame('a'), [frame('do_syscall_64'), frame('b')], 'v1:oops:a'],
    ['nothing', undefined, [], 'v1:oops:?'],
  ])('%s', (_, top, trace, signature) => expect(crashSignature('oops', top, trace)).toBe(signature));

  test('is equal for one crash on every boot, and differs between crashes', () => {
    const at = (name: string) =>
      crashReports(new Uint8Array(readFileSync(new URL(`oops/${name}.txt`, vectors))))[0]?.signature;
    expect(at('x86_64-6.1/BUG')).toBe('v1:bug:lkdtm_BUG<direct_entry<full_proxy_write<vfs_write<ksys_write');
    expect(at('arm-6.1/BUG')).toBe(at('x86_64-6.1/BUG'));
    expect(at('ppc64-6.1/BUG')).toBe(at('x86_64-6.1/BUG'));
    expect(at('x86_64-6.1/ACCESS_NULL')).not.toBe(at('x86_64-6.1/WRITE_RO'));
  });
});

test('taint letters', () => {
  expect(taintFlags('GDW').map(({ letter }) => letter)).toEqual(['D', 'W']);
  expect(taintFlags('P  Z')).toEqual([
    { letter: 'P', meaning: 'a proprietary module was loaded' },
    { letter: 'Z', meaning: 'unknown' },
  ]);
  expect(taintFlags('')).toEqual([]);
});

describe('one boot', () => {
  const lines = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => `<6>[    ${first}.00${1000 + i}] a message of number ${i}\n`).join('');
  const console = (text: string) => text.replaceAll('<6>', '');

  test('dmesg and console that share lines', () => {
    const [pair, ...others] = sameBoot([bytes(lines(1, 5)), bytes(console(lines(1, 4))), bytes(lines(2, 5))]);
    expect(others).toEqual([]);
    expect(pair).toMatchObject({ a: 0, b: 1, sharedLines: 4 });
    expect(pair?.example).toEqual([
      { start: 18, end: 39 },
      { start: 15, end: 36 },
    ]);
  });

  test('too few lines, lines without time and lines before the clock ran say nothing', () => {
    expect(sameBoot([bytes(lines(1, 2)), bytes(lines(1, 2))])).toEqual([]);
    const early =
      '<6>[    0.000000] Linux version 6.1\n<6>[    0.000000] Command line: a\n<6>[    0.000000] BIOS-e820: all\n';
    expect(sameBoot([bytes(early), bytes(early)])).toEqual([]);
    expect(sameBoot([bytes('no time at all\n'.repeat(9)), bytes('no time at all\n'.repeat(9))])).toEqual([]);
  });

  test('many texts of one boot are all tied in, with few pairs', () => {
    const pairs = sameBoot(Array.from({ length: 200 }, () => bytes(lines(1, 9))));
    expect(new Set(pairs.flatMap(({ a, b }) => [a, b])).size).toBe(200);
    expect(pairs).toHaveLength((16 * 15) / 2 + 184);
    expect(pairs.at(-1)).toMatchObject({ a: 14, b: 15 });
  });

  test('the zones of one machine, and of another', () => {
    const file = (path: string) => new Uint8Array(readFileSync(new URL(path, vectors)));
    const one = 'ramoops/deflate-ecc16-6.1/kernel/';
    const pairs = sameBoot([
      file(`${one}dmesg-ramoops-0`),
      file(`${one}console-ramoops-0`),
      file('ramoops/lzo-6.1/kernel/dmesg-ramoops-0'),
    ]);
    expect(pairs.map(({ a, b }) => [a, b])).toEqual([[0, 1]]);
  });
});

property.prop([fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(60)])(
  'never throws on what is cut',
  (junk, cut) => {
    const text = `Oops: 0000 [#1]\nCPU: 0 PID: 1 Comm: a Tainted: G W 6.1 #1\n${junk}\nCall Trace:\n ? a+0x1/0x2\n`;
    expect(crashReports(bytes(text).subarray(cut)).length).toBeLessThan(40);
  },
);
