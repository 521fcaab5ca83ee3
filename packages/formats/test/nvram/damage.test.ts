import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeNvram, encodePartition, encodeReport } from '../../src/nvram/index.js';
import { common, dumpText, firmware, nvramSeeds, oopsLog, rawDeflate, rtas, time } from './media.js';
import { bytesOf, codesOf, latin, readAll } from './read.js';

const text = dumpText(1200);
const plain = { sequence: 7, payload: text, time };

/** A copy with these bytes at `at`. */
function changed(medium: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = medium.slice();
  copy.set(bytes, at);
  return copy;
}

test('the partition of the specification', () => {
  const payload = bytesOf('Panic#1 Part1\n<0>[   12.345678] Kernel panic - not syncing: xxxx\n').subarray(0, 65);
  const data = encodeReport({ sequence: 7, payload, time: 1700000000n });
  const partition = encodePartition({ signature: 0xa0, name: 'lnx,oops-log', data });
  expect(Buffer.from(partition.subarray(0, 0x30)).toString('hex')).toBe(
    'a05a00076c6e782c6f6f70732d6c6f67000000040000000713880041000000006553f10050616e696323312050617274',
  );
  const [record] = readAll(partition).records;
  expect([record?.file?.name, record?.file?.mtime]).toEqual([
    'dmesg-nvram-7',
    { seconds: 1700000000n, nanoseconds: 0 },
  ]);
  expect(record?.file?.content.bytes).toEqual(payload);
});

describe('a chain that is broken', () => {
  const medium = encodeNvram([firmware, common, rtas, oopsLog(plain)], 0x1000);
  const at = { firmware: 0, common: 128, rtas: 384, oops: 896, free: 2912 };

  test('at the first partition: the kernel shows nothing, here all is found', () => {
    const { records, files, findings } = readAll(changed(medium, at.firmware + 1, 0x77));
    expect(files).toEqual([]);
    expect(records.map(({ state, type }) => `${state} ${type}`).sort()).toEqual([
      'hidden dmesg',
      'hidden powerpc-common',
      'hidden rtas',
    ]);
    expect(findings.find(({ code }) => code === 'nvram.damaged')?.at).toEqual({ start: 0, end: at.common });
  });

  test('at the partition of dumps, by its length', () => {
    const { records, files } = readAll(changed(medium, at.oops + 2, 0x70));
    expect(files).toEqual([]);
    const dump = records.find(({ type }) => type === 'dmesg');
    expect([dump?.state, latin(dump?.text.bytes ?? text)]).toEqual(['hidden', latin(text)]);
    expect(codesOf(dump?.findings ?? [])).toEqual(['nvram.unreached']);
  });

  test('at the partition of dumps, by its name', () => {
    const { records } = readAll(changed(medium, at.oops + 5, 0x70));
    const dump = records.find(({ type }) => type === 'dmesg');
    expect([dump?.state, dump?.id, latin(dump?.text.bytes ?? text)]).toEqual(['hidden', 7n, latin(text)]);
    expect(codesOf(dump?.findings ?? [])).toEqual(['nvram.carved']);
  });

  test('by the end of the medium', () => {
    const { records, findings } = readAll(medium.subarray(0, at.oops + 500));
    expect(codesOf(findings)).toContain('nvram.size');
    const [dump] = records;
    expect(codesOf(dump?.findings ?? [])).toEqual(['nvram.size']);
    const kept = 500 - 16 - 20;
    expect(latin(dump?.text.bytes ?? text)).toBe(latin(text.subarray(0, kept)));
    // The kernel would show as many bytes as the length says.
    expect(dump?.file?.content.bytes.length).toBe(text.length);
    expect(dump?.file?.content.spans.map(({ how, length }) => [how, length])).toEqual([
      ['copied', kept],
      ['filled', text.length - kept],
    ]);
  });

  test('a second NVRAM in the same medium is one of its own', () => {
    const two = new Uint8Array(2 * medium.length + 0x300);
    two.set(medium);
    two.set(medium, medium.length + 0x300);
    const whole = new Uint8Array(2 << 20);
    whole.set(two, 0x800);
    expect(readAll(whole).files.filter(({ name }) => name === 'dmesg-nvram-7')).toHaveLength(2);
  });
});

test('the type of a report can be damaged: a stream is told from text all the same', () => {
  const medium = encodeNvram([oopsLog({ ...plain, payload: rawDeflate(text), compressed: true })], 0x1000);
  const { records } = readAll(changed(medium, 16, 0x40));
  expect(records[0]?.compression).toBe('deflate');
  expect(latin(records[0]?.text.bytes ?? text)).toBe(latin(text));
  // The kernel takes it for plain.
  expect(records[0]?.file?.name).toBe('dmesg-nvram-7');
  expect(records[0]?.file?.content.bytes).toEqual(rawDeflate(text));
});

describe('what older dumps left', () => {
  test('the end of a longer text', () => {
    const shorter = { sequence: 8, payload: dumpText(300, 2), time };
    const { records, files } = readAll(encodeNvram([oopsLog(shorter, plain)], 0x1000));
    expect(files.map(({ name }) => name)).toEqual(['dmesg-nvram-8']);
    const [, left] = records;
    expect([left?.state, left?.id, codesOf(left?.findings ?? [])]).toEqual(['stale', undefined, ['nvram.slack']]);
    expect(latin(left?.text.bytes ?? text)).toBe(latin(text.subarray(shorter.payload.length)));
  });

  test('the end of a longer stream is a note', () => {
    const longer = { sequence: 7, payload: rawDeflate(dumpText(4000)), compressed: true, time };
    const { records, findings } = readAll(
      encodeNvram([oopsLog({ ...plain, payload: text.subarray(0, 200) }, longer)], 0x1000),
    );
    expect(records).toHaveLength(1);
    expect(codesOf(findings)).toContain('nvram.slack');
  });

  test('a partition that was removed', () => {
    const { records, files } = readAll(encodeNvram([common, rtas], 0x1000, encodeReport(plain)));
    expect(files).toEqual([]);
    const dump = records.find(({ type }) => type === 'dmesg');
    expect([dump?.state, dump?.id, dump?.time?.seconds, codesOf(dump?.findings ?? [])]).toEqual([
      'erased',
      7n,
      time,
      ['nvram.carved'],
    ]);
    expect(latin(dump?.text.bytes ?? text)).toBe(latin(text));
  });
});

property.prop([
  fc.nat(nvramSeeds().length - 1),
  fc.array(fc.tuple(fc.nat(0xfff), fc.nat(255)), { maxLength: 12 }),
  fc.option(fc.nat(0xfff)),
])('whatever the bytes are, every one is in a record or a finding', (seed, damage, cut) => {
  const medium = (nvramSeeds()[seed] as { bytes: Uint8Array }).bytes.slice();
  for (const [at, value] of damage) if (at < medium.length) medium[at] = value;
  const { records } = readAll(medium.subarray(0, cut ?? medium.length));
  for (const { state, file } of records) expect(file === undefined).toBe(state !== 'live');
});

property.prop([
  fc.record({
    sequence: fc.nat(0xffffffff),
    payload: fc.uint8Array({ minLength: 1, maxLength: 1900 }),
    time: fc.option(fc.bigInt(1n, 1n << 34n), { nil: undefined }),
  }),
  fc.shuffledSubarray([common, rtas, firmware]),
])('a plain report comes back as it was written', (report, others) => {
  const { time: seconds, ...rest } = report;
  const written = seconds === undefined ? rest : { ...rest, time: seconds };
  const { files } = readAll(encodeNvram([...others, oopsLog(written)], 0x1800));
  expect(files[0]?.name).toBe(`dmesg-nvram-${report.sequence}`);
  expect(files[0]?.content.bytes).toEqual(report.payload);
  expect(files[0]?.mtime?.seconds).toBe(seconds);
});
