import { describe, expect, test } from 'vitest';
import { parseKernelVersion } from '../../src/index.js';
import type { ZoneRecord } from '../../src/zone/index.js';
import { deflate, device, dump, dumpText, encode, log, time, trace, writers } from './media.js';
import { codesOf, detailOf, latin, namesOf, readAll, statesOf } from './read.js';

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
