import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { crashReports, summarizeLog } from '../../../src/payload/crash-report/index.js';
import {
  matchSymbols,
  nameFrames,
  type Refused,
  readSymbols,
  type SymbolTable,
  symbolAt,
  symbolLookup,
} from '../../../src/payload/symbols/index.js';
import { makeVmlinux } from './make-vmlinux.js';

const vectors = new URL('../../../../../test-vectors/', import.meta.url);
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

function table(read: SymbolTable | Refused): SymbolTable {
  if ('refused' in read) throw new Error(read.refused);
  return read;
}

const map = `ffffffff81000000 T _stext
ffffffff81000000 T _text
ffffffff81000100 t first
ffffffff81000180 W weak_alias
ffffffff81000180 T __second
ffffffff81000180 T second
ffffffff81000200 t $x
ffffffff81000200 t twin
ffffffff81000300 t twin
ffffffff81000300 A some_value
ffffffff81000400 D data_area
ffffffff81000440 B __end
`;

describe('System.map', () => {
  const symbols = table(readSymbols(bytes(map)));

  test.each<[address: bigint, name: string | undefined, offset?: number, size?: number]>([
    [0xffffffff80ffffffn, undefined],
    [0xffffffff81000000n, '_stext', 0, 0x100],
    [0xffffffff8100017fn, 'first', 0x7f, 0x80],
    [0xffffffff81000180n, 'second', 0, 0x80],
    [0xffffffff81000210n, 'twin', 0x10, 0x100],
    [0xffffffff81000410n, 'data_area', 0x10, 0x40],
    [0xffffffff81000500n, '__end', 0xc0, 0],
  ])('%s is in %s', (address, name, offset, size) => {
    expect(symbolAt(symbols, address)).toEqual(name === undefined ? null : { name, offset, size });
  });

  test('nothing is said behind the end', () => {
    const lookup = symbolLookup(symbols, 0x1000n);
    expect(lookup(0xffffffff81001500n)).toBeNull();
    expect(lookup(0xffffffff81001110n)?.name).toBe('first');
    expect(lookup(0n)).toBeNull();
  });

  test('the modules of kallsyms', () => {
    const kallsyms = table(readSymbols(bytes(`${map}ffffffffc0000000 t lkdtm_do_action\t[lkdtm]\n`)));
    expect(kallsyms.source).toBe('kallsyms');
    expect(symbolAt(kallsyms, 0xffffffffc0000004n)).toEqual({
      name: 'lkdtm_do_action',
      offset: 4,
      size: 0,
      module: 'lkdtm',
    });
  });

  test.each([
    ['', 'no line of it is a symbol'],
    ['root:x:0:0:root:/root:/bin/bash\n', 'no line of it is a symbol'],
    ['0000000000000000 T _text\n0000000000000000 t a\n', 'kptr_restrict'],
    [`${'text\n'.repeat(20)}${map}`, 'only 12 of 32 lines are symbols'],
    ['\x7fELF', 'no ELF file'],
  ])('%j is refused', (text, reason) => {
    expect(readSymbols(bytes(text))).toEqual({ refused: expect.stringContaining(reason) });
  });

  test("names the kernel's own ftrace text names, with offset and size", () => {
    const folder = new URL('ramoops/ftrace-noecc-7.2/', vectors);
    const lookup = symbolLookup(
      table(readSymbols(new Uint8Array(gunzipSync(readFileSync(new URL('System.map.gz', folder)))))),
      0n,
    );
    const lines = readFileSync(new URL('kernel/ftrace-ramoops-0', folder), 'latin1').trimEnd().split('\n');
    const places = lines.flatMap((line) => {
      const [, ip, parent, callee, caller] = /([0-9a-f]{16}) {2}([0-9a-f]{16}) {2}(.*) <- (.*)$/.exec(line) ?? [];
      return [[ip, `${callee}`, false] as const, [parent, `${caller}`, true] as const];
    });
    const ofKernel = places.filter(([, printed]) => !printed.endsWith(']'));
    expect(ofKernel.length).toBeGreaterThan(800);
    for (const [address, printed, isPlace] of ofKernel) {
      const found = lookup(BigInt(`0x${address}`));
      const within = isPlace ? `+0x${found?.offset.toString(16)}/0x${found?.size.toString(16)}` : '';
      expect(`${found?.name}${within}`).toBe(printed);
    }
  });
});

describe('vmlinux', () => {
  const wanted = {
    symbols: [
      { name: '_text', address: 0x1000n, isWeak: false },
      { name: 'first', address: 0x1100n, isWeak: false },
      { name: 'other', address: 0x1180n, isWeak: true },
      { name: 'linux_banner', address: 0x2000n, isWeak: false },
    ],
    banner: 'Linux version 6.1.0-28-amd64 (debian) #1',
    buildId: 'aa23f7a1231c229de205662d5a9e0d4c580f19a1',
  };

  test.each([
    [8, true],
    [8, false],
    [4, true],
    [4, false],
  ] as const)('words of %d bytes, little-endian: %s', (wordSize, littleEndian) => {
    const symbols = table(readSymbols(makeVmlinux(wanted, wordSize, littleEndian)));
    expect(symbols).toMatchObject({ source: 'vmlinux', buildId: wanted.buildId, release: '6.1.0-28-amd64' });
    expect(symbols.entries.map(({ name }) => name)).toEqual(['_text', 'first', 'other', 'linux_banner']);
    expect(symbolAt(symbols, 0x1104n)).toEqual({ name: 'first', offset: 4, size: 0x80 });
  });

  const file = makeVmlinux(wanted, 8, true);
  property.prop([fc.nat(file.length), fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 8 })])(
    'damaged or cut short it never throws',
    (length, changes) => {
      const damaged = file.slice();
      for (const [at, value] of changes) damaged[at] = value;
      const read = readSymbols(damaged.subarray(0, length));
      expect('refused' in read || read.entries.length > 0).toBe(true);
    },
  );
});

describe('the symbols of a log', () => {
  const log = (...lines: string[]) => summarizeLog(bytes(lines.map((line) => `${line}\n`).join('')));
  const symbols = table(readSymbols(bytes(map)));
  const oops = ['BUG: kernel NULL pointer dereference, address: 0000000000000000', 'RIP: 0010:first+0x10/0x80'];

  test('fit, and KASLR is taken from what the kernel says', () => {
    const summary = log(...oops, 'Kernel Offset: 0x24600000 from 0xffffffff81000000 (relocation range: …)');
    expect(matchSymbols(symbols, summary)).toEqual({ relocation: 0x24600000n, checked: 1, agreeing: 1 });
  });

  test('a copy of kallsyms has the offset of its own boot in it', () => {
    const moved = table(readSymbols(bytes(map.replaceAll('ffffffff81', 'ffffffff91'))));
    const summary = log(...oops, 'Kernel Offset: 0x10000000 from 0xffffffff81000000 (x)');
    expect(matchSymbols(moved, summary)).toMatchObject({ relocation: 0n });
  });

  test('KASLR is taken from places with name and address, and is not known without', () => {
    expect(matchSymbols(symbols, log(...oops))).toMatchObject({ relocation: null });
    const summary = log(...oops, 'Call Trace:', ' [<ffffffff92000110>] first+0x10/0x80');
    expect(matchSymbols(symbols, summary)).toMatchObject({ relocation: 0x11000000n });
    const torn = log(
      ...oops,
      'Call Trace:',
      ' [<ffffffff92000110>] first+0x10/0x80',
      ' [<ffffffff93000190>] second+0x10/0x80',
    );
    expect(matchSymbols(symbols, torn)).toEqual({ refused: expect.stringContaining('do not fit its addresses') });
  });

  test('of another kernel are refused, with the reason', () => {
    expect(matchSymbols(symbols, log(oops[0]!, 'RIP: 0010:first+0x10/0x90'))).toEqual({
      refused: 'of 1 functions in the log it has only 0 with the same size',
    });
    const process = (release: string, id = '') => `CPU: 0 PID: 1 Comm: a Not tainted ${release} #1${id}`;
    const vmlinux = { ...symbols, release: '6.1.0', buildId: 'a'.repeat(40) };
    expect(matchSymbols(vmlinux, log(oops[0]!, process('6.1.1')))).toEqual({
      refused: 'it is of 6.1.0, the log is of 6.1.1',
    });
    expect(matchSymbols(vmlinux, log(oops[0]!, process('6.1.0', ` ${'b'.repeat(40)}`)))).toEqual({
      refused: `its build id is ${'a'.repeat(40)}, that of the log is ${'b'.repeat(40)}`,
    });
    expect(matchSymbols(vmlinux, log(oops[0]!, process('6.1.0', ` ${'a'.repeat(40)}`)))).not.toHaveProperty('refused');
  });

  test('of 7.2 are not those of the oopses of 6.1', () => {
    const file = gunzipSync(readFileSync(new URL('ramoops/ftrace-noecc-7.2/System.map.gz', vectors)));
    const text = readFileSync(new URL('oops/x86_64-6.1/BUG.txt', vectors));
    const match = matchSymbols(table(readSymbols(new Uint8Array(file))), summarizeLog(new Uint8Array(text)));
    expect(match).toEqual({ refused: expect.stringContaining('of 10 functions in the log it has only 1') });
  });

  test('name addresses after the original, and tell where a frame was linked', () => {
    const [report] = crashReports(
      bytes(
        'kernel BUG at a.c:1!\nCall Trace:\n first+0x10/0x80\n 0xffffffff82000190\n 0xffffffffc0000000\n m+0x1/0x2 [mod]\n twin+0x1/0x100\n',
      ),
    );
    const named = nameFrames(report!.trace, symbols, { relocation: 0x1000000n, checked: 0, agreeing: 0 });
    expect(named.map(({ frame }) => frame)).toEqual(report!.trace);
    expect(named.map(({ name, linked }) => [name?.name, linked])).toEqual([
      [undefined, 0xffffffff81000110n],
      ['second', 0xffffffff81000190n],
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});
