import { readdirSync, readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fuel, type PstoreRecord, trace } from '../src/index.js';
import { readKernelFiles } from '../src/pstorefs/read.js';
import { efiSeeds } from './efi/media.js';
import { readAll as readEfi } from './efi/read.js';
import { erstSeeds } from './erst/media.js';
import { readAll as readErst } from './erst/read.js';
import { mtdoopsSeeds } from './mtdoops/media.js';
import { readAll as readMtdoops } from './mtdoops/read.js';
import { nvramSeeds } from './nvram/media.js';
import { readAll as readNvram } from './nvram/read.js';
import { bytesOf, readAll as readRamoops } from './ramoops/read.js';
import { zoneSeeds } from './zone/media.js';
import { readAll as readZones } from './zone/read.js';

interface Seed {
  readonly bytes: Uint8Array;
  readonly fields: readonly { readonly offset: number; readonly size: number }[];
}

const backends: readonly (readonly [
  vectors: string,
  read: (medium: Uint8Array) => { readonly records: readonly PstoreRecord[] },
  seeds: () => readonly Seed[],
])[] = [
  ['ramoops', readRamoops, () => []],
  ['blk', readZones, zoneSeeds],
  ['efi', readEfi, efiSeeds],
  ['erst', readErst, erstSeeds],
  ['nvram', readNvram, nvramSeeds],
  ['mtdoops', readMtdoops, mtdoopsSeeds],
];

/** Media that a kernel wrote. */
function vectorsOf(folder: string): Uint8Array[] {
  const root = new URL(`../../../test-vectors/${folder}/`, import.meta.url);
  return readdirSync(root).flatMap((name) => {
    if (name.startsWith('damaged-') || name === 'u-boot-fixtures') return [];
    const { medium } = JSON.parse(readFileSync(new URL(`${name}/expected.json`, root), 'utf8'));
    return [new Uint8Array(readFileSync(new URL(`${name}/${medium}`, root)))];
  });
}

/** One field after the other in the hands of damage, every third of them. */
function* damagedCopies({ bytes, fields }: Seed): Generator<Uint8Array> {
  for (const [i, { offset, size }] of fields.entries()) {
    if (i % 3 !== 0) continue;
    const copy = bytes.slice();
    copy.fill(i % 2 === 0 ? 0xff : 0x00, offset, offset + size);
    yield copy;
  }
}

/** The states of records that were graded; every record that is not live has a grade with its reasons, no live one has. */
function statesOf(records: readonly PstoreRecord[]): string[] {
  for (const { state, grade, findings } of records) {
    expect(grade === undefined, state).toBe(state === 'live');
    if (state === 'carved') expect(grade).not.toBe('certain');
    if (grade === 'probable') expect(findings).not.toEqual([]);
  }
  return records.map(({ state }) => state);
}

describe.each(backends)('%s', (folder, read, seeds) => {
  test('every record of a vector that is not live has a grade', () => {
    const states = vectorsOf(folder).flatMap((medium) => statesOf(read(medium).records));
    expect(states.length).toBeGreaterThan(2);
  }, 60_000);

  test.runIf(seeds().length > 0)(
    'and of damaged media',
    () => {
      const media = seeds().flatMap((seed) => [...damagedCopies(seed)]);
      const states = media.flatMap((medium) => statesOf(read(medium).records));
      expect(states.filter((state) => state !== 'live').length).toBeGreaterThan(10);
    },
    60_000,
  );
});

test('a file without a name', () => {
  const dump = 'Panic#2 Part3\n<5>[    0.000000] Linux version 6.1.192 (root@host)\n<0>[    1.000000] end\n';
  const content = trace(new Uint8Array(deflateRawSync(bytesOf(dump))), 0);
  const records = [...readKernelFiles([{ path: '', content }], () => undefined, {}, fuel())];
  expect(statesOf(records)).toEqual(['hidden']);
  expect(records[0]?.grade).toBe('certain');
});
