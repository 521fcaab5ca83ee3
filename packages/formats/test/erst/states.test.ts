import { describe, expect, test } from 'vitest';
import { parseGuid } from '../../src/bytes/guid.js';
import { encodeCper, encodeErst, encodeErstRecord } from '../../src/erst/index.js';
import { parseKernelVersion } from '../../src/index.js';
import {
  bootTime,
  deflate,
  dumpRecord,
  firstId,
  foreignRecord,
  machineCheckBytes,
  machineCheckRecord,
  packed,
  partText,
  plainRecord,
} from './media.js';
import { bytesOf, codesOf, latin, type Reading, readAll } from './read.js';

const store = (...records: readonly Uint8Array[]) => encodeErst({ slots: records.map((record) => ({ record })) });
const shown = ({ records }: Reading) => records.map(({ state, id }) => `${state} ${id}`);
const codes = ({ records }: Reading) => records.map(({ findings }) => codesOf(findings));
const asKernel = (version: string) => ({ asKernel: parseKernelVersion(version) });

describe('what a kernel shows', () => {
  test.each([
    ['a plain dump', plainRecord(1), 'dmesg', 'dmesg'],
    ['a compressed dump', dumpRecord(1), 'dmesg', 'dmesg'],
    ['a machine check', machineCheckRecord(firstId), 'mce', 'mce'],
    ['a section that it does not know', encodeCper({ recordId: firstId }, [unknownSection()]), 'unknown', 'unknown'],
  ])('%s', (_, record, type, name) => {
    const { records, files } = readAll(store(record));
    expect(records.map((each) => [each.type, each.id, each.state])).toEqual([[type, firstId, 'live']]);
    expect(files.map((file) => file.name)).toEqual([`${name}-erst-${firstId}`]);
  });

  test('a time, where the header says that it has one and it is not 0', () => {
    const records = [plainRecord(1), plainRecord(2, { time: 0n }), machineCheckRecord(firstId + 8n)];
    const { files, records: read } = readAll(store(...records));
    expect(files.map(({ mtime }) => mtime?.seconds)).toEqual([bootTime, undefined, undefined]);
    expect(read.map(({ time }) => time?.seconds)).toEqual([bootTime, undefined, bootTime]);
  });

  test.each([
    ['4.17', '-9223372036854775807'],
    ['4.18', '9223372036854775809'],
  ])('an id from 2^63 on, to kernel %s', (version, printed) => {
    const { files } = readAll(store(plainRecord(1, { id: 2n ** 63n + 1n })), asKernel(version));
    expect(files.map(({ name }) => name)).toEqual([`dmesg-erst-${printed}`]);
  });

  test('in the order of the slots, the first of each id alone', () => {
    const reading = readAll(store(plainRecord(2), plainRecord(1), dumpRecord(2)));
    expect(shown(reading)).toEqual([`live ${firstId + 1n}`, `live ${firstId}`, `hidden ${firstId + 1n}`]);
    expect(codes(reading)[2]).toContain('erst.duplicate');
  });

  test('a length in the header alone: that of the section does not count', () => {
    const record = plainRecord(1);
    new DataView(record.buffer).setUint32(132, 20, true);
    const { files } = readAll(store(record));
    expect(latin(files[0]?.content.bytes ?? bytesOf(''))).toBe(latin(partText(1)));
  });

  test.each([
    ['shorter than its headers', 199],
    ['longer than its slot', 8193],
  ])('nothing behind a record that is %s', (_, length) => {
    const record = plainRecord(2);
    new DataView(record.buffer).setUint32(20, length, true);
    const reading = readAll(store(plainRecord(1), record, plainRecord(3)));
    expect(shown(reading)).toEqual([`live ${firstId}`, `hidden ${firstId + 1n}`, `hidden ${firstId + 2n}`]);
    expect(codesOf(reading.findings)).toContain('erst.list-ends');
    expect(latin(reading.records[1]?.text.bytes ?? bytesOf(''))).toBe(latin(partText(2)));
  });

  test('nothing behind a slot that is in use and blank', () => {
    const medium = encodeErst({
      slots: [{ record: plainRecord(1) }, { record: new Uint8Array(200), entry: 5n }, { record: plainRecord(3) }],
    });
    medium.fill(0, 0x4000, 0x6000);
    expect(shown(readAll(medium))).toEqual([`live ${firstId}`, `hidden ${firstId + 2n}`]);
  });

  test('the id of the map', () => {
    const reading = readAll(encodeErst({ slots: [{ record: plainRecord(1), entry: 77n }] }));
    expect(reading.files.map(({ name }) => name)).toEqual(['dmesg-erst-77']);
    expect(codes(reading)).toEqual([['erst.map']]);
  });

  test('records that are all the medium; inside of anything else nobody knows', () => {
    const records = [plainRecord(1), dumpRecord(2)];
    expect(shown(readAll(packed(records, 512)))).toEqual([`live ${firstId}`, `live ${firstId + 1n}`]);
    const disk = readAll(packed([bytesOf('disk'), ...records], 512));
    expect(shown(disk)).toEqual([`hidden ${firstId}`, `hidden ${firstId + 1n}`]);
    expect(codes(disk).map(([code]) => code)).toEqual(['erst.carved', 'erst.carved']);
    const cut = readAll(packed(records, 512).subarray(0, 512 * 2 - 100 + 512));
    expect(shown(cut)[0]).toBe(`live ${firstId}`);
  });

  test('a compressed dump as it is stored, where its type does not say so', () => {
    const payload = deflate(partText(1));
    const reading = readAll(store(encodeErstRecord({ id: 9n, section: 'dmesg', payload, time: 1n })));
    expect(latin(reading.records[0]?.text.bytes ?? bytesOf(''))).toBe(latin(partText(1)));
    expect(reading.files[0]?.content.bytes).toEqual(payload);
    expect(codes(reading)[0]).toContain('erst.unmarked');
  });
});

describe('a cleared slot', () => {
  test('still holds its record', () => {
    const medium = encodeErst({
      slots: [
        { record: dumpRecord(1), entry: 0n },
        undefined,
        { record: dumpRecord(3) },
        { record: foreignRecord(), entry: 0n },
      ],
    });
    const reading = readAll(medium);
    expect(shown(reading)).toEqual([`live ${firstId + 2n}`, `erased ${firstId}`, 'erased 7']);
    expect(latin(reading.records[1]?.text.bytes ?? bytesOf(''))).toBe(latin(partText(1)));
    expect(reading.findings[0]?.detail).toBe('record_size 8192; 4 slots: 1 in use, 2 cleared, 1 blank, 0 not legible');
  });
});

describe('a record of the firmware', () => {
  test('is listed by severity and sections, and no kernel shows it', () => {
    const { records, files, findings } = readAll(store(plainRecord(1), foreignRecord(), plainRecord(2)));
    expect(files).toHaveLength(2);
    const foreign = records[2];
    expect(foreign).toMatchObject({ type: 'unknown', state: 'hidden', id: 7n, time: { seconds: 1700000000n } });
    expect(foreign?.findings).toEqual([
      {
        code: 'erst.foreign',
        at: foreign?.stored,
        detail:
          'corrected, notification CMC; platform memory (corrected, 80 bytes), PCI Express (recoverable, 208 bytes)',
      },
    ]);
    expect(foreign?.payload.bytes).toEqual(foreignRecord());
    expect(latin(foreign?.text.bytes ?? bytesOf(''))).toBe(
      [
        'CPER record 7: corrected, notification CMC, creator cf07c4bd-b789-4e18-b3c4-1f732cb57131, ' +
          'precise time 1700000000, platform 00112233-4455-6677-8899-aabbccddeeff, recovered, simulated',
        'section 1: platform memory, corrected, 80 bytes at 272, FRU "DIMM \\"A\\".", primary',
        'section 2: PCI Express, recoverable, 208 bytes at 352, primary, threshold exceeded',
        '',
      ].join('\n'),
    );
    expect(codesOf(findings)).not.toContain('erst.list-ends');
  });
});

describe('a machine check', () => {
  test.each([88, 112, 120, 128])('of %i bytes is printed as the kernel does', (size) => {
    const [record] = readAll(store(machineCheckRecord(firstId, size))).records;
    expect(latin(record?.text.bytes ?? bytesOf(''))).toBe(
      [
        'CPU 1: Machine Check Exception: 5 Bank 4: be00000000800400',
        'RIP !INEXACT! 10:<ffffffff81000000>',
        'TSC 0 ADDR 1234 MISC 86',
        `PROCESSOR 0:306a9 TIME ${bootTime} SOCKET 0 APIC 2${size < 116 ? '' : ' microcode 28'}`,
        '',
      ].join('\n'),
    );
    expect(record?.payload.bytes).toEqual(machineCheckBytes(size));
    expect(record?.file?.content.bytes).toEqual(machineCheckBytes(size));
  });

  test('that is too short is as it stands', () => {
    const [record] = readAll(store(machineCheckRecord(firstId, 80))).records;
    expect(record?.text.bytes).toEqual(machineCheckBytes(80));
  });
});

function unknownSection() {
  return {
    descriptor: { sectionType: parseGuid('a5bc1114-6f64-4ede-b863-3e83ed7c83b1') },
    body: new Uint8Array(80).fill(0x4d),
  };
}
