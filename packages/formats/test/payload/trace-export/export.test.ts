import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chromeTrace, foldedPairs, parseFtraceText, perfettoTrace } from '../../../src/payload/index.js';
import { vector } from '../ftrace/system-map.js';

const text = `\
CPU:255 ts:1309595 ffffffffc0002e6b  ffffffffc00031e0  buffer_size_add [ramoops] <- persistent_ram_write+0x3a/0xc5 [ramoops]
CPU:0 ts:1309596 ffffffff81279c51  ffffffff8127ec0d  cpu_util.constprop.0 <- 0xffffffff8127ec0d
`;
const old = '3 c0100010  c0200000  a <- b+0x1/0x2\n3 c0100020  c0200000  c <- b+0x1/0x2\n';
const callsOf = (lines: string) => parseFtraceText(new TextEncoder().encode(lines)).calls;
const kernelText = readFileSync(new URL('kernel/ftrace-ramoops-0', vector)).toString('latin1');

interface Event {
  readonly ph: string;
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly args: Record<string, string>;
}

const eventsOf = (json: string): Event[] => JSON.parse(json).traceEvents;

describe('for Perfetto', () => {
  test('the bytes are those that protoc makes of the published schema', () => {
    expect(Buffer.from(perfettoTrace(callsOf(text)))).toEqual(
      readFileSync(new URL('two-cpus.pftrace', import.meta.url)),
    );
  });

  test('a packet for each call and track of a real trace', () => {
    const bytes = perfettoTrace(callsOf(kernelText));
    let packets = 0;
    for (let at = 0; at < bytes.length; packets++) {
      expect(bytes[at]).toBe(0x0a);
      const isLong = (bytes[at + 1] as number) >= 0x80;
      const length = isLong ? ((bytes[at + 1] as number) & 0x7f) | ((bytes[at + 2] as number) << 7) : bytes[at + 1];
      at += (isLong ? 3 : 2) + (length as number);
    }
    expect(packets).toBe(1364 + 1 + new Set(callsOf(kernelText).map(({ cpu }) => cpu)).size);
  });
});

describe('for chrome://tracing', () => {
  test('instants on a thread for each CPU, and no durations', () => {
    const events = eventsOf(chromeTrace(callsOf(text)));
    expect(events.filter(({ ph }) => ph === 'M').map(({ args }) => Object.values(args)[0])).toEqual([
      'pstore ftrace: order of calls, not time',
      'CPU 0',
      0,
      'CPU 255',
      1,
    ]);
    expect(events.find(({ ph }) => ph === 'i')).toEqual({
      name: 'buffer_size_add [ramoops]',
      cat: 'ftrace',
      ph: 'i',
      s: 't',
      ts: 1309595,
      pid: 1,
      tid: 257,
      args: {
        caller: 'persistent_ram_write [ramoops]',
        ip: '0xffffffffc0002e6b',
        parent_ip: '0xffffffffc00031e0',
        call_number: '1309595',
      },
    });
    const phases = eventsOf(chromeTrace(callsOf(kernelText))).map(({ ph }) => ph);
    expect(new Set(phases)).toEqual(new Set(['M', 'i']));
    expect(phases.filter((phase) => phase === 'i').length).toBe(1364);
  });

  test('no thread is 0 or that of the process: viewers make one track of those', () => {
    const calls = callsOf(
      [0, 1, 2, 255].map((cpu) => `CPU:${cpu} ts:${cpu} c0100010  c0200000  a <- b+0x1/0x2\n`).join(''),
    );
    const threads = eventsOf(chromeTrace(calls)).flatMap(({ ph, pid, tid }) => (ph === 'i' ? [{ pid, tid }] : []));
    expect(new Set(threads.map(({ tid }) => tid)).size).toBe(4);
    for (const { pid, tid } of threads) expect([0, pid]).not.toContain(tid);
  });

  test('calls without a number stand in the order of the trace, and none is made up', () => {
    const events = eventsOf(chromeTrace(callsOf(old))).filter(({ ph }) => ph === 'i');
    expect(events.map(({ ts }) => ts)).toEqual([0, 1]);
    expect(events[0]?.args).not.toHaveProperty('call_number');
  });

  test('a number that no kernel reaches does not leave the range of a double', () => {
    const line = `CPU:0 ts:18446744073709551615 c0100010  c0200000  a <- b+0x1/0x2\n`;
    const [event] = eventsOf(chromeTrace(callsOf(line))).filter(({ ph }) => ph === 'i');
    expect(event).toMatchObject({ ts: Number.MAX_SAFE_INTEGER, args: { call_number: '18446744073709551615' } });
    expect(perfettoTrace(callsOf(line)).length).toBeGreaterThan(0);
  });

  test('never a time by name', () => {
    expect(chromeTrace(callsOf(text)).replaceAll('not time', '')).not.toMatch(/time(?!Unit)/);
  });
});

describe('folded', () => {
  test('callers and functions with how often', () => {
    expect(foldedPairs(callsOf(old.repeat(2) + old.slice(0, old.indexOf('\n') + 1)))).toBe('b;a 3\nb;c 2\n');
    expect(foldedPairs(callsOf('1 c0100010  c0200000  a;b <- c;d+0x1/0x2\n'))).toBe('c:d;a:b 1\n');
  });

  test('every call of a real trace is counted once', () => {
    const lines = foldedPairs(callsOf(kernelText)).trimEnd().split('\n');
    expect(lines.reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1]), 0)).toBe(1364);
    expect(lines.every((line) => /^[^;]+;[^;]+ \d+$/.test(line))).toBe(true);
  });
});
