import * as binaryParser from '@pstore-decode/formats/binary-parser';
import * as bytes from '@pstore-decode/formats/bytes';
import * as compress from '@pstore-decode/formats/compress';
import * as dump from '@pstore-decode/formats/dump';
import * as ecc from '@pstore-decode/formats/ecc';
import * as efi from '@pstore-decode/formats/efi';
import * as erst from '@pstore-decode/formats/erst';
import * as mtdoops from '@pstore-decode/formats/mtdoops';
import * as nvram from '@pstore-decode/formats/nvram';
import * as payload from '@pstore-decode/formats/payload';
import * as pstorefs from '@pstore-decode/formats/pstorefs';
import * as ramoops from '@pstore-decode/formats/ramoops';
import * as zone from '@pstore-decode/formats/zone';
import { describe, expect, test } from 'vitest';
import { shrink } from '../fuzz/shrink.js';
import { promise, type Target } from '../fuzz/target.js';
import { targets } from '../fuzz/targets.js';
import { findingFolder, savedVectors } from '../fuzz/vectors.js';
import { inputOf, problemOf, variantOf } from '../fuzz/worker.js';

const backends = { ramoops, zone, efi, erst, nvram, mtdoops };
const subpaths = { bytes, 'binary-parser': binaryParser, compress, dump, ecc, payload, pstorefs, ...backends };

describe.each(targets)('$name', (target) => {
  test('keeps its promises on a fixed slice of inputs', async () => {
    const seeds = target.seeds();
    expect(seeds.length).toBeGreaterThan(0);
    for (let run = 0; run < target.slice; run++) {
      const problem = await problemOf(target, inputOf(target, seeds, 1, run), variantOf(target, run));
      if (problem !== null) expect.fail(`--target ${target.name} --seed 1 --from ${run}: ${problem}`);
    }
  });

  test('keeps its promises on its seeds, and in every way on inputs that once broke one', async () => {
    for (const [i, { bytes }] of target.seeds().entries()) {
      expect(await problemOf(target, bytes, variantOf(target, i)), `seed ${i}`).toBeNull();
    }
    for (const [name, input] of savedVectors(findingFolder, target.name)) {
      for (let variant = 0; variant < (target.variants ?? 1); variant++) {
        expect(await problemOf(target, input, variant), `${name}, variant ${variant}`).toBeNull();
      }
    }
  });
});

test('every exported reader is under fire', () => {
  const covered = new Set(targets.flatMap(({ covers }) => covers));
  const readers = Object.entries(subpaths).flatMap(([subpath, exports]) =>
    Object.entries(exports)
      .filter(
        ([name, value]) =>
          typeof value === 'function' && /^(decode|read|parse|find|guess|scan)|In$|OfCmdline$|arser/.test(name),
      )
      .map(([name]) => `${subpath}/${name}`),
  );
  expect(readers).toContain('payload/parsePartLine');
  expect(readers.filter((reader) => !covered.has(reader))).toEqual([]);
  const stale = [...covered].filter((place) => {
    const [subpath = '', name = ''] = place.split('/');
    return !(name in (subpaths[subpath as keyof typeof subpaths] ?? {}));
  });
  expect(stale).toEqual([]);
});

describe('the harness', () => {
  /** Breaks its promise on every input with a 7 in its first half. */
  const faulty: Target = {
    name: 'faulty',
    covers: [],
    maxBytes: 64,
    slice: 0,
    seeds: () => [{ bytes: new Uint8Array(64), fields: [{ offset: 8, size: 4 }] }],
    run: (input) => promise(!input.subarray(0, input.length >> 1).includes(7), 'no 7'),
  };

  test('makes the same input of the same numbers', () => {
    const inputs = [1, 1, 2].map((seed) => inputOf(faulty, faulty.seeds(), seed, 5));
    expect(inputs[0]).toEqual(inputs[1]);
    expect(inputs[0]).not.toEqual(inputs[2]);
  });

  test('finds a fault and shrinks its input', async () => {
    const seeds = faulty.seeds();
    let run = 0;
    while ((await problemOf(faulty, inputOf(faulty, seeds, 1, run), 0)) === null) run += 1;
    const small = await shrink(
      inputOf(faulty, seeds, 1, run),
      async (input) => (await problemOf(faulty, input, 0)) !== null,
    );
    expect(small.length).toBeLessThan(64);
    expect(small.filter((byte) => byte !== 0)).toEqual(Uint8Array.of(7));
  });

  test('never changes a seed and keeps inputs within bounds', () => {
    const seeds = faulty.seeds();
    for (let run = 0; run < 5000; run++) expect(inputOf(faulty, seeds, 3, run).length).toBeLessThanOrEqual(64);
    expect(seeds).toEqual(faulty.seeds());
  });
});
