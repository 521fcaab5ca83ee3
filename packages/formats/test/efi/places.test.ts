import { describe, expect, test } from 'vitest';
import { efi, encodeEfi } from '../../src/efi/index.js';
import { crashGuidBytes } from '../../src/efi/variable-name.js';
import { dumpPart, tiny } from './media.js';
import { bytesOf, hitsOf, readAll } from './read.js';

describe('the probe', () => {
  test('finds nothing in 16 MiB of noise', () => {
    const noise = new Uint32Array(4 << 20);
    let word = 842;
    for (let i = 0; i < noise.length; i++) {
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
      noise[i] = word;
    }
    expect(hitsOf(new Uint8Array(noise.buffer))).toEqual([]);
  });

  test.each([
    ['the constant of a kernel', [...crashGuidBytes, ...new Uint8Array(90)]],
    ['a driver that names a store', [...bytesOf('$VSS and $SVS are signatures of stores, and so is NVAR')]],
    ['an entry of AMI that is no dump', [...bytesOf('NVAR\x20\0\xff\xff\xff\x83\0StdDefaults\0and so on')]],
  ])('takes %s for nothing', (_, bytes) => {
    expect(hitsOf(Uint8Array.from(bytes))).toEqual([]);
  });

  test('takes as many bytes as there are', () => {
    const medium = encodeEfi({ variables: [dumpPart(1)], geometry: tiny });
    const hits = hitsOf(medium);
    expect(hits).toHaveLength(3);
    for (const hit of hits) {
      for (let end = hit; end < hit + efi.probe.window; end++) efi.probe.accepts(medium.subarray(hit, end));
      expect(efi.probe.accepts(medium.subarray(hit, hit + efi.probe.window))).toBe(true);
    }
  });
});

describe('areas', () => {
  const none = () => undefined;

  test('of a large medium are the surroundings of the hits', () => {
    const hits = [0x1000_0000, 0x1000_0100, 0x4000_0000];
    expect(efi.areas(hits, 0x8000_0000, {}, none)).toEqual([
      { start: 0x1000_0000 - 0x10_0000, end: 0x1000_0100 + 0x40_0000 },
      { start: 0x4000_0000 - 0x10_0000, end: 0x4000_0000 + 0x40_0000 },
    ]);
    expect(efi.areas([], 0x8000_0000, {}, none)).toEqual([]);
  });

  test('hold a store wherever it stands', () => {
    const medium = new Uint8Array(12 << 20);
    medium.set(encodeEfi({ variables: [dumpPart(1), dumpPart(2)] }), 0x50_3000);
    const { records, areas } = readAll(medium);
    expect(records.map(({ part, state }) => [part, state])).toEqual([
      [1, 'live'],
      [2, 'live'],
    ]);
    expect(areas).toHaveLength(1);
    expect((areas[0]?.end ?? 0) - (areas[0]?.start ?? 0)).toBeLessThan(6 << 20);
  });
});
