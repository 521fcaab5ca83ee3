import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { encodeZones, type ZoneRecord, zonesOf } from '../../src/zone/index.js';
import { anyDump, device, dumpsOnly, log, tiny, total, trace, traceLayout, writers } from './media.js';
import { codesOf, latin, readAll } from './read.js';

const runs = { numRuns: 100 };
const sizes = { ...tiny, kmsgSize: 0x1000 };

/** What a dump was written from, in the words of `read`. */
function written(record: ZoneRecord): string {
  const { index, isErased, compressed, reason, counter, time, payload } = record;
  const state = isErased ? 'erased' : 'live';
  return `${state} ${index} ${compressed} ${reason}, ${counter} ${time?.seconds}.${time?.nanoseconds} ${latin(payload)}`;
}

/** The dumps of a medium, stored bytes by their places. */
function read(medium: Uint8Array): string[] {
  return readAll(medium)
    .records.filter(({ type }) => type === 'dmesg')
    .map(({ state, id, compression, time, payload, findings }) => {
      const [from] = payload.spans.map((span) => span.from);
      const detail = findings.find(({ code }) => code === 'blk.counter')?.detail?.replace(' in all', '');
      const bytes = latin(medium.subarray(from?.start, from?.end));
      return `${state} ${id} ${compression !== undefined} ${detail} ${time?.seconds}.${time?.nanoseconds} ${bytes}`;
    })
    .sort();
}

describe('what was written is read', () => {
  test.prop([fc.array(anyDump, { minLength: 1, maxLength: 4 }), fc.constantFrom(...writers)], runs)(
    'dumps, from every writer',
    (dumps, writer) => {
      const records = dumps.map((one, index): ZoneRecord => ({ type: 'dmesg', index, ...one }));
      const medium = encodeZones({ zones: zonesOf(sizes, total, 2), records, size: total, ...writer });
      expect(read(medium)).toEqual(records.map(written).sort());
    },
  );

  test.prop([fc.uniqueArray(fc.nat(7), { minLength: 2 }), anyDump], runs)('dumps in flash', (indexes, one) => {
    const records = indexes
      .toSorted((a, b) => a - b)
      .map((index): ZoneRecord => {
        return { type: 'dmesg', index, ...one, counter: index, isErased: false };
      });
    const medium = encodeZones({ zones: zonesOf(dumpsOnly, total, 1), records, size: total, fill: 0xff });
    // Without two neighbours nothing tells how large a slot is.
    if (indexes.some((index) => indexes.includes(index + 1))) expect(read(medium)).toEqual(records.map(written).sort());
    else expect(read(medium)).toHaveLength(records.length);
  });

  test.prop(
    [fc.integer({ min: 40, max: 20000 }), fc.integer({ min: 40, max: 20000 }), fc.constantFrom(...writers)],
    runs,
  )('rings, wrapped or not', (pmsg, console, writer) => {
    const records: ZoneRecord[] = [
      { type: 'pmsg', payload: log(pmsg, 1) },
      { type: 'console', payload: log(console, 2) },
    ];
    const medium = encodeZones({ zones: zonesOf(sizes, total, 2), records, size: total, ...writer });
    const { files } = readAll(medium);
    expect(files.map(({ name }) => name)).toEqual(['pmsg-pstore_blk-0', 'console-pstore_blk-0']);
    for (const [i, { payload }] of records.entries()) {
      expect(latin(files[i]?.content.bytes ?? payload)).toBe(latin(payload.subarray(-(0x1000 - 12))));
    }
  });

  test.each([1, 2, 3, 5, 6, 7, 12, 48])('traces of %i CPUs', (cpus) => {
    const large = { ...tiny, ftraceSize: 0x10000 };
    const records = Array.from({ length: cpus }, (_, cpu): ZoneRecord => {
      return { type: 'ftrace', index: cpu, payload: trace(cpu, cpu === 1 ? 3000 : 40) };
    });
    const size = 0x20000;
    const last: ZoneRecord = { type: 'dmesg', index: 0, payload: log(100), time: { seconds: 5n, nanoseconds: 0 } };
    const medium = encodeZones({ zones: zonesOf(large, size, cpus), records: [...records, last], size });
    const { files } = readAll(medium);
    expect(files.map(({ name }) => name)).toEqual(['dmesg-pstore_blk-0', 'ftrace-pstore_blk-0']);
    const lines = latin(files[1]?.content.bytes ?? new Uint8Array(0))
      .split('\n')
      .slice(0, -1);
    const kept = Math.floor((Math.floor(0x10000 / cpus) - 12) / 24);
    expect(lines).toHaveLength(records.reduce((sum, { payload }) => sum + Math.min(kept, payload.length / 24), 0));
    const counters = lines.map((line) => Number(/ts:(\d+)/.exec(line)?.[1]));
    expect(counters).toEqual(counters.toSorted((a, b) => a - b));
  });

  test.each(writers)('everything at once, $endian $abi', (writer) => {
    const reading = readAll(device(writer));
    expect(reading.files.map(({ name }) => name)).toEqual([
      'dmesg-pstore_blk-0',
      'dmesg-pstore_blk-1',
      'ftrace-pstore_blk-0',
      'pmsg-pstore_blk-0',
      'console-pstore_blk-0',
    ]);
    expect(latin(reading.files[1]?.content.bytes.subarray(0, 35) ?? new Uint8Array(0))).toBe(
      'Panic: Total 2 times\nOops#2 Part1\n<',
    );
    const { endian, wordSize } = traceLayout(writer.endian, writer.abi === '64-bit' ? 8 : 4);
    const [, , ftrace] = reading.files;
    const digits = wordSize === 8 ? 'ffffffff81' : 'c1';
    expect(latin(ftrace?.content.bytes ?? new Uint8Array(0)), endian).toMatch(new RegExp(`^CPU:\\d ts:\\d+ ${digits}`));
    expect(codesOf(reading.records.flatMap(({ findings }) => findings)).sort()).toEqual([
      'blk.counter',
      'blk.counter',
      'compress.recognised',
    ]);
  });
});
