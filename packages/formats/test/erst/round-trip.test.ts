import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { cperAt, type ErstSlot, encodeCper, encodeErst } from '../../src/erst/index.js';
import { cperHeader, machineCheck, sectionDescriptor, storeHeader } from '../../src/erst/layout.js';
import { decodeBcdTime, encodeBcdTime } from '../../src/erst/timestamp.js';
import type { Struct } from '../../src/index.js';
import { anySlot, packed } from './media.js';
import { readAll } from './read.js';

const runs = { numRuns: 150 };
const slots = fc.array(anySlot, { minLength: 1, maxLength: 8 });
const layouts: readonly Struct<object>[] = [cperHeader, sectionDescriptor, storeHeader, machineCheck];

/** What is told of a slot: state, id, and the payload as it is stored. */
function expected(written: readonly (ErstSlot | undefined)[]): string[] {
  const shown = new Set<bigint>();
  return written.flatMap((slot) => {
    if (slot === undefined) return [];
    const { record, entry } = slot;
    const cper = cperAt(record, 0, record.length);
    const id = cper?.header.recordId ?? 0n;
    const isForeign = cper?.sections.length === 2;
    const state = entry === 0n ? 'erased' : isForeign || shown.has(id) ? 'hidden' : 'live';
    if (entry !== 0n) shown.add(id);
    return [`${state} ${id} ${Buffer.from(record).toString('hex')}`];
  });
}

describe('what was written is read', () => {
  test.prop([slots, fc.constantFrom(4096, 8192, 16384), fc.nat(3)], runs)(
    'as a store, at any place, of any size of slots',
    (written, recordSize, place) => {
      const store = encodeErst({ slots: written, recordSize });
      const before = [0, 1, 4096, 5003][place] as number;
      const medium = new Uint8Array(before + store.length + 300).fill(0x5a);
      medium.set(store, before);
      expect(read(place === 0 ? store : medium)).toEqual(expected(written).sort());
    },
  );

  test.prop([slots, fc.constantFrom(1, 8, 4096), fc.constantFrom(0, 0xff)], runs)(
    'as records alone, packed or aligned',
    (written, alignment, blank) => {
      const records = written.flatMap((slot) => (slot === undefined ? [] : [{ record: slot.record }]));
      fc.pre(records.length > 0);
      const medium = packed(
        records.map(({ record }) => record),
        alignment,
        blank,
      );
      expect(read(medium)).toEqual(expected(records).sort());
    },
  );

  test.prop([fc.uint8Array({ minLength: 160, maxLength: 160 }), fc.constantFrom(...layouts)], runs)(
    'any bytes as a struct',
    (bytes, layout) => {
      const found = layout.decode(bytes, 0, 'le');
      expect(layout.encode(found, 'le')).toEqual(bytes.slice(0, layout.size));
    },
  );

  test.prop([fc.bigInt({ min: 0n, max: 253_402_300_799n }), fc.boolean()], { numRuns: 1000 })(
    'a time in BCD',
    (seconds, isPrecise) => {
      const bytes = encodeBcdTime(seconds, isPrecise);
      expect(decodeBcdTime(bytes)).toEqual({ time: { seconds, nanoseconds: 0 }, isPrecise });
      const [s, min, h, , d, mon, y, c] = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
      expect(`${c}${y}-${mon}-${d}T${h}:${min}:${s}.000Z`).toBe(new Date(Number(seconds) * 1000).toISOString());
    },
  );

  test.prop([fc.uint8Array({ minLength: 8, maxLength: 8 })], { numRuns: 1000 })('no date is no time', (bytes) => {
    const found = decodeBcdTime(bytes);
    if (found === null) return;
    const flags = bytes[3] as number;
    expect(encodeBcdTime(found.time.seconds, (flags & 1) === 1)).toEqual(
      bytes.map((b, i) => (i === 3 ? flags & 1 : b)),
    );
  });

  test('a record of any sections', () => {
    const bodies = [1, 2, 3].map((byte) => ({ body: new Uint8Array(10 * byte).fill(byte) }));
    const bytes = encodeCper({ recordId: 5n, errorSeverity: 3 }, bodies);
    const cper = cperAt(bytes, 0, bytes.length);
    expect(cper?.header).toMatchObject({ recordId: 5n, errorSeverity: 3, sectionCount: 3, recordLength: bytes.length });
    for (const [i, { sectionOffset, sectionLength }] of (cper?.sections ?? []).entries()) {
      expect(bytes.slice(sectionOffset, sectionOffset + sectionLength)).toEqual(bodies[i]?.body);
    }
  });
});

/** The records of a medium in the words of `expected`. */
function read(medium: Uint8Array): string[] {
  return readAll(medium)
    .records.map(({ state, id, stored }) => {
      return `${state} ${id} ${Buffer.from(medium.subarray(stored.start, stored.end)).toString('hex')}`;
    })
    .sort();
}
