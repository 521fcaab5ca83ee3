import { readFileSync } from 'node:fs';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  readCperSection,
  readMachineCheck,
  readRtasLog,
  type SectionReading,
  sectionText,
} from '../../../src/payload/index.js';
import { machineCheck } from '../../../src/payload/sections/index.js';

const memory = 'a5bc1114-6f64-4ede-b863-3e83ed7c83b1';
const sectionTypes = [
  [memory, 80],
  ['9876ccad-47b4-4bdb-b65e-16f193c4f3db', 192],
  ['dc3ea0b0-a144-4797-b95b-53fa242b6e1d', 64],
  ['e19e3d16-bc11-11e4-9caa-c2051d5d46b0', 40],
  ['61ec04fc-48e6-d813-25c9-8daa44750b12', 96],
  ['d995e954-bbc1-430f-ad91-b44dcb3c6f35', 208],
  ['c5753963-3b84-4095-bf78-eddad3f9c9dd', 72],
  ['eb5e4685-ca66-4769-b6a2-26068b001326', 40],
  ['81212a96-09ed-4996-9471-8d729c8e69ed', 32],
] as const;

const fieldOf = (reading: SectionReading | null, name: string) => reading?.fields.find((field) => field.name === name);

describe('a machine check', () => {
  const whole = machineCheck.encode(
    {
      ...machineCheck.decode(new Uint8Array(machineCheck.size), 0, 'le'),
      status: 0xbe00_0000_0080_0400n,
      mcgStatus: 5n,
      cpuVendor: 2,
      bank: 3,
      microcode: 0x10,
      kflags: 1n,
    },
    'le',
  );

  test.each([
    [88, 'mcgCap'],
    [112, 'ppin'],
    [120, 'pad2'],
    [128, 'kflags'],
  ])('of %d bytes ends with %s', (size, last) => {
    const reading = readMachineCheck(whole.subarray(0, size));
    expect(reading.fields.at(-1)?.name).toBe(last);
    expect(reading.rest).toBeNull();
  });

  test('its numbers in words', () => {
    const text = sectionText(readMachineCheck(whole), whole);
    expect(text).toContain(
      'status: 0xbe00000000800400 error code 0x0400: context corrupt, address valid, misc valid, enabled, uncorrected, valid\n',
    );
    expect(text).toContain('mcgStatus: 0x5 restart possible, in progress\n');
    expect(text).toContain('cpuVendor: 0x2 AMD\n');
    expect(text).toContain('bank: 0x3\n');
  });

  test('what is longer than any known form is shown', () => {
    const longer = new Uint8Array([...whole, 1, 2]);
    expect(readMachineCheck(longer).rest).toEqual({ start: 128, end: 130 });
    expect(sectionText(readMachineCheck(longer), longer)).toMatch(/ {2}rest: 0102\n$/);
  });
});

describe('an error log of RTAS', () => {
  const bytes = Uint8Array.from([
    ...[6, 0xac, 0x10, 0xe0, 0, 0, 0, 54],
    ...[0xc0, 0, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x49, 0x42, 0x4d, 0],
    ...[0x50, 0x48, 0, 12, 1, 0, 0x22, 0, 0xde, 0xad, 0xbe, 0xef],
    ...[0x4d, 0x54, 0, 16, 2, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7],
    ...[0x4c, 0x52, 0, 10, 1, 0, 0, 0, 0xab, 0xcd],
    ...[0xff, 0xff],
  ]);

  test('all zeros is none', () => {
    const none = new Uint8Array(
      readFileSync(new URL('../../../../../test-vectors/nvram/oops-6.1-ppc64/kernel/rtas-nvram-0', import.meta.url)),
    );
    const reading = readRtasLog(none);
    expect(reading).toMatchObject({ title: 'RTAS error log, none', parts: [] });
    expect(reading.rest).toEqual({ start: 8, end: none.length });
  });

  test('head, extended head, sections', () => {
    const reading = readRtasLog(bytes);
    expect(reading.fields.slice(0, 5).map(({ name, meaning }) => [name, meaning])).toEqual([
      ['version', undefined],
      ['summary', 'fatal, recovered in part, extended'],
      ['origin', 'initiator CPU, target unknown'],
      ['type', 'platform'],
      ['extendedLength', undefined],
    ]);
    expect(fieldOf(reading, 'state')?.meaning).toBe('unrecoverable, valid');
    expect(reading.parts.map(({ title, rest }) => [title, rest])).toEqual([
      ['section PH, private header', { start: 32, end: 36 }],
      ['section MT, machine type', { start: 44, end: 52 }],
      ['section LR, logical resource', { start: 60, end: 62 }],
    ]);
    expect(reading.rest).toEqual({ start: 62, end: 64 });
  });
});

describe('a section of a CPER record', () => {
  test.each(sectionTypes)('%s has %d bytes', (type, size) => {
    const reading = readCperSection(type, new Uint8Array(size + 3));
    expect(reading?.fields.at(-1)?.range.end).toBe(size);
    expect(reading?.rest).toEqual({ start: size, end: size + 3 });
    expect(readCperSection(type, new Uint8Array(4))?.rest ?? { end: 4 }).toMatchObject({ end: 4 });
  });

  test('of memory: what is valid is told from what is not', () => {
    const section = new Uint8Array(80);
    const view = new DataView(section.buffer);
    view.setBigUint64(0, (1n << 1n) | (1n << 14n), true);
    view.setBigUint64(16, 0x1_2345_6000n, true);
    section[72] = 3;
    const reading = readCperSection(memory, section);
    expect(fieldOf(reading, 'physicalAddress')).toMatchObject({ value: 0x1_2345_6000n, isValid: true });
    expect(fieldOf(reading, 'errorType')).toMatchObject({ meaning: 'multi-bit ECC', isValid: true });
    expect(fieldOf(reading, 'node')?.isValid).toBe(false);
    expect(sectionText(reading as SectionReading, section)).toContain('node: 0x0 (not valid)\n');
  });

  test('of an unknown type', () =>
    expect(readCperSection('00000000-0000-0000-0000-000000000000', new Uint8Array(9))).toBeNull());
});

property.prop([fc.uint8Array({ maxLength: 300 })])(
  'any bytes: every one is in a field, a part or the rest',
  (bytes) => {
    const readings = [
      readMachineCheck(bytes),
      readRtasLog(bytes),
      ...sectionTypes.map(([type]) => readCperSection(type, bytes) as SectionReading),
    ];
    const coverOf = ({ fields, parts, rest }: SectionReading): number =>
      fields.reduce((sum, { range }) => sum + range.end - range.start, 0) +
      parts.reduce((sum, part) => sum + coverOf(part), 0) +
      (rest === null ? 0 : rest.end - rest.start);
    for (const reading of readings) {
      expect(coverOf(reading)).toBe(bytes.length);
      expect(sectionText(reading, bytes)).toMatch(/^[ -~\n]*$/);
    }
  },
);
