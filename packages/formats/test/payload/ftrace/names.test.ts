import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type FtraceLayout,
  ftraceText,
  guessFtraceLayout,
  parseFtraceText,
  readSymbols,
  type SymbolLookup,
  type SymbolTable,
  symbolLookup,
  traceCalls,
} from '../../../src/payload/index.js';
import { readAll } from '../../ramoops/read.js';
import { systemMapLookup, vector } from './system-map.js';

const kernelFile = new Uint8Array(readFileSync(new URL('kernel/ftrace-ramoops-0', vector)));
const medium = new Uint8Array(readFileSync(new URL('ramoops.bin', vector)));
const payload = readAll(medium).records.find(({ type }) => type === 'ftrace')?.payload.bytes ?? new Uint8Array(0);
const { layout } = guessFtraceLayout([payload], 'le', { major: 7, minor: 2 });
const symbols = systemMapLookup();
const table = readSymbols(new Uint8Array(gunzipSync(readFileSync(new URL('System.map.gz', vector)))));

/** Numbers, function and caller of each line. The copy of the kernel's file is a cut one: its last line is left out. */
function columns(text: string): string[][] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => /^(.*? {2}[0-9a-f]+) {2}(.*) <- (.*)$/.exec(line)?.slice(1) ?? [line]);
}

test.each([
  ['a list of symbols', symbols],
  ['the symbol table of this package', symbolLookup(table as SymbolTable, 0n)],
])('with %s the names of the kernel proper are those that the kernel printed, line for line', (_, lookup) => {
  const theirs = columns(Buffer.from(kernelFile).toString('latin1'));
  const ours = columns(ftraceText(payload, layout, payload.length, lookup)).slice(0, theirs.length);
  const ofModule = (name: string | undefined) => name?.endsWith(']') === true;
  const shown = (lines: string[][]) =>
    lines.map((line, row) => line.map((name, i) => (ofModule(theirs[row]?.[i]) ? '' : name)));
  expect(shown(ours)).toEqual(shown(theirs));
  const names = theirs.flatMap(([, ...both]) => both);
  expect(theirs.length).toBe(1364);
  expect(names.filter((name) => !ofModule(name)).length).toBe(818);
});

describe('a trace from text', () => {
  test('is the trace of the records, with the names of the text', () => {
    const { calls, strangeLines } = parseFtraceText(kernelFile);
    expect(strangeLines).toBe(0);
    const ofRecords = traceCalls(payload, layout, symbols).slice(0, calls.length);
    expect(calls.map(({ cpu, counter, ip, parentIp }) => [cpu, counter, ip, parentIp])).toEqual(
      ofRecords.map(({ cpu, counter, ip, parentIp }) => [cpu, counter, ip, parentIp]),
    );
    expect(calls[0]).toMatchObject({ function: 'buffer_size_add [ramoops]', caller: 'persistent_ram_write [ramoops]' });
    const same = (name: string, i: number) => name.endsWith(']') || name === ofRecords[i]?.function;
    expect(calls.every((call, i) => same(call.function, i))).toBe(true);
  });

  const named: SymbolLookup = (address) =>
    address < 0xc0000000n ? null : { name: 'start_kernel', offset: Number(address & 0xfffn), size: 4096 };
  test.for([
    ['1 c0100010  c0200000  0xc0100010 <- 0xc0200000', undefined, 'start_kernel', 'start_kernel'],
    ['CPU:1 ts:5 c0100010  00200000  0xc0100010 <- 0x00200000', 5n, 'start_kernel', '0x00200000'],
    ['CPU:1 ts:5 c0100010  c0200000  a.part.0 <- b+0x1/0x2 [m]', 5n, 'a.part.0', 'b [m]'],
    ['CPU:1 ts:5 c0100010  c0200000  a [m] <- 0xc0200000', 5n, 'a [m]', 'start_kernel'],
  ] as const)('%s', ([line, counter, name, caller]) => {
    const reading = parseFtraceText(new TextEncoder().encode(`${line}\n`), named);
    expect(reading).toMatchObject({ strangeLines: 0, calls: [{ cpu: 1, function: name, caller }] });
    expect(reading.calls[0]?.counter).toBe(counter);
  });

  test.for(['CPU:1', 'x', 'CPU:1 ts:5 c0100010 c0200000  a <- b', 'CPU:1 ts:5 c0100010  c0200000  a b <- c'])(
    'no line of a trace: %s',
    (line) => expect(parseFtraceText(new TextEncoder().encode(line))).toEqual({ calls: [], strangeLines: 1 }),
  );
});

test('names as the kernel prints them, after the numbers', () => {
  const plain: FtraceLayout = { endian: 'le', wordSize: 8, stamped: true, cpuInIp: 0, topBitRestored: false };
  const places: SymbolLookup = (address) =>
    address === 0xffffffffc0002e6bn
      ? { name: 'buffer_size_add', offset: 0, size: 147, module: 'ramoops' }
      : { name: 'update_sd_lb_stats', offset: 0x147, size: 0x6a4 };
  const record = Buffer.from('6b2e00c0ffffffff0dec2781ffffffff001b000000000000', 'hex');
  expect(ftraceText(record, plain, 24, places)).toBe(
    'CPU:0 ts:27 ffffffffc0002e6b  ffffffff8127ec0d  buffer_size_add [ramoops] <- update_sd_lb_stats+0x147/0x6a4\n',
  );
});
