import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type EfiVariable, encodeEfi, encodeStore, type StoreKind } from '../../src/efi/index.js';
import { storeAt } from '../../src/efi/store-header.js';
import { type StoreShape, walkVariables } from '../../src/efi/variable-store.js';
import { gaps } from '../../src/index.js';
import { anyVariable, otherGuid, tiny } from './media.js';
import { latin, readAll, storesOf, sumOfFigures } from './read.js';

const runs = { numRuns: 150 };
const variables = fc.array(anyVariable, { maxLength: 12 });
const kinds: readonly StoreKind[] = ['authenticated', 'plain', 'VSS2', '$VSS', '$SVS', '$NSS'];

/** What must be found, told from the states alone: state, name of the part, text or stored bytes. */
function expected(written: readonly EfiVariable[]): string[] {
  const dumps = written.filter(({ guid }) => guid !== otherGuid);
  const current = new Map<string, EfiVariable>();
  for (const one of dumps) {
    const isCurrent = one.state === 0x3f || one.state === 0x3e;
    if (isCurrent && current.get(one.name)?.state !== 0x3f) current.set(one.name, one);
  }
  const ids = new Set<string>();
  const found = new Map<string, string>();
  const rank = ['live', 'duplicate', 'hidden', 'stale', 'erased'];
  for (const one of dumps) {
    const id = one.name.slice(0, -2);
    let state = one.state === 0x7f ? 'hidden' : one.state === 0x3d || one.state === 0x3c ? 'erased' : 'stale';
    if (current.get(one.name) === one) {
      state = ids.has(id) ? 'duplicate' : 'live';
      ids.add(id);
    }
    const key = `${one.name} ${latin(one.data)}`;
    const known = found.get(key);
    if (known === undefined || rank.indexOf(state) < rank.indexOf(known)) found.set(key, state);
  }
  return [...found].map(([key, state]) => `${state === 'duplicate' ? 'hidden' : state} ${key}`).sort();
}

describe('what was written is read', () => {
  test.prop([variables, fc.constantFrom(...kinds.slice(0, 3))], runs)('as a flash image', (written, kind) => {
    const medium = encodeEfi({ variables: written, geometry: tiny, kind });
    const reading = readAll(medium);
    expect(read(medium)).toEqual(expected(written));
    const [detail = ''] = storesOf(reading);
    const { size, sum } = sumOfFigures(detail);
    expect(size).toBe(tiny.storeEnd - 0x48);
    expect(sum).toBe(size);
  });

  test.prop([variables, fc.constantFrom(...kinds.slice(3)), fc.nat(40)], runs)(
    'as a store alone, at any place',
    (written, kind, before) => {
      const store = encodeStore(written, 0x3000, kind);
      const medium = new Uint8Array(before + store.length + 100).fill(0x5a);
      medium.set(store, before);
      expect(read(medium)).toEqual(expected(written));
    },
  );

  test.prop([variables, fc.constantFrom(...kinds), fc.array(fc.tuple(fc.nat(0x2fff), fc.nat(255)))], runs)(
    'every byte of a store is told once, also where it is damaged',
    (written, kind, damage) => {
      const store = encodeStore(written, 0x3000, kind);
      const head = storeAt(store, 0);
      if (head === null) throw new Error('a store has a header');
      for (const [at, byte] of damage) store[at] = byte;
      const range = { start: 0, end: store.length };
      const firstVariable = head.headerSize;
      const shape: StoreShape = { ...head, range, firstVariable, origin: 0 };
      const reading = walkVariables(store, shape, []);
      const pieces = [...reading.variables.map(({ occupied }) => occupied), ...reading.free, ...reading.damaged];
      expect(gaps({ start: firstVariable, end: store.length }, pieces)).toEqual([]);
      expect(pieces.reduce((sum, { start, end }) => sum + end - start, firstVariable)).toBe(store.length);
      for (const { name, data, stored } of reading.variables) {
        expect(stored.start <= name.start && name.end <= data.start && data.end <= stored.end).toBe(true);
      }
    },
  );
});

/** The records of a medium in the words of `expected`: what is compressed is compared as it is stored. */
function read(medium: Uint8Array): string[] {
  return readAll(medium)
    .records.map(({ state, part, count, time, compression, payload, stored }) => {
      const flag = compression === undefined ? 'D' : 'C';
      const name = `dump-type0-${part}-${count}-${time?.seconds}-${flag}`;
      const from = payload.spans[0]?.from ?? stored;
      return `${state} ${name} ${latin(medium.subarray(from.start, from.end))}`;
    })
    .sort();
}
