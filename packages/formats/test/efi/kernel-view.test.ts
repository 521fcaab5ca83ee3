import { describe, expect, test } from 'vitest';
import { type EfiVariable, encodeEfi } from '../../src/efi/index.js';
import { type Hints, parseKernelVersion } from '../../src/index.js';
import { deflate, dumpPart, nameOfPart, partText, tiny } from './media.js';
import { codesOf, latin, type Reading, readAll } from './read.js';

const as = (version: string): Hints => ({ asKernel: parseKernelVersion(version) });
const read = (variables: readonly EfiVariable[], hints: Hints = {}): Reading =>
  readAll(encodeEfi({ variables, geometry: tiny }), hints);
const statesOf = ({ records }: Reading) => records.map(({ part, state }) => `${part} ${state}`);
const codesOfPart = ({ records }: Reading, part: number) =>
  codesOf(records.find((record) => record.part === part)?.findings ?? []);

/** Longer than 1024 bytes, as it stands in the variable. */
const large: EfiVariable = { name: nameOfPart(2, 1, 1795210374n, false), data: partText(2, 1, 1500, '6.6.1') };
const empty: EfiVariable = { name: nameOfPart(2), data: new Uint8Array(0) };
const named: EfiVariable = { ...dumpPart(2), name: 'dump-typo' };

describe('a variable that the kernel cannot read', () => {
  test.each([
    ['6.0', large, 'efi.oversize'],
    ['6.1', large, 'efi.oversize'],
    ['7.2', large, 'efi.oversize'],
    ['6.0', empty, 'efi.empty'],
    ['7.2', empty, 'efi.empty'],
  ] as const)('ends the list of %s', (version, variable, code) => {
    const reading = read([dumpPart(1), variable, dumpPart(3)], as(version));
    expect(statesOf(reading)).toEqual(['1 live', '2 hidden', '3 hidden']);
    expect(codesOfPart(reading, 2)).toContain(code);
    const at = reading.records[1]?.stored;
    expect(reading.findings).toContainEqual({ code: 'efi.list-ends', at });
  });

  test('a name that does not scan ends the list since 6.0 and is passed over before', () => {
    for (const [version, third] of [
      ['6.0', 'hidden'],
      ['7.2', 'hidden'],
      ['5.19', 'live'],
      ['4.4', 'live'],
    ] as const) {
      const { records } = read([dumpPart(1), named, dumpPart(3)], as(version));
      const foreign = records.find(({ findings }) => codesOf(findings).includes('efi.name'));
      expect(foreign).toMatchObject({ state: 'hidden', type: 'unknown' });
      expect(records.find(({ part }) => part === 3)?.state).toBe(third);
    }
  });

  test('an empty one is passed over up to 5.19', () => {
    expect(statesOf(read([dumpPart(1), empty, dumpPart(3)], as('5.19')))).toEqual(['1 live', '3 live', '2 hidden']);
  });

  test('a large one has up to 5.19 a file of its size, with 1024 bytes of it', () => {
    const reading = read([dumpPart(1), large, dumpPart(3)], as('5.10'));
    expect(statesOf(reading)).toEqual(['1 live', '2 live', '3 live']);
    const { content, name } = reading.files[1] ?? expect.unreachable();
    expect(name).toBe('dmesg-efi-179521037402001');
    expect(latin(content.bytes)).toBe(latin(large.data).slice(0, 1024) + '\0'.repeat(large.data.length - 1024));
    expect(content.spans.map(({ how }) => how)).toEqual(['copied', 'filled']);
    expect(latin(reading.records[1]?.text.bytes ?? new Uint8Array(0))).toBe(latin(large.data));
  });

  test('where the texts tell that the writer had a larger buffer, so has the reader', () => {
    const newer = (part: number) => ({ name: nameOfPart(part), data: deflate(partText(part, 1, 400, '6.6.1')) });
    expect(statesOf(read([newer(1), large, newer(3)]))).toEqual(['1 live', '2 live', '3 live']);
  });
});

describe('two variables of one id', () => {
  test('the second is dropped', () => {
    const twin = { ...dumpPart(1, 1), name: nameOfPart(1, 1, 1795210374n, false), data: partText(1) };
    const reading = read([dumpPart(1), twin, dumpPart(2)]);
    expect(statesOf(reading)).toEqual(['1 live', '2 live', '1 hidden']);
    expect(codesOf(reading.records[2]?.findings ?? [])).toContain('efi.duplicate');
    expect(codesOf(reading.findings)).not.toContain('efi.list-ends');
  });

  test('up to 3.12 the id is the part, so that one dump of several is shown', () => {
    const reading = read([dumpPart(1, 1), dumpPart(1, 2), dumpPart(2, 1)], as('3.12'));
    expect(reading.files.map(({ name }) => name)).toEqual(['dmesg-efi-1.enc.z', 'dmesg-efi-2.enc.z']);
    expect(statesOf(reading)).toEqual(['1 live', '2 live', '1 hidden']);
  });
});

describe('what the file is', () => {
  const variable = dumpPart(1);
  test.each([
    ['3.11', 'dmesg-efi-1', 'stored'],
    ['4.4', 'dmesg-efi-179521037401001.enc.z', 'stored'],
    ['4.19', 'dmesg-efi-179521037401001', 'text'],
    ['6.1', 'dmesg-efi-179521037401001', 'text'],
    ['6.2', 'dmesg-efi_pstore-179521037401001', 'text'],
    ['7.2', 'dmesg-efi_pstore-179521037401001', 'text'],
  ] as const)('to kernel %s', (version, name, content) => {
    const [file] = read([variable], as(version)).files;
    expect(file?.name).toBe(name);
    expect(file?.mtime).toEqual({ seconds: 1795210374n, nanoseconds: 0 });
    expect(latin(file?.content.bytes ?? new Uint8Array(0))).toBe(
      content === 'text' ? latin(partText(1)) : latin(variable.data),
    );
  });

  test('a text that does not fit the buffer of a kernel stays as it is stored', () => {
    const long = { name: nameOfPart(1), data: deflate(partText(1, 1, 2500)) };
    expect(long.data.length).toBeLessThan(1024);
    const old = read([long], as('6.1'));
    expect(old.files[0]?.name).toBe('dmesg-efi-179521037401001.enc.z');
    expect(codesOfPart(old, 1)).toContain('compress.kept');
    expect(read([long], as('6.6')).files[0]?.name).toBe('dmesg-efi_pstore-179521037401001');
  });

  test('time 0 is none', () => {
    const [record] = read([{ ...dumpPart(1), name: nameOfPart(1, 1, 0n) }]).records;
    expect(record).not.toHaveProperty('time');
    expect(record?.file).not.toHaveProperty('mtime');
  });

  test('a type that is not of dumps is shown as it is', () => {
    const reading = read([
      { name: 'dump-type2-1-1-5-D', data: partText(1) },
      { name: 'dump-type77-1-1-5-C', data: deflate(partText(1)) },
    ]);
    expect(reading.records.map(({ type }) => type)).toEqual(['console', 'unknown']);
    expect(reading.files.map(({ name }) => name)).toEqual(['console-efi-501001', 'unknown-efi-501001.enc.z']);
  });
});
