import { describe, expect, test } from 'vitest';
import { type EfiMedium, type EfiVariable, encodeEfi, encodeVariable } from '../../src/efi/index.js';
import { dumpPart, nameOfPart, partText, tiny } from './media.js';
import { codesOf, latin, type Reading, readAll, storesOf } from './read.js';

const text = (part: number, count = 1) => latin(partText(part, count));
const plain = (part: number, content: Uint8Array, more: Partial<EfiVariable> = {}): EfiVariable => ({
  name: nameOfPart(part, 1, 1795210374n, false),
  data: content,
  ...more,
});
const read = (variables: readonly EfiVariable[], more: Partial<EfiMedium> = {}): Reading =>
  readAll(encodeEfi({ variables, geometry: tiny, ...more }));
const shown = ({ records }: Reading) => records.map(({ state, part, text }) => [state, part, latin(text.bytes)]);

describe('a variable in each state', () => {
  test.each([
    [0x3f, 'live'],
    [0x3e, 'live'],
    [0x3d, 'erased'],
    [0x3c, 'erased'],
    [0x7f, 'hidden'],
    [0x1f, 'hidden'],
    [0x00, 'hidden'],
  ] as const)('%i is %s', (state, expected) => {
    const reading = read([dumpPart(1, 1, { state }), dumpPart(2)]);
    expect(shown(reading).sort()).toEqual(
      [
        [expected, 1, text(1)],
        ['live', 2, text(2)],
      ].sort(),
    );
    const codes = reading.records.flatMap(({ findings }) => codesOf(findings));
    expect(codes.includes('efi.state')).toBe(![0x3f, 0x3e, 0x3d, 0x3c, 0x7f].includes(state));
  });

  test('0xff is not even a header: its sizes do not count', () => {
    const medium = encodeEfi({ variables: [dumpPart(1, 1, { state: 0xff })], geometry: tiny });
    const next = 0x48 + 28 + 60;
    medium.fill(0xff, next, tiny.storeEnd);
    medium.set(encodeVariable(dumpPart(2), 'authenticated'), next);
    const reading = readAll(medium);
    expect(shown(reading)).toEqual([['live', 2, text(2)]]);
    expect(storesOf(reading)[0]).toContain('others 0 (0) live, 1 (60) dead');
  });
});

describe('variables of one name', () => {
  const [old, young] = [partText(1, 5, 100), partText(1, 6, 200)];

  test('one in transition gives way to the one that was added', () => {
    for (const states of [
      [0x3e, 0x3f],
      [0x3f, 0x3e],
    ]) {
      const [first, second] = states[0] === 0x3e ? [old, young] : [young, old];
      const reading = read([plain(1, first, { state: states[0]! }), plain(1, second, { state: states[1]! })]);
      expect(shown(reading)).toEqual([
        ['live', 1, latin(young)],
        ['stale', 1, latin(old)],
      ]);
    }
  });

  test('of several in transition the last counts, of several added the first', () => {
    const transition = read([plain(1, old, { state: 0x3e }), plain(1, young, { state: 0x3e })]);
    expect(shown(transition)).toEqual([
      ['live', 1, latin(young)],
      ['stale', 1, latin(old)],
    ]);
    expect(shown(read([plain(1, young), plain(1, old)]))).toEqual([
      ['live', 1, latin(young)],
      ['stale', 1, latin(old)],
    ]);
  });

  test('deleted ones of different content are different records, of the same content one', () => {
    const deleted = { state: 0x3d };
    const reading = read([plain(1, old, deleted), plain(1, young, deleted), plain(1, old, { state: 0x3c })]);
    expect(shown(reading)).toEqual([
      ['erased', 1, latin(old)],
      ['erased', 1, latin(young)],
    ]);
  });

  test('a deleted copy of a live one is no record', () => {
    expect(shown(read([plain(1, old, { state: 0x3d }), plain(1, old)]))).toEqual([['live', 1, latin(old)]]);
  });
});

describe('a variable that was being written', () => {
  test('keeps its data up to the first long run of erased bytes', () => {
    const variable = plain(1, partText(1), { state: 0x7f, written: 2 * nameOfPart(1).length + 2 + 100 });
    const reading = read([dumpPart(2), variable]);
    const [, half] = reading.records;
    expect(half).toMatchObject({ state: 'hidden', part: 1, count: 1 });
    expect(latin(half?.payload.bytes ?? new Uint8Array(0))).toBe(text(1).slice(0, 100));
    expect(half?.findings).toContainEqual({
      code: 'efi.half-written',
      at: half?.stored,
      detail: `100 of ${variable.data.length} bytes of data`,
    });
  });

  test('a compressed one gives the text that its beginning holds', () => {
    const whole = dumpPart(1);
    const written = 2 * whole.name.length + 2 + Math.floor(whole.data.length * 0.8);
    const [half] = read([{ ...whole, state: 0x7f, written }]).records;
    const found = latin(half?.payload.bytes ?? new Uint8Array(0));
    expect(text(1).startsWith(found)).toBe(true);
    expect(found.length).toBeGreaterThan(50);
    expect(codesOf(half?.findings ?? [])).toContain('compress.broken');
  });

  test('a name that is not whole is shown with what there is', () => {
    const [half] = read([dumpPart(1, 1, { state: 0x7f, written: 21 })]).records;
    expect(half).toMatchObject({ state: 'hidden', type: 'unknown' });
    expect(codesOf(half?.findings ?? [])).toEqual(['efi.half-written', 'efi.name']);
  });
});

describe('the spare', () => {
  const parts = [1, 2, 3].map((part) => dumpPart(part));

  test('a copy adds what the store does not hold, as stale', () => {
    const lost = dumpPart(4, 1);
    const reading = read(parts, { spare: [...parts, lost], reclaims: 3 });
    expect(shown(reading)).toEqual([
      ['live', 1, text(1)],
      ['live', 2, text(2)],
      ['live', 3, text(3)],
      ['stale', 4, text(4)],
    ]);
    expect(storesOf(reading)[0]).toMatch(/^authenticated, .*; reclaims 3$/);
    expect(storesOf(reading)[1]).toMatch(/^authenticated, a copy that is not in use, /);
    expect(reading.findings[0]?.detail).toMatch(/3 reclaims, 0 other writes; spare with a store 0x4048-0x7000;/);
  });

  test('after an interrupted reclaim it is the store', () => {
    const reading = read(parts.slice(0, 1), { spare: parts, reclaims: 1, isInterrupted: true });
    expect(shown(reading)).toEqual([
      ['live', 1, text(1)],
      ['live', 2, text(2)],
      ['live', 3, text(3)],
    ]);
    expect(reading.records.every(({ stored }) => stored.start > tiny.spareAt)).toBe(true);
    expect(codesOf(reading.findings)).toContain('efi.interrupted');
    expect(storesOf(reading)[0]).toMatch(/a copy that is not in use, .*; reclaims 2$/);
  });

  test('it shows what the volume was that lost its header', () => {
    const medium = encodeEfi({ variables: parts, geometry: tiny, spare: [...parts, dumpPart(4)] });
    medium.fill(0, 0, 0x48);
    expect(shown(readAll(medium)).map(([state, part]) => [state, part])).toEqual([
      ['live', 1],
      ['live', 2],
      ['live', 3],
      ['stale', 4],
    ]);
  });

  test('a copy without the header of its volume is one', () => {
    const medium = encodeEfi({ variables: parts, geometry: tiny, spare: [...parts, dumpPart(4)] });
    medium.fill(0, tiny.spareAt, tiny.spareAt + 0x48);
    expect(shown(readAll(medium)).map(([state, part]) => [state, part])).toEqual([
      ['live', 1],
      ['live', 2],
      ['live', 3],
      ['stale', 4],
    ]);
  });
});
