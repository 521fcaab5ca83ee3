import { fc, test } from '@fast-check/vitest';
import type { Backend, Finding, PstoreRecord } from '@pstore-decode/formats';
import { trace } from '@pstore-decode/formats/bytes';
import { describe, expect } from 'vitest';
import { contests, type Reading, settle } from '../src/rivals.js';
import { fakeBackend } from './fake-backend.js';

fc.configureGlobal({ seed: 1905 });

const payload = trace(new Uint8Array(0), 0);
const damage: Finding = { code: 'zone.signature', at: null };

function record(start: number, end: number, findings: readonly Finding[] = []): PstoreRecord {
  return { backend: 'x', type: 'dmesg', state: 'live', stored: { start, end }, payload, text: payload, findings };
}

function reading(backend: string, records: readonly PstoreRecord[], findings: readonly Finding[] = []): Reading {
  return { backend, records, findings };
}

const slack = (start: number, end: number): Finding => ({ code: 'area.slack', at: { start, end } });
const rangesOf = ({ records }: Reading) => records.map(({ stored }) => [stored.start, stored.end]);

describe('the contests', () => {
  const named = (name: string): Backend => fakeBackend({}, { name });
  const [a, b] = [named('a'), named('b')];
  const claim = (backend: Backend, start: number, end: number) => ({ backend, range: { start, end } });

  test('are of areas that overlap those of another backend; the others stand alone, in their order', () => {
    const claims = [
      claim(a, 90, 99),
      claim(a, 0, 10),
      claim(a, 30, 50),
      claim(b, 10, 20),
      claim(b, 40, 60),
      claim(b, 59, 61),
    ];
    const groups = contests(claims);
    expect(groups).toEqual([[claims[0]], [claims[1]], [claims[2], claims[4], claims[5]], [claims[3]]]);
  });

  test('areas of one backend that overlap are no contest', () => {
    const claims = [claim(a, 0, 10), claim(a, 5, 20)];
    expect(contests(claims)).toEqual([[claims[0]], [claims[1]]]);
  });
});

describe('what stays', () => {
  test('the reading of most bytes, and what the other has elsewhere', () => {
    const [big, small] = settle([
      reading('big', [record(0, 10), record(20, 30)]),
      reading(
        'small',
        [record(12, 18), record(28, 33), record(40, 48)],
        [{ code: 'zone.empty', at: { start: 12, end: 13 } }],
      ),
    ]);
    expect(rangesOf(big!)).toEqual([
      [0, 10],
      [20, 30],
    ]);
    expect(rangesOf(small!)).toEqual([[40, 48]]);
    const detail = 'big explains 20 bytes, small explains 19 bytes';
    expect(big!.findings).toEqual([]);
    expect(small!.findings).toEqual([{ code: 'area.ambiguous', at: { start: 28, end: 30 }, detail }]);
  });

  test('bytes of records without damage count first', () => {
    const readings = [reading('large', [record(0, 100, [damage])]), reading('sound', [record(50, 60)])];
    expect(settle(readings).map(rangesOf)).toEqual([[], [[50, 60]]]);
  });

  test('all of those that explain the same', () => {
    const readings = [reading('a', [record(0, 8)]), reading('b', [record(4, 12)])];
    const settled = settle(readings);
    expect(settled.map(rangesOf)).toEqual(readings.map(rangesOf));
    expect(settled.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual(['area.ambiguous']);
  });

  test('slack is what no backend reads; who has no record is silent about those of others', () => {
    const [a, b] = settle([
      reading('a', [record(0, 4)], [slack(4, 64)]),
      reading('b', [record(10, 20)], []),
      reading('none', [], [slack(0, 64), { code: 'zone.signature', at: { start: 8, end: 12 } }]),
    ]);
    expect(a!.findings).toEqual([slack(4, 10), slack(20, 64)]);
    expect(b!.findings).toEqual([]);
  });

  const range = fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 40 }));
  const records = fc.array(
    range.map(([start, length]) => record(start, start + length)),
    { maxLength: 12 },
  );

  test.prop([fc.tuple(records, records, records)])('does not hang on the order of the list', (lists) => {
    const readings = lists.map((list, i) => reading(`${i}`, list));
    const bytes = ({ records: kept }: Reading) => JSON.stringify(rangesOf({ ...readings[0]!, records: kept }));
    const forward = settle(readings).map(bytes);
    const backward = settle([...readings].reverse())
      .map(bytes)
      .reverse();
    const weights = new Set(lists.map((list) => list.reduce((sum, { stored }) => sum + stored.end - stored.start, 0)));
    fc.pre(weights.size === lists.length);
    expect(backward).toEqual(forward);
  });
});
