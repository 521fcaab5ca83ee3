import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeZones, parseZoneParameters, type ZoneRecord, zonesOf } from '../../src/zone/index.js';
import {
  deflate,
  device,
  dump,
  dumpsOnly,
  dumpText,
  encode,
  gptDisk,
  log,
  mbrDisk,
  total,
  withSpare,
} from './media.js';
import { codesOf, detailOf, hitsOf, latin, namesOf, readAll, statesOf, vector } from './read.js';

const flash = (records: ZoneRecord[]) =>
  encodeZones({ zones: zonesOf(dumpsOnly, total, 1), records, size: total, fill: 0xff });

describe('flash', () => {
  test('numbers dumps from its start, erased blocks counted', () => {
    const reading = readAll(flash([dump(3), dump(4), dump(6)]));
    expect(namesOf(reading)).toEqual(['dmesg-pstore_blk-3', 'dmesg-pstore_blk-4', 'dmesg-pstore_blk-6']);
    expect(namesOf(readAll(flash([dump(3)])))).toEqual(['dmesg-pstore_blk-3']);
  });

  test('knows the size of a slot by the zeros behind a dump, also where no two are neighbours', () => {
    expect(namesOf(readAll(flash([dump(1), dump(3)])))).toEqual(['dmesg-pstore_blk-1', 'dmesg-pstore_blk-3']);
    expect(namesOf(readAll(flash([dump(0), dump(3), dump(6)])))).toEqual([0, 3, 6].map((i) => `dmesg-pstore_blk-${i}`));
  });

  test('is no flash where something else stands before the first dump', () => {
    const image = new Uint8Array(2 * total).fill(0xff);
    image.set(log(total - 0x200), 0);
    image.set(flash([dump(0), dump(1)]), total);
    expect(namesOf(readAll(image))).toEqual(['dmesg-pstore_blk-0', 'dmesg-pstore_blk-1']);
  });

  test('counts bad blocks', () => {
    const medium = flash([dump(3), dump(4)]);
    medium.fill(0, 0x1000, 0x2000);
    expect(namesOf(readAll(medium))).toEqual(['dmesg-pstore_blk-3', 'dmesg-pstore_blk-4']);
  });

  test('a block device numbers them from the first that there is', () => {
    expect(namesOf(readAll(encode([dump(0), dump(1)]).slice()))).toEqual(['dmesg-pstore_blk-0', 'dmesg-pstore_blk-1']);
  });

  test('tells copies of the first dump', () => {
    const medium = flash([dump(0), dump(1), dump(2), dump(3)]);
    medium.copyWithin(0x1000, 0, 0x1000);
    medium.copyWithin(0x2000, 0, 0x1000);
    const { records } = readAll(medium);
    const copies = records.map(({ findings }) => findings.find(({ code }) => code === 'blk.duplicate')?.detail);
    expect(copies).toEqual([undefined, 'of dump 0', 'of dump 0', undefined]);
    expect(records.map(({ state }) => state)).toEqual(['live', 'live', 'live', 'live']);
  });

  const long = { kmsgSize: 0x10000, pmsgSize: 0, consoleSize: 0, ftraceSize: 0 };
  test.each([
    [2048, 64],
    [4096, 224],
    [512, 16],
  ])('copied with its spare areas, pages of %i and %i', (page, spare) => {
    const noise = Array.from({ length: 9000 }, (_, i) => ((i * i * 2654435761) >>> 7) & 0xff);
    const text = latin(dumpText(1, 30000)).replace(
      /device \d+/g,
      (_, at) => `device ${noise[at % 9000]}${noise[at % 8999]}`,
    );
    const records = [0, 1, 3].map((index) => dump(index, { payload: deflate(new Uint8Array(Buffer.from(text))) }));
    const size = 0x40000;
    const medium = encodeZones({ zones: zonesOf(long, size, 1), records, size, fill: 0xff });
    const plain = readAll(medium);
    const reading = readAll(withSpare(medium, page, spare));
    expect(namesOf(plain)).toEqual(['dmesg-pstore_blk-0', 'dmesg-pstore_blk-1', 'dmesg-pstore_blk-3']);
    expect(namesOf(reading)).toEqual(namesOf(plain));
    expect(reading.files.map(({ content }) => latin(content.bytes))).toEqual([text, text, text]);
    expect(detailOf(reading, 'blk.spare')).toBe(`pages of ${page} bytes, each with ${spare} spare`);
    expect(detailOf(plain, 'blk.spare')).toBeUndefined();
  });
});

describe('a disk', () => {
  const inside = namesOf(readAll(device()));
  const table: [string, Uint8Array, string][] = [
    [
      'GPT',
      gptDisk(device(), 0x8000),
      'GPT partition 3 "pstore", type 04030201-0605-0807-090a-0b0c0d0e0f10, PARTUUID=14131211-1615-1817-191a-1b1c1d1e1f20',
    ],
    [
      'GPT of 4096-byte blocks',
      gptDisk(device(), 0x8000, 'oops', 4096),
      'GPT partition 3 "oops", type 04030201-0605-0807-090a-0b0c0d0e0f10, PARTUUID=14131211-1615-1817-191a-1b1c1d1e1f20',
    ],
    [
      'GPT with a hostile name',
      gptDisk(device(), 0x8000, '\u001b[31m'),
      'GPT partition 3, type 04030201-0605-0807-090a-0b0c0d0e0f10, PARTUUID=14131211-1615-1817-191a-1b1c1d1e1f20',
    ],
    ['MBR', mbrDisk(device(), 63 * 512), 'MBR partition 2, type 0x83, PARTUUID=c0ffee01-02'],
  ];
  test.each(table)('with a table, %s', (_, disk, description) => {
    const reading = readAll(disk);
    expect(namesOf(reading)).toEqual(inside);
    expect(detailOf(reading, 'blk.partition')).toBe(description);
    const at = reading.findings.find(({ code }) => code === 'blk.partition')?.at;
    expect((at?.end ?? 0) - (at?.start ?? 0)).toBe(total);
  });

  test('without a table', () => {
    const disk = new Uint8Array(0x200000);
    disk.set(device(), 0x123200);
    const reading = readAll(disk);
    expect(namesOf(reading)).toEqual(inside);
    expect(detailOf(reading, 'blk.partition')).toBeUndefined();
  });

  test('with two devices', () => {
    const disk = new Uint8Array(0x40000);
    disk.set(device(), 0x10000);
    disk.set(device({ endian: 'be' }), 0x20000);
    expect(namesOf(readAll(disk))).toEqual([...inside, ...inside]);
  });
});

describe('sizes that are given', () => {
  test('number the dumps from where the others end', () => {
    const medium = encode([{ type: 'pmsg', payload: log(100) }, dump(2), dump(3)]);
    expect(namesOf(readAll(medium))[0]).toBe('dmesg-pstore_blk-0');
    const blk = parseZoneParameters('kmsg_size=4,pmsg_size=4,console_size=4,ftrace_size=4');
    expect(namesOf(readAll(medium, { blk }))).toEqual([
      'dmesg-pstore_blk-2',
      'dmesg-pstore_blk-3',
      'pmsg-pstore_blk-0',
    ]);
  });

  test('are told as they are found', () => {
    expect(detailOf(readAll(device()), 'blk.layout')).toBe(
      'kmsg_size=4,pmsg_size=4,console_size=4,ftrace_size=4 (little-endian, 64-bit or 32-bit other than i386)',
    );
  });
});

describe('what is not pstore/zone', () => {
  const folder = new URL('../../../../test-vectors/ramoops/', import.meta.url);
  const regions = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.bin'));

  test('regions of ramoops give nothing at all', () => {
    expect(regions.length).toBeGreaterThan(10);
    for (const path of regions) {
      const medium = vector(`ramoops/${path}`);
      expect(hitsOf(medium), path).toEqual([]);
      expect(readAll(medium)).toEqual({ records: [], findings: [], areas: [], files: [] });
    }
  });

  test('nor does a lone header without content', () => {
    const medium = new Uint8Array(0x4000);
    medium.set(encode([{ type: 'pmsg', payload: new Uint8Array(300).fill(0x81) }]).subarray(0, 400), 0x1000);
    const reading = readAll(medium);
    expect(reading.records).toEqual([]);
    expect(codesOf(reading.findings)).toEqual(['area.slack']);
  });

  test('but one with text does', () => {
    const text = log(300);
    expect(namesOf(readAll(encode([{ type: 'console', payload: text }])))).toEqual(['console-pstore_blk-0']);
    const erased = readAll(encode([{ type: 'pmsg', payload: text, isErased: true }]));
    expect(statesOf(erased)).toEqual(['erased pmsg 0']);
    expect(latin(erased.records[0]?.text.bytes ?? new Uint8Array(0))).toBe(latin(text));
  });

  test('headers without end cost time in proportion', () => {
    const medium = new Uint8Array(1 << 19);
    const head = encode([dump(0)]).subarray(0x3000, 0x3000 + 52);
    for (let at = 0; at + head.length <= medium.length; at += head.length) medium.set(head, at);
    expect(readAll(medium).records.length).toBeLessThan(medium.length / 4096 + 1);
  });
});
