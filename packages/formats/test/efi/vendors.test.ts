import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { encodeNvarFile, encodeStore, encodeVariable, type NvarVariable } from '../../src/efi/index.js';
import { crashGuidBytes } from '../../src/efi/variable-name.js';
import { deflate, dumpPart, nameOfPart, otherGuid, partText } from './media.js';
import { bytesOf, codesOf, latin, readAll, storesOf, sumOfFigures } from './read.js';

const shown = (medium: Uint8Array) =>
  readAll(medium).records.map(({ state, part, text }) => [state, part, latin(text.bytes)]);

describe('AMI', () => {
  const part = (number: number, more: Partial<NvarVariable> = {}): NvarVariable => ({
    name: nameOfPart(number),
    data: [deflate(partText(number))],
    ...more,
  });
  const other: NvarVariable = { name: 'Setup', data: [bytesOf('old'), bytesOf('new')], guid: otherGuid };

  test('names in ASCII and UCS-2, GUIDs inline and in the table, deleted ones', () => {
    const variables = [
      other,
      part(1),
      part(2, { isInline: true }),
      part(3, { isAscii: false }),
      part(4, { isAscii: false, isInline: true, extended: 12 }),
      part(5, { isDeleted: true }),
    ];
    const medium = encodeNvarFile(variables, 0x2000);
    expect(shown(medium)).toEqual([
      ...[1, 2, 3, 4].map((number) => ['live', number, latin(partText(number))]),
      ['erased', 5, latin(partText(5))],
    ]);
    const [detail = ''] = storesOf(readAll(medium));
    expect(detail).toMatch(/^NVAR, 8192 bytes: dumps 4 .* live, 1 .* deleted, 0 .* other; others 1 .* live, 1 .* dead/);
    expect(sumOfFigures(detail)).toEqual({ size: 0x2000, sum: 0x2000 });
  });

  test('of data that were replaced the last ones count, the others are stale', () => {
    const versions = ['first', 'second', 'third'].map((word) => bytesOf(`Oops#1 Part1\n${word}\n`));
    const name = nameOfPart(1, 1, 5n, false);
    expect(shown(encodeNvarFile([{ name, data: versions }], 0x1000))).toEqual([
      ['live', 1, 'Oops#1 Part1\nthird\n'],
      ['stale', 1, 'Oops#1 Part1\nfirst\n'],
      ['stale', 1, 'Oops#1 Part1\nsecond\n'],
    ]);
  });

  test('an entry is found without its store, and behind damage', () => {
    const medium = encodeNvarFile([part(1, { isInline: true }), part(2, { isInline: true }), part(3)], 0x2000);
    const cut = medium.slice(24);
    expect(new Set(shown(cut).map(([state]) => state))).toEqual(new Set(['hidden']));
    expect(shown(cut).map(([, , text]) => text)).toEqual([1, 2, 3].map((number) => latin(partText(number))));
    const second = latin(medium).indexOf('NVAR', 40);
    medium[second] = 0;
    expect(shown(medium).map(([state, number]) => [state, number])).toEqual([
      ['live', 1],
      ['hidden', 3],
      ['hidden', 2],
    ]);
  });

  test.prop([fc.array(fc.tuple(fc.nat(0xfff), fc.nat(255)), { maxLength: 30 })])(
    'damaged in any way, every byte is told once',
    (damage) => {
      const medium = encodeNvarFile([other, part(1), part(2), part(3, { isDeleted: true })], 0x1000);
      for (const [at, byte] of damage) medium[at] = byte;
      for (const detail of storesOf(readAll(medium))) {
        const { size, sum } = sumOfFigures(detail);
        expect(sum).toBe(size);
      }
    },
  );
});

describe('VSS', () => {
  test.each(['$VSS', '$SVS', '$NSS', 'VSS2'] as const)('%s', (kind) => {
    const medium = encodeStore([dumpPart(1), dumpPart(2, 1, { state: 0x3d }), dumpPart(3)], 0x2000, kind);
    expect(shown(medium)).toEqual([
      ['live', 1, latin(partText(1))],
      ['live', 3, latin(partText(3))],
      ['erased', 2, latin(partText(2))],
    ]);
  });

  test.each(['$VSS', 'VSS2'] as const)('%s with authenticated headers', (kind) => {
    const medium = encodeStore([], 0x2000, kind);
    let at = kind === 'VSS2' ? 28 : 16;
    for (const part of [1, 2]) {
      const bytes = encodeVariable(dumpPart(part), 'authenticated');
      medium.set(bytes, at);
      at += kind === 'VSS2' ? Math.ceil(bytes.length / 4) * 4 : bytes.length;
    }
    expect(shown(medium)).toEqual([1, 2].map((part) => ['live', part, latin(partText(part))]));
  });

  test('a wrong byte in the data of Apple’s is told', () => {
    const medium = encodeStore([dumpPart(1)], 0x2000, '$NSS');
    const [clean] = readAll(medium).records;
    const end = clean?.stored.end ?? 0;
    medium[end - 1] = (medium[end - 1] ?? 0) ^ 1;
    expect(codesOf(readAll(medium).records[0]?.findings ?? [])).toContain('efi.checksum');
  });

  test('the factory copy of Insyde is one', () => {
    const copy = encodeStore([dumpPart(1), dumpPart(2)], 0x1000, '$VSS');
    const medium = new Uint8Array(0x3000).fill(0xff);
    medium.set(encodeStore([dumpPart(1)], 0x1000, '$VSS'));
    medium.set(bytesOf('_FDC'), 0x2000 - 0x50);
    medium.set(copy, 0x2000);
    expect(shown(medium).map(([state, part]) => [state, part])).toEqual([
      ['live', 1],
      ['stale', 2],
    ]);
  });
});

describe('a dump in no store', () => {
  const name = Buffer.from(`${nameOfPart(1, 1, 5n, false)}\0`, 'utf16le');
  const text = bytesOf('Panic#1 Part1\n<0>[    1.000000] Kernel panic\n');

  test.each([
    ['erased flash behind', new Uint8Array(64).fill(0xff), 'hidden'],
    ['zeros behind', new Uint8Array(64), 'hidden'],
    ['a variable behind', encodeVariable(dumpPart(2, 1, { state: 0x3d }), 'plain'), 'hidden'],
    ['nothing behind', new Uint8Array(0), 'hidden'],
  ] as const)('without a header, %s', (_, behind, state) => {
    const medium = new Uint8Array(
      Buffer.concat([new Uint8Array(100), Uint8Array.from(crashGuidBytes), name, text, behind]),
    );
    const [record] = readAll(medium).records;
    expect([record?.state, latin(record?.text.bytes ?? new Uint8Array(0))]).toEqual([state, latin(text)]);
    expect(record?.findings[0]?.detail).toBe('without a header: its length is a guess');
  });

  test.each(['plain', 'authenticated', 'checked'] as const)('with a header, %s', (kind) => {
    const medium = new Uint8Array(900).fill(0x33);
    const bytes = encodeVariable(dumpPart(1, 1, { state: 0x3d }), kind);
    medium.set(bytes, 77);
    const [record] = readAll(medium).records;
    expect(record).toMatchObject({ state: 'erased', part: 1, stored: { start: 77, end: 77 + bytes.length } });
    expect(record?.findings[0]?.detail).toBe('with its header, deleted');
  });
});
