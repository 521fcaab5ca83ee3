import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseKernelVersion } from '../../src/index.js';
import { encodeZones, parseZoneParameters, type ZoneRecord, zonesOf } from '../../src/zone/index.js';
import {
  deflate,
  device,
  dump,
  dumpsOnly,
  dumpText,
  gptDisk,
  log,
  mbrDisk,
  time,
  tiny,
  total,
  trace,
  withSpare,
  writers,
} from './media.js';
import { codesOf, detailOf, hitsOf, latin, type Reading, readAll, vector } from './read.js';

const zones = zonesOf(tiny, total, 2);
const encode = (records: ZoneRecord[], more = {}) => encodeZones({ zones, records, size: total, ...more });
const flash = (records: ZoneRecord[]) =>
  encodeZones({ zones: zonesOf(dumpsOnly, total, 1), records, size: total, fill: 0xff });
const namesOf = ({ files }: Reading) => files.map(({ name }) => name);
const statesOf = ({ records }: Reading) => records.map(({ state, type, id }) => `${state} ${type} ${id}`);
const put = (medium: Uint8Array, at: number, word: number) =>
  new DataView(medium.buffer, medium.byteOffset).setUint32(at, word, true);

describe('what was there before', () => {
  test('is read behind a ring that began again', () => {
    const old = log(3000, 5);
    const medium = encode([{ type: 'pmsg', payload: log(900, 6) }, dump(0)]);
    const now = log(900, 6).length;
    medium.set(old.subarray(now), 12 + now);
    const { records } = readAll(medium);
    const stale = records.find(({ state }) => state === 'stale');
    expect(latin(stale?.text.bytes ?? old)).toBe(latin(old.subarray(now)));
    expect(codesOf(stale?.findings ?? [])).toEqual(['blk.older']);
    expect(stale?.stored).toEqual({ start: 12 + now, end: 12 + old.length });
  });

  test('is not made of the fill behind a ring that was flushed whole', () => {
    const medium = encode([{ type: 'console', payload: log(900) }, dump(0)]);
    medium.fill(0xff, 0x1000 + 12 + log(900).length, 0x2000);
    expect(statesOf(readAll(medium))).toEqual(['live dmesg 0', 'live console 0']);
    expect(detailOf(readAll(medium), 'blk.layout')).toMatch(/^console_size=4 /);
  });

  test('is read behind a dump that was written over half', () => {
    const medium = encode([dump(0, { compressed: false, payload: dumpText(1, 600) }), dump(1)]);
    const rest = log(700, 8);
    medium.set(rest, 0x3000 + 2048);
    const stale = readAll(medium).records.find(({ state }) => state === 'stale');
    expect(latin(stale?.text.bytes ?? rest).replace(/^\0+/, '')).toBe(latin(rest));
  });

  test('is read of traces too', () => {
    const medium = encode([{ type: 'ftrace', index: 0, payload: trace(0, 5) }, dump(0)]);
    medium.set(trace(0, 60).subarray(5 * 24), 0x2000 + 12 + 5 * 24);
    const stale = readAll(medium).records.find(({ state }) => state === 'stale');
    expect(stale?.payload.bytes.length).toBe(55 * 24);
  });
});

/** A device after three boots: dumps came round, pmsg began again twice, the console was flushed whole. */
function afterThreeBoots(writer: (typeof writers)[number], kernel: string): Uint8Array {
  const banner = (boot: number) => `[    0.000000] Linux version ${kernel} (boot ${boot})\n`;
  const bootOf = (boot: number, size: number) => {
    const first = 4 * (boot - 1);
    const dumps = [0, 1, 2, 3].map((i) => {
      const text = dumpText(i + 1, 800 + 10 * boot, kernel);
      const seconds = time.seconds + BigInt(first + i);
      const more = i === 1 ? { payload: text, compressed: false } : { payload: deflate(text) };
      return dump((first + i) % 4, { ...more, counter: first + i + 1, time: { seconds, nanoseconds: 7 } });
    });
    const rings: ZoneRecord[] = [
      { type: 'pmsg', payload: log(size, boot) },
      { type: 'console', payload: log(size, boot, banner(boot)) },
    ];
    return encode([...rings, ...dumps], writer);
  };
  const medium = bootOf(3, 400);
  const pmsg = bootOf(2, 3000).subarray(12, 0x1000);
  const now = 12 + log(400, 3).length;
  medium.set(pmsg.subarray(now - 12), now);
  medium.fill(0xff, 0x1000 + 12 + log(400, 3, banner(3)).length, 0x2000);
  return medium;
}

describe.each(['5.10.200', '6.1.192', '7.2'])('three boots of %s', (kernel) => {
  test.each(writers)('$endian $abi', (writer) => {
    const reading = readAll(afterThreeBoots(writer, kernel));
    expect(namesOf(reading)).toEqual([
      ...[0, 1, 2, 3].map((slot) => `dmesg-pstore_blk-${slot}`),
      'pmsg-pstore_blk-0',
      'console-pstore_blk-0',
    ]);
    expect(reading.files.slice(0, 4).map(({ mtime }) => mtime?.seconds)).toEqual(
      [8n, 9n, 10n, 11n].map((seconds) => time.seconds + seconds),
    );
    expect(latin(reading.files[1]?.content.bytes ?? new Uint8Array(0))).toBe(
      `Oops: Total 10 times\n${latin(dumpText(2, 830, kernel))}`,
    );
    expect(latin(reading.files[4]?.content.bytes ?? new Uint8Array(0))).toBe(latin(log(400, 3)));
    expect(statesOf(reading).slice(6)).toEqual(['stale pmsg 0']);
    const old = latin(log(3000, 2));
    expect(old.endsWith(latin(reading.records[6]?.text.bytes ?? new Uint8Array(1)))).toBe(true);
    expect(detailOf(reading, 'area.writer')).toBe(kernel);
    const asKernel = parseKernelVersion(kernel);
    expect(readAll(afterThreeBoots(writer, kernel), { asKernel }).files).toEqual(reading.files);
  });
});

describe('erased', () => {
  const ring = (type: 'pmsg' | 'console', payload: Uint8Array) =>
    readAll(encode([{ type, payload, isErased: true }, dump(0)])).records.find(({ state }) => state === 'erased');

  test.each([100, 3000, 4083])('a ring of %i bytes', (size) => {
    const text = log(size).subarray(0, size - 1);
    expect(latin(ring('console', text)?.text.bytes ?? text)).toBe(latin(text));
  });

  test.each([4084, 5000, 8168, 9999])('a ring that wrapped, %i bytes', (size) => {
    const text = log(size);
    const record = ring('pmsg', text);
    const kept = latin(text.subarray(-4084));
    expect(codesOf(record?.findings ?? [])).toEqual(['blk.order']);
    // The cut line may stand at the other end.
    expect(latin(record?.text.bytes ?? text)).toContain(kept.slice(kept.indexOf('\n') + 1));
    expect(record?.text.bytes).toHaveLength(4084);
  });

  test.each([10, 84, 85, 86, 100, 170, 171, 300])('traces, %i calls', (calls) => {
    const payload = trace(1, calls);
    const reading = readAll(encode([{ type: 'ftrace', index: 1, payload, isErased: true }, dump(0)]));
    const record = reading.records.find(({ state }) => state === 'erased');
    const lines = latin(record?.text.bytes ?? payload).split('\n');
    const counters = lines.slice(0, -1).map((line) => Number(/ts:(\d+)/.exec(line)?.[1]));
    const capacity = 0x800 - 12;
    const kept = Math.min(calls, Math.floor(capacity / 24));
    expect(counters).toEqual(Array.from({ length: kept }, (_, i) => 1001 + 2 * (calls - kept + i)));
  });

  test.each(['deflate', 'plain'])('a %s dump', (form) => {
    const text = dumpText(1, 900);
    const more = form === 'plain' ? { payload: text, compressed: false } : { payload: deflate(text) };
    const reading = readAll(encode([dump(0, { ...more, isErased: true }), dump(1)]));
    expect(statesOf(reading)).toEqual(['live dmesg 1', 'erased dmesg 0']);
    expect(latin(reading.records[1]?.text.bytes ?? text)).toBe(latin(text));
  });
});

describe('a kernel', () => {
  test('up to 5.7 knows no such backend', () => {
    expect(readAll(device(), { asKernel: parseKernelVersion('5.7') }).files).toEqual([]);
    expect(readAll(device(), { asKernel: parseKernelVersion('5.8') }).files).toHaveLength(5);
  });

  test('ends its list at a dump shorter than its header', () => {
    const medium = encode([dump(0), dump(1), dump(2), { type: 'pmsg', payload: log(100) }]);
    put(medium, 0x4004, 20);
    const reading = readAll(medium);
    expect(namesOf(reading)).toEqual(['dmesg-pstore_blk-0']);
    expect(codesOf(reading.findings)).toContain('blk.list-ends');
    expect(statesOf(reading)).toEqual(['live dmesg 0', 'hidden dmesg 1', 'hidden dmesg 2', 'hidden pmsg 0']);
    expect(latin(reading.records[1]?.text.bytes ?? medium)).toBe(latin(dumpText(2)));
  });

  test('recovers no ring behind one that it cannot read', () => {
    const medium = device();
    put(medium, 8, 700);
    const reading = readAll(medium);
    expect(namesOf(reading)).toEqual(['dmesg-pstore_blk-0', 'dmesg-pstore_blk-1']);
    expect(codesOf(reading.findings)).toContain('blk.recovery-ends');
    expect(statesOf(reading).slice(2).sort()).toEqual(['hidden console 0', 'hidden ftrace 0', 'hidden pmsg 0']);
  });

  test('gives a plain dump without a clock no time', () => {
    const reading = readAll(encode([dump(0, { time: { seconds: 0n, nanoseconds: 0 } }), dump(1)]));
    expect(reading.files.map(({ mtime }) => mtime === undefined)).toEqual([true, false]);
    expect(reading.records[0]?.time).toBeUndefined();
  });

  test('shows a stream that it cannot decompress as it is', () => {
    const payload = deflate(dumpText(1)).map((byte, i) => (i === 40 ? byte ^ 0xff : byte));
    const reading = readAll(encode([dump(0, { payload }), dump(1)]));
    expect(namesOf(reading)).toEqual(['dmesg-pstore_blk-0.enc.z', 'dmesg-pstore_blk-1']);
    expect(latin(reading.files[0]?.content.bytes ?? payload)).toBe(latin(payload));
  });
});

describe('damage', () => {
  const three = () => encode([dump(0), dump(1, { payload: dumpText(2), compressed: false }), dump(2)]);
  const table: [string, (medium: Uint8Array) => void, string, string][] = [
    ['a lost signature', (medium) => put(medium, 0x4000, 0), 'hidden', 'zone.signature'],
    ['a lost magic', (medium) => put(medium, 0x400c, 0), 'hidden', 'blk.magic'],
    ['a length beyond the zone', (medium) => put(medium, 0x4004, 0x1000), 'hidden', 'zone.invalid'],
    ['nanoseconds beyond a second', (medium) => put(medium, 0x400c + 16, 0x7fffffff), 'live', 'blk.field'],
  ];
  test.each(table)('%s', (_, damage, state, code) => {
    const medium = three();
    damage(medium);
    const reading = readAll(medium);
    const record = reading.records.find(({ id }) => id === 1n);
    expect(record?.state).toBe(state);
    expect(codesOf(record?.findings ?? [])).toContain(code);
    expect(latin(record?.text.bytes ?? medium)).toContain(latin(dumpText(2)));
    expect(namesOf(reading).filter((name) => !name.endsWith('-1'))).toEqual([
      'dmesg-pstore_blk-0',
      'dmesg-pstore_blk-2',
    ]);
  });

  test('a ring that claims more than its zone', () => {
    const medium = device();
    put(medium, 4, 0x4000000);
    const record = readAll(medium).records.find(({ type }) => type === 'pmsg');
    expect(record?.state).toBe('hidden');
    expect(latin(record?.text.bytes ?? medium)).toBe(latin(log(500, 2)));
  });

  test('a medium that was cut in its first ring', () => {
    const [record, ...others] = readAll(device().subarray(0, 12 + 200)).records;
    expect(others).toEqual([]);
    expect(record?.state).toBe('hidden');
    expect(record?.grade).toBe('probable');
    expect(latin(record?.payload.bytes ?? device())).toBe(latin(log(500, 2).subarray(0, 200)));
  });

  test('rings and dumps that lost their headers, in what a ring before them reaches over', () => {
    const medium = device();
    for (const at of [0x1000, 0x2000, 0x2800]) medium.fill(0xee, at, at + 12);
    medium.fill(0xee, 0x3000, 0x302c);
    const { records } = readAll(medium);
    const text = records.map((one) => latin(one.text.bytes)).join('\n');
    expect(records.map(({ state }) => state)).toContain('carved');
    expect(text).toContain(latin(dumpText(1)));
  });

  test('a dump between the slots', () => {
    const medium = encode([dump(0), dump(1), dump(2)]);
    medium.copyWithin(0x6800, 0x3000, 0x3800);
    const stray = readAll(medium).records.find(({ findings }) => codesOf(findings).includes('blk.stray'));
    expect(stray?.state).toBe('hidden');
    expect(stray?.id).toBeUndefined();
  });
});

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
