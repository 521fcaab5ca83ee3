import { readdirSync, readFileSync } from 'node:fs';
import { deflateRawSync, deflateSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { type Finding, fuel, type Hints, type PstoreRecord, parseKernelVersion, trace } from '@pstore-decode/formats';
import { describe, expect } from 'vitest';
import { pstorefs } from '../../src/pstorefs/index.js';
import { bytesOf, codesOf, readAll, text } from '../ramoops/read.js';

const vectors = new URL('../../../../test-vectors/', import.meta.url);
const read = (path: string) => new Uint8Array(readFileSync(new URL(path, vectors)));

/** Files laid one behind the other, as in a folder. */
function readFiles(files: readonly (readonly [path: string, bytes: Uint8Array])[], hints: Hints = {}) {
  const findings: Finding[] = [];
  let start = 0;
  const named = files.map(([path, bytes]) => {
    const content = trace(bytes, start);
    start += bytes.length;
    return { path, content };
  });
  const records = [...pstorefs.records(named, (finding) => findings.push(finding), hints, fuel())];
  return { records, findings };
}

const asKernel = (version: string): Hints => ({ asKernel: parseKernelVersion(version) });
const line = 'Panic#2 Part3\n<5>[    0.000000] Linux version 6.1.192-pstorevec (root@host)\n<0>[    1.0] end\n';
const deflated = new Uint8Array(deflateRawSync(bytesOf(line)));
const zlibbed = new Uint8Array(deflateSync(bytesOf(line), { windowBits: 12 }));
const joined = (...parts: (Uint8Array | string)[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? bytesOf(part) : part))));

describe('which files', () => {
  test.each([
    'dmesg-efi-179521037401001',
    'dmesg-efi_pstore-179521037401001.enc.z',
    '1795210374/001/dmesg-efi-179521037401001',
    '17952103/dmesg-efi-179521037401001',
    'a/b/c/console-ramoops-0',
    '',
  ])('%j is claimed', (path) => {
    expect(pstorefs.claims(path)).toBe(true);
  });
  test.each(['dmesg.txt', '1795210374/001/dmesg.txt', 'dmesg-efi-1/', 'dmesg-efi-1/x', 'ramoops.bin', 'x'])(
    '%j is not',
    (path) => {
      expect(pstorefs.claims(path)).toBe(false);
    },
  );
});

describe('the files of a kernel', () => {
  const folder = 'efi/panic-6.1/kernel/';
  const names = readdirSync(new URL(folder, vectors)).sort();
  const { records, findings } = readFiles(names.map((name) => [name, read(`${folder}${name}`)]));

  test('are records, live, as they are', () => {
    expect(findings).toEqual([]);
    expect(records.map(({ file }) => file?.name)).toEqual(names);
    for (const [i, { state, type, backend, text, file, compression, findings }] of records.entries()) {
      expect([state, type, backend, compression, findings]).toEqual(['live', 'dmesg', 'efi', undefined, []]);
      expect(text.bytes).toEqual(read(`${folder}${names[i]}`));
      expect(file?.content).toEqual(text);
    }
  });

  test('have part, count and time of their ids', () => {
    const dumps = records.map(({ part, count, time, reason }) => [part, count, time?.seconds, reason]);
    const first = Array.from({ length: 17 }, (_, i) => [i + 1, 1, 1795210374n, 'Oops']);
    const second = Array.from({ length: 18 }, (_, i) => [i + 1, 2, 1795210375n, 'Panic']);
    expect(dumps).toEqual([...first, ...second]);
    expect(records[0]?.file?.mtime).toEqual({ seconds: 1795210374n, nanoseconds: 0 });
  });
});

describe('compressed files', () => {
  const folder = 'efi/panic-6.1/efivars/';
  const dumps = readdirSync(new URL(folder, vectors)).map((name) => {
    const [, part = '', count = '', time = ''] = /^dump-type0-(\d+)-(\d+)-(\d+)-C-/.exec(name) ?? [];
    const id = `${time}${part.padStart(2, '0')}${count.padStart(3, '0')}`;
    return { id, bytes: read(`${folder}${name}`).subarray(4) };
  });

  test('of real dumps become what the kernel shows', () => {
    expect(dumps.length).toBe(35);
    const { records } = readFiles(dumps.map(({ id, bytes }) => [`x/dmesg-efi-${id}.enc.z`, bytes]));
    for (const [i, { file, state, compression }] of records.entries()) {
      const name = `dmesg-efi-${dumps[i]?.id}`;
      expect([file?.name, state, compression]).toEqual([name, 'live', 'deflate']);
      expect(file?.content.bytes).toEqual(read(`efi/panic-6.1/kernel/${name}`));
    }
  });

  test('without a name give the same text, and no file', () => {
    const { records } = readFiles([['', dumps[0]?.bytes ?? new Uint8Array(0)]]);
    const expected = read(`efi/panic-6.1/kernel/dmesg-efi-${dumps[0]?.id}`);
    expect(records).toHaveLength(1);
    const [{ state, file, text: found, backend, type }] = records as [PstoreRecord];
    expect([state, file, backend, type]).toEqual(['hidden', undefined, 'unknown', 'dmesg']);
    expect(text(found.bytes)).toBe(text(expected));
  });

  type Row = [what: string, name: string, bytes: Uint8Array, kernel: string, file: string, content: string | null];
  const notice = '\nECC: No errors detected\n';
  const header = '====1700000000.1234-C\n';
  const table: Row[] = [
    ['its own', 'dmesg-efi-1.enc.z', deflated, '6.1', 'dmesg-efi-1', line],
    ['one that knows zlib only', 'dmesg-efi-1.enc.z', deflated, '4.4', 'dmesg-efi-1.enc.z', null],
    ['zlib', 'dmesg-efi-1.enc.z', zlibbed, '3.14', 'dmesg-efi-1', line],
    [
      'zlib with a header line left in front',
      'dmesg-ramoops-1.enc.z',
      joined(header, zlibbed),
      '3.14',
      'dmesg-ramoops-1.enc.z',
      null,
    ],
    ['that line taken off', 'dmesg-ramoops-1.enc.z', joined(header, zlibbed), '4.4', 'dmesg-ramoops-1', line],
    ['a notice', 'dmesg-ramoops-1.enc.z', joined(deflated, notice), '6.1', 'dmesg-ramoops-1', `${line}${notice}`],
    ['a notice that it loses', 'dmesg-ramoops-1.enc.z', joined(zlibbed, notice), '4.4', 'dmesg-ramoops-1', line],
    ['a notice that it keeps', 'dmesg-ramoops-1.enc.z', joined(deflated, notice), '4.4', 'dmesg-ramoops-1.enc.z', null],
    ['another type', 'pmsg-ramoops-0.enc.z', deflated, '6.1', 'pmsg-ramoops-0.enc.z', null],
    ['another backend', 'dmesg-pstore_blk-0.enc.z', deflated, '7.2', 'dmesg-pstore_blk-0', line],
  ];
  test.each(table)('for a kernel: %s', (_, name, bytes, version, file, content) => {
    const { records } = readFiles([[name, bytes]], asKernel(version));
    const [record] = records as [PstoreRecord];
    expect(record.file?.name).toBe(file);
    expect(text(record.file?.content.bytes ?? new Uint8Array(0))).toBe(content ?? text(bytes));
    expect(text(record.text.bytes)).toBe(line);
    expect(codesOf(record.findings).includes('compress.kept')).toBe(content === null);
    expect(record).toMatchObject({
      state: 'live',
      ...(record.type === 'dmesg' && { reason: 'Panic', count: 2, part: 3 }),
    });
  });

  test('have the time of a header line', () => {
    const [record] = readFiles([['dmesg-ramoops-1.enc.z', joined(header, zlibbed)]]).records;
    expect(record?.time).toEqual({ seconds: 1700000000n, nanoseconds: 1_234_000 });
  });

  test('where nothing reads them stay as they are', () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 24) | 0x80);
    const [record] = readFiles([['dmesg-efi-1.enc.z', bytes]]).records;
    expect(record).toMatchObject({ compression: 'unknown', state: 'live', file: { name: 'dmesg-efi-1.enc.z' } });
    expect(record?.file?.content.bytes).toEqual(bytes);
    expect(codesOf(record?.findings ?? [])).toEqual(['compress.unknown']);
  });

  test('cut short give what stands before the cut', () => {
    const { id, bytes } = dumps[0] as (typeof dumps)[number];
    const [record] = readFiles([[`dmesg-efi-${id}.enc.z`, bytes.subarray(0, 300)]]).records;
    expect(codesOf(record?.findings ?? [])).toContain('compress.broken');
    expect(record?.file?.name).toBe(`dmesg-efi-${id}.enc.z`);
    const whole = text(read(`efi/panic-6.1/kernel/dmesg-efi-${id}`));
    const found = text(record?.text.bytes ?? new Uint8Array(0));
    expect(found.length).toBeGreaterThan(100);
    expect(whole.startsWith(found)).toBe(true);
  });
});

describe('a file without a name', () => {
  const table: [what: string, bytes: Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['plain text of a dump', bytesOf(line)],
    ['another text, compressed', new Uint8Array(deflateRawSync(bytesOf('hello\n'.repeat(40))))],
    ['a zone of ramoops', read('ramoops/deflate-ecc16-6.1/ramoops.bin').subarray(0, 0x8000)],
    ['zeros', new Uint8Array(4096)],
  ];
  test.each(table)('gives nothing where it holds %s', (_, bytes) => {
    expect(readFiles([['', bytes]]).records).toEqual([]);
  });

  test('may have header line and notice', () => {
    const { records } = readFiles([
      ['', joined('====17.5-C\n', zlibbed, '\n3 Corrected bytes, 0 unrecoverable blocks\n')],
    ]);
    expect(records[0]).toMatchObject({ backend: 'ramoops', time: { seconds: 17n, nanoseconds: 5000 } });
    expect(text(records[0]?.text.bytes ?? new Uint8Array(0))).toBe(line);
  });
});

describe('around the payload', () => {
  type Row = [name: string, content: string, payload: string, codes: string[]];
  const table: Row[] = [
    ['dmesg-ramoops-0', `${line}\nECC: No errors detected\n`, line, []],
    ['dmesg-ramoops-0', `${line}\nNo errors detected\n`, line, []],
    ['console-ramoops-0', 'a\n\nECC: 3 Corrected bytes, 0 unrecoverable blocks\n', 'a\n', ['ecc.corrected']],
    [
      'pmsg-ramoops-0',
      'a\n\n3 Corrected bytes, 2 unrecoverable blocks\n',
      'a\n',
      ['ecc.corrected', 'ecc.uncorrectable'],
    ],
    [
      'console-ramoops',
      'a\n\nECC: 3 Corrected bytes, 0 unrecoverable blocks\nb',
      'a\n\nECC: 3 Corrected bytes, 0 unrecoverable blocks\nb',
      [],
    ],
    ['dmesg-efi-5', `${line}\nECC: No errors detected\n`, `${line}\nECC: No errors detected\n`, []],
    ['ftrace-ramoops-0', 'CPU:0 ts:1\n\nNo errors detected\n', 'CPU:0 ts:1\n\nNo errors detected\n', []],
    ['dmesg-ramoops-0', `====5.000007-D\n${line}`, line, []],
    ['dmesg-ramoops-0', `====5.7\n${line}`, line, []],
    ['dmesg-ramoops-0', '====5.7\n', '', []],
    ['dmesg-ramoops-0', '\nNo errors detected\n', '', []],
  ];
  test.each(table)('%s %j', (name, content, payload, codes) => {
    const [record] = readFiles([[name, bytesOf(content)]]).records as [PstoreRecord];
    expect(text(record.payload.bytes)).toBe(payload);
    expect(text(record.file?.content.bytes ?? new Uint8Array(0))).toBe(content);
    expect([record.file?.name, record.state, codesOf(record.findings)]).toEqual([name, 'live', codes]);
    if (content.startsWith('====')) expect(record.time).toEqual({ seconds: 5n, nanoseconds: 7000 });
  });

  test('an empty file is told', () => {
    const { records, findings } = readFiles([
      ['dmesg-efi-1', new Uint8Array(0)],
      ['dmesg-efi-2', bytesOf(line)],
    ]);
    expect(findings).toEqual([{ code: 'file.empty', at: null, detail: 'dmesg-efi-1' }]);
    expect(records.map(({ id, stored }) => [id, stored])).toEqual([[2n, { start: 0, end: line.length }]]);
  });
});

/** What the kernel would show of a region, read again as files: by the rules of kernels that decompress it or do not. */
const old = ['3.14', '3.19', '4.4', '4.14'];
const recent = ['5.10', '6.1', '7.2'];
describe.each([
  ['deflate-noecc-7.2', [...old, ...recent]],
  ['deflate-ecc16-6.1', recent],
  ['lz4-6.1', [...old, ...recent]],
  ['none-6.1', [...old, ...recent]],
  ['all-zones-noecc-6.1', [...old, ...recent]],
])('%s', (name, kernels) => {
  const medium = read(`ramoops/${name}/ramoops.bin`);
  test.each(kernels)('as files of %s has the same texts', (version) => {
    const hints = asKernel(version);
    const shown = readAll(medium, hints).records.flatMap((record) =>
      record.file === undefined ? [] : [{ record, file: record.file }],
    );
    expect(shown.length).toBeGreaterThan(0);
    const { records } = readFiles(
      shown.map(({ file }) => [file.name, file.content.bytes]),
      hints,
    );
    for (const [i, { record: before, file }] of shown.entries()) {
      const after = records[i] as PstoreRecord;
      expect([after.type, after.file?.name, after.file?.content.bytes]).toEqual([
        before.type,
        file.name,
        file.content.bytes,
      ]);
      if (after.type === 'ftrace') continue;
      expect(text(after.text.bytes)).toBe(text(before.text.bytes));
      expect([after.reason, after.part, after.count]).toEqual([before.reason, before.part, before.count]);
    }
  });
});

test.prop([
  fc.constantFrom('dmesg-efi-170000000001001', 'dmesg-ramoops-0', 'console-ramoops', 'ftrace-ramoops-0', ''),
  fc.constantFrom('', '.enc.z'),
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.nat(deflated.length), fc.uint8Array({ maxLength: 9 }))
      .map(([at, tail]) => joined(deflated.subarray(0, at), tail)),
  ),
  fc.constantFrom('3.2', '3.14', '4.4', '5.10', '6.1', '7.2'),
])('any bytes whatever give at most one record, whose spans add up', (name, mark, bytes, version) => {
  const { records, findings } = readFiles([[name === '' ? '' : `${name}${mark}`, bytes]], asKernel(version));
  if (name !== '') expect(records.length + findings.length).toBe(1);
  for (const { payload, text: shown, file, state, stored } of records) {
    for (const traced of [payload, shown, ...(file === undefined ? [] : [file.content])]) {
      expect(traced.spans.reduce((sum, { length }) => sum + length, 0)).toBe(traced.bytes.length);
    }
    expect(state === 'live').toBe(file !== undefined);
    expect(stored).toEqual({ start: 0, end: bytes.length });
  }
});
