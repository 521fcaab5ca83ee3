import { readdirSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { type Finding, fuel, type Hints, type PstoreRecord, parseKernelVersion, trace } from '@pstore-decode/formats';
import { describe, expect } from 'vitest';
import { rawVariable32, rawVariable64 } from '../../src/efi/variable-file-layout.js';
import { efiVariableFiles } from '../../src/efi/variable-files.js';
import { crashGuid, crashGuidBytes } from '../../src/efi/variable-name.js';
import { bytesOf, codesOf, text } from '../ramoops/read.js';

const vectors = new URL('../../../../test-vectors/efi/panic-6.1/', import.meta.url);
const read = (path: string) => new Uint8Array(readFileSync(new URL(path, vectors)));

type File = readonly [path: string, bytes: Uint8Array];

/** Files laid one behind the other, as in a folder. */
function readFiles(files: readonly File[], hints: Hints = {}) {
  const findings: Finding[] = [];
  let start = 0;
  const named = files.map(([path, bytes]) => {
    const content = trace(bytes, start);
    start += bytes.length;
    return { path, content };
  });
  const records = [...efiVariableFiles.records(named, (finding) => findings.push(finding), hints, fuel())];
  return { records, findings };
}

/** What the kernel showed, by name. */
const kernelFiles = new Map(
  readdirSync(new URL('kernel/', vectors)).map((name) => [name, text(read(`kernel/${name}`))]),
);
const efivars: File[] = readdirSync(new URL('efivars/', vectors)).map((name) => [name, read(`efivars/${name}`)]);
const shownFiles = (records: readonly PstoreRecord[]) =>
  new Map(records.map(({ file }) => [file?.name, text(file?.content.bytes ?? new Uint8Array(0))]));

const names = efivars.map(([name]) => name.slice(0, -37));
const dataOf = ([, bytes]: File) => bytes.subarray(4);

function ucs2(name: string): Uint8Array {
  return new Uint8Array(Buffer.from(`${name}\0`, 'utf16le'));
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes.subarray(0, length));
  return whole;
}

function raw(name: string, data: Uint8Array, is64 = true, claim = data.length): Uint8Array {
  const fields = {
    name: padded(ucs2(name), 1024),
    vendorGuid: Uint8Array.from(crashGuidBytes),
    data: padded(data, 1024),
    attributes: 7,
  };
  return is64
    ? rawVariable64.encode({ ...fields, dataSize: BigInt(claim), status: 0n }, 'le')
    : rawVariable32.encode({ ...fields, dataSize: claim, status: 0 }, 'le');
}

function dmpstore(name: string, data: Uint8Array, guid: readonly number[] = crashGuidBytes): Uint8Array {
  const unit = ucs2(name);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(unit.length, 0);
  head.writeUInt32LE(data.length, 4);
  const body = Buffer.concat([head, unit, Uint8Array.from(guid), Uint8Array.of(7, 0, 0, 0), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(body));
  return new Uint8Array(Buffer.concat([body, sum]));
}

describe('which files', () => {
  const dump = `dump-type0-1-1-1700000000-C-${crashGuid}`;
  test.each([
    dump,
    `efivars/${dump}`,
    dump.toUpperCase(),
    `odd-${crashGuid}`,
    `vars/${dump}/raw_var`,
    `${dump}/data`,
    'raw_var',
    '',
  ])('%j is claimed', (path) => {
    expect(efiVariableFiles.claims(path)).toBe(true);
  });
  test.each([
    `-${crashGuid}`,
    `${dump}/size`,
    `${dump}/attributes`,
    `${dump}/guid`,
    'BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c',
    'BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c/raw_var',
    'x/raw_var',
    'data',
    `${dump}.bin`,
  ])('%j is not', (path) => {
    expect(efiVariableFiles.claims(path)).toBe(false);
  });
});

test('layouts have the sizes of the kernel', () => {
  expect([rawVariable64.size, rawVariable32.size]).toEqual([2084, 2076]);
  const offsets = [rawVariable64, rawVariable32].map(({ fields }) => fields.map(({ offset }) => offset));
  expect(offsets).toEqual([
    [0, 1024, 1040, 1048, 2072, 2080],
    [0, 1024, 1040, 1044, 2068, 2072],
  ]);
});

describe('the variables of a real panic', () => {
  const table: [what: string, files: readonly File[]][] = [
    ['efivarfs', efivars],
    ['efivarfs in a sub-folder, in another order', efivars.toReversed().map(([name, bytes]) => [`a/b/${name}`, bytes])],
    ['sysfs, raw_var', efivars.map((file, i) => [`vars/${file[0]}/raw_var`, raw(names[i] ?? '', dataOf(file))])],
    [
      'sysfs of 32 bits',
      efivars.map((file, i) => [`vars/${file[0]}/raw_var`, raw(names[i] ?? '', dataOf(file), false)]),
    ],
    ['sysfs, data', efivars.map((file) => [`vars/${file[0]}/data`, dataOf(file)])],
    ['proc', efivars.map((file, i) => [file[0], raw(names[i] ?? '', dataOf(file))])],
    [
      'all of them at once',
      efivars.flatMap((file, i): File[] => [
        [`efivars/${file[0]}`, file[1]],
        [`vars/${file[0]}/data`, dataOf(file)],
        [`vars/${file[0]}/raw_var`, raw(names[i] ?? '', dataOf(file))],
      ]),
    ],
    [
      'dmpstore',
      [['', new Uint8Array(Buffer.concat(efivars.map((file, i) => dmpstore(names[i] ?? '', dataOf(file)))))]],
    ],
  ];
  test.each(table)('as files of %s give the files of the kernel', (_, files) => {
    const { records, findings } = readFiles(files);
    expect(shownFiles(records)).toEqual(kernelFiles);
    expect(records.every(({ state, backend }) => state === 'live' && backend === 'efi')).toBe(true);
    expect(codesOf(findings)).toEqual(['area.writer']);
  });

  test('come in the order of the dumps', () => {
    const { records } = readFiles(efivars);
    const first = Array.from({ length: 17 }, (_, i) => [1, i + 1]);
    const second = Array.from({ length: 18 }, (_, i) => [2, i + 1]);
    expect(records.map(({ count, part }) => [count, part])).toEqual([...first, ...second]);
  });

  test('have their place in the folder', () => {
    const starts = efivars.map((_, i) => efivars.slice(0, i).reduce((sum, [, { length }]) => sum + length, 0));
    const places = efivars.map(([, { length }], i) => ({ start: starts[i] ?? 0, end: (starts[i] ?? 0) + length }));
    const { records } = readFiles(efivars);
    expect(records.map(({ stored }) => stored).sort((a, b) => a.start - b.start)).toEqual(places);
  });
});

const line = 'Oops#1 Part1\n<4>[    1.0] Linux version 7.2.0\n';
const path = (name: string) => `${name}-${crashGuid}`;
const attributes = Uint8Array.of(7, 0, 0, 0);
const file = (name: string, data = line): File => [path(name), Uint8Array.of(...attributes, ...bytesOf(data))];

describe('what is wrong with a file', () => {
  type Row = [what: string, file: File, codes: string[], texts: string[]];
  const table: Row[] = [
    ['nothing', file('dump-type0-1-1-5-D'), [], [line]],
    ['never committed', [path('dump-type0-1-1-5-D'), new Uint8Array(0)], ['file.empty'], []],
    ['less than attributes', [path('dump-type0-1-1-5-D'), Uint8Array.of(7, 0)], ['bytes.short'], []],
    [
      'a raw_var cut short',
      [`${path('dump-type0-1-1-5-D')}/raw_var`, raw('dump-type0-1-1-5-D', bytesOf(line)).subarray(0, 2000)],
      ['bytes.short'],
      [],
    ],
    [
      'a raw_var that claims too much',
      [`${path('dump-type0-1-1-5-D')}/raw_var`, raw('dump-type0-1-1-5-D', bytesOf(line), true, 5000)],
      ['efi.size'],
      [line.padEnd(1024, '\0')],
    ],
    ['a raw_var of another vendor', ['raw_var', raw('x', bytesOf(line)).fill(0, 1024, 1040)], [], []],
    ['a raw_var without a folder', ['raw_var', raw('dump-type0-1-1-5-D', bytesOf(line))], [], [line]],
  ];
  test.each(table)('%s', (_, given, codes, texts) => {
    const { records, findings } = readFiles([given]);
    const told = [...findings, ...records.flatMap(({ findings }) => findings)];
    expect(codesOf(told).filter((code) => code !== 'area.writer')).toEqual(codes);
    expect(records.map((record) => text(record.text.bytes))).toEqual(texts);
  });

  test('an empty one is named', () => {
    const { findings } = readFiles([[path('dump-type0-7-1-5-C'), new Uint8Array(0)]]);
    expect(findings).toEqual([{ code: 'file.empty', at: null, detail: 'dump-type0-7-1-5-C' }]);
  });

  test('a name that ends the list of a kernel comes last', () => {
    const { records } = readFiles([file('a'), file('dump-type0-1-1-5-D'), file('dump-type0-2-1-5-D')]);
    expect(records.map(({ state, id }) => [state, id])).toEqual([
      ['live', 501001n],
      ['live', 502001n],
      ['hidden', undefined],
    ]);
  });

  test('names of every generation are read', () => {
    const { records } = readFiles([file('dump-type0-1-5'), file('dump-type0-1-2-6'), file('dump-type0-1-3-7-D')], {
      asKernel: parseKernelVersion('6.1'),
    });
    expect(records.map(({ time, id }) => [time?.seconds, id])).toEqual([
      [5n, 501000n],
      [6n, 601002n],
      [7n, 701003n],
    ]);
  });
});

describe('what dmpstore saves', () => {
  const other = dmpstore('BootOrder', Uint8Array.of(1, 0), Array(16).fill(9));
  const dump = dmpstore('dump-type0-1-1-5-D', bytesOf(line));
  const spoilt = dump.with(dump.length - 20, 0x21);
  const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  type Row = [what: string, bytes: Uint8Array, records: number, codes: string[]];
  const table: Row[] = [
    ['variables of others around it', joined(other, dump, other), 1, []],
    ['none of ours', joined(other, other), 0, []],
    ['one that does not agree with its checksum', joined(other, spoilt, dump), 2, ['efi.checksum']],
    ['a cut in the last', joined(dump, dump.subarray(0, 40)), 1, ['bytes.short']],
    ['another file', bytesOf(line.repeat(20)), 0, []],
    ['a first one that is spoilt', joined(spoilt, dump), 0, []],
    ['zeros', new Uint8Array(100), 0, []],
  ];
  test.each(table)('%s', (_, bytes, count, codes) => {
    const { records, findings } = readFiles([['', bytes]]);
    expect(records).toHaveLength(count);
    const told = codesOf([...findings, ...records.flatMap(({ findings }) => findings)]);
    expect(told.filter((code) => code.startsWith('bytes') || code.endsWith('checksum'))).toEqual(codes);
  });
});

test.prop([
  fc.constantFrom(
    '',
    'raw_var',
    path('dump-type0-1-1-5-C'),
    path('dump-type0-1-1-5-D'),
    `${path('dump-type0-1-1-5-C')}/raw_var`,
  ),
  fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.tuple(fc.nat(2083), fc.nat(255)).map(([at, byte]) => raw('dump-type0-1-1-5-C', bytesOf(line)).with(at, byte)),
    fc.tuple(fc.nat(90), fc.nat(255)).map(([at, byte]) => dmpstore('dump-type0-1-1-5-C', bytesOf(line)).with(at, byte)),
  ),
  fc.constantFrom('3.7', '3.12', '5.10', '6.1', '7.2'),
])('any bytes whatever give records whose spans add up', (name, bytes, version) => {
  const { records } = readFiles([[name, bytes]], { asKernel: parseKernelVersion(version) });
  for (const { payload, stored, state, file: shown } of records) {
    expect(payload.spans.reduce((sum, { length }) => sum + length, 0)).toBe(payload.bytes.length);
    expect(stored.start >= 0 && stored.end <= bytes.length).toBe(true);
    expect(state === 'live').toBe(shown !== undefined);
  }
});
