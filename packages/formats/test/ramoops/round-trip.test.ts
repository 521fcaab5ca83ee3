import { fc, test as property } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { gaps, type Hints, hull, type PstoreRecord } from '../../src/index.js';
import { eccGeometry, type RamoopsRecord } from '../../src/ramoops/index.js';
import { type Choice, choices, type Medium, mediumOf } from './media.js';
import { codesOf, readAll } from './read.js';

const runs = { numRuns: 60 };

function given(medium: Medium): Hints {
  return { ramoops: medium.sizes, asKernel: medium.kernel };
}

/** The end of what was written, as far as the ring holds it. */
function kept(medium: Medium, record: RamoopsRecord): Uint8Array {
  const zone = medium.zones.find(({ type, index }) => type === record.type && index === (record.index ?? 0));
  const capacity = eccGeometry(zone?.size ?? 0, medium.sizes.eccSize, medium.arrangement.blockCount)?.capacity ?? 0;
  return record.payload.subarray(Math.max(0, record.payload.length - capacity));
}

function expectRecords(medium: Medium, records: readonly PstoreRecord[]): void {
  const live = records.filter(({ state }) => state === 'live');
  for (const record of medium.records.filter(({ type }) => type !== 'ftrace')) {
    const found = live.find(({ type, id }) => type === record.type && id === BigInt(record.index ?? 0));
    const text = record.type === 'dmesg' ? medium.texts.get(record) : kept(medium, record);
    expect(
      found && Buffer.from(found.payload.bytes).equals(text ?? new Uint8Array(0)),
      `${record.type} ${record.index}`,
    ).toBe(true);
    if (record.type === 'dmesg') expect(found?.time).toEqual(record.time);
  }
  const traced = medium.records.filter(({ type }) => type === 'ftrace');
  const calls = traced.reduce((sum, record) => sum + Math.floor(kept(medium, record).length / 24), 0);
  expect(live.find(({ type }) => type === 'ftrace')?.payload.bytes.length ?? 0).toBe(calls * 24);
  const files = live.map(({ file }) => file?.name);
  expect(files.length).toBe(medium.records.length - Math.max(0, traced.length - 1));
}

describe('what is written is read', () => {
  property.prop([choices], runs)('with the parameters given', (choice) => {
    const medium = mediumOf(choice);
    const { records, findings } = readAll(medium.bytes, given(medium));
    expectRecords(medium, records);
    expect(codesOf(findings).filter((code) => code.startsWith('ecc.') || code.startsWith('zone.inv'))).toEqual([]);
  });

  property.prop([choices], runs)('with none', (choice) => {
    const medium = mediumOf(choice);
    const { records } = readAll(medium.bytes);
    expectRecords(medium, records);
  });

  property.prop([choices, fc.nat({ max: 255 }), fc.constantFrom(0, 4096, 0x30000)], { numRuns: 20 })(
    'with none, inside a larger medium',
    (choice, filler, before) => {
      const medium = mediumOf(choice);
      const larger = new Uint8Array(before + medium.bytes.length + 0x21000).fill(filler);
      larger.set(medium.bytes, before);
      expectRecords(medium, readAll(larger).records);
    },
  );
});

describe('damage within reach of ECC', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 40 });

  property.prop([choices.filter((choice) => choice.eccSize > 0), damage], runs)(
    'is repaired and noted',
    (choice, hits) => {
      const medium = mediumOf(choice);
      const { eccSize } = medium.sizes;
      const bytes = medium.bytes.slice();
      const perBlock = new Map<string, number>();
      let damaged = 0;
      for (const [where, xor] of hits) {
        const zone = medium.zones[where % medium.zones.length]!;
        const geometry = eccGeometry(zone.size, eccSize, medium.arrangement.blockCount)!;
        const at = where % geometry.capacity;
        const block = `${zone.start} ${Math.floor(at / 128)}`;
        const place = zone.start + 12 + at;
        if ((perBlock.get(block) ?? 0) >= eccSize >> 1 || bytes[place] !== medium.bytes[place]) continue;
        perBlock.set(block, (perBlock.get(block) ?? 0) + 1);
        bytes[place] = bytes[place]! ^ xor;
        damaged += 1;
      }
      const { records } = readAll(bytes, given(medium));
      expectRecords(medium, records);
      // Damage behind the end of a log is not looked at; the rest is counted, byte for byte.
      const corrected = records.reduce((sum, record) => sum + (record.ecc?.corrected ?? 0), 0);
      const spans = records.flatMap(({ payload }) => payload.spans).filter(({ how }) => how === 'corrected');
      expect(corrected).toBeLessThanOrEqual(damaged);
      expect(spans.every(({ from }) => from !== null && bytes[from.start] !== medium.bytes[from.start])).toBe(true);
    },
  );
});

describe('any bytes at all', () => {
  const damages = fc.array(fc.tuple(fc.nat({ max: 0x1ffff }), fc.uint8Array({ minLength: 1, maxLength: 300 })), {
    maxLength: 6,
  });
  type Damages = [number, Uint8Array][];
  function damagedMedium(choice: Choice, patches: Damages, cut: number): { bytes: Uint8Array; hints: Hints } {
    const medium = mediumOf(choice);
    const bytes = medium.bytes.slice(0, Math.max(16, medium.bytes.length - (cut % medium.bytes.length)));
    for (const [at, patch] of patches)
      bytes.set(patch.subarray(0, Math.max(0, bytes.length - (at % bytes.length))), at % bytes.length);
    return { bytes, hints: given(medium) };
  }

  function expectAccounted(bytes: Uint8Array, hints: Hints): void {
    const { records, findings, areas } = readAll(bytes, hints);
    for (const { payload, stored, text } of records) {
      expect(payload.spans.reduce((sum, span) => sum + span.length, 0)).toBe(payload.bytes.length);
      expect(text.spans.reduce((sum, span) => sum + span.length, 0)).toBe(text.bytes.length);
      expect(stored.start).toBeLessThanOrEqual(stored.end);
      let at = 0;
      for (const span of payload.spans) {
        if (span.how === 'copied') {
          const medium = bytes.subarray(span.from?.start, span.from?.end);
          expect(Buffer.from(payload.bytes.subarray(at, at + span.length)).equals(medium)).toBe(true);
        }
        at += span.length;
      }
    }
    const told = [
      ...records.map(({ stored }) => stored),
      ...findings.flatMap((finding) =>
        finding.code.startsWith('area.') && finding.code !== 'area.slack' ? [] : (finding.at ?? []),
      ),
    ];
    for (const area of areas) expect(gaps(area, told), JSON.stringify(hull(told))).toEqual([]);
  }

  property.prop([choices, damages, fc.nat({ max: 0x1ffff })], runs)(
    'a damaged medium: every byte is told of',
    (choice, patches, cut) => {
      const { bytes, hints } = damagedMedium(choice, patches, cut);
      expectAccounted(bytes, hints);
      expectAccounted(bytes, {});
    },
  );

  property.prop([fc.uint8Array({ maxLength: 2000 })])('random bytes', (bytes) => expectAccounted(bytes, {}));
});
