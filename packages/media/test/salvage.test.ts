import { fc, test } from '@fast-check/vitest';
import type { Backend, Finding, PstoreRecord } from '@pstore-decode/formats';
import { FormatError } from '@pstore-decode/formats/bytes';
import { fromBytes, type RandomAccessSource, type SalvageOptions, salvage, sourceFrom } from '@pstore-decode/media';
import { describe, expect } from 'vitest';
import { fakeBackend, fakeRecord, signature } from './fake-backend.js';
import { faultyMedium } from './faulty-medium.js';

fc.configureGlobal({ seed: 1905 });

const mark = signature([0x43, 0x47]);
const medium = new Uint8Array(64);
for (const at of [3, 20, 21 + 9, 62]) medium.set(mark.bytes, at);
const hits = [3, 20, 30, 62];

const good = fakeBackend({ signatures: [mark] });

describe('the pipeline', () => {
  test('gives the records of every area of every backend, in order', async () => {
    const other = fakeBackend(
      { signatures: [signature([0], [0])] },
      { name: 'other', areas: () => [{ start: 0, end: 2 }] },
    );
    const { records, findings } = await salvageAll(fromBytes(medium), { backends: [good, other, good] });
    const found = [3, 20, 30, 62].map((start) => ({ start, end: Math.min(64, start + 4) }));
    expect(records.map(({ stored }) => stored)).toEqual([...found, { start: 0, end: 2 }, ...found]);
    expect(records[0]?.payload).toEqual({
      bytes: Uint8Array.of(0x43, 0x47, 0, 0),
      spans: [{ length: 4, from: { start: 3, end: 7 }, how: 'copied' }],
    });
    expect(findings).toEqual([]);
  });

  test('hands hits, size and hints to the backend, and to each area its own hits', async () => {
    const hints = { ramoops: { memSize: 64 } };
    const asked: unknown[] = [];
    const areas: unknown[] = [];
    const curious = fakeBackend(
      { signatures: [mark] },
      {
        areas(...[given, size, hinted]) {
          asked.push(given, size, hinted);
          return [
            { start: 0, end: 64 },
            { start: 4, end: 30 },
            { start: 31, end: 31 },
          ];
        },
        records(area) {
          areas.push([area.range, area.content.bytes.length, area.hits]);
          return [];
        },
      },
    );
    await salvageAll(fromBytes(medium), { backends: [curious], hints });
    expect(asked).toEqual([hits, 64, hints]);
    expect(areas).toEqual([
      [{ start: 0, end: 64 }, 64, hits],
      [{ start: 4, end: 30 }, 26, [20]],
      [{ start: 31, end: 31 }, 0, []],
    ]);
  });

  test('asks a backend for its areas though nothing was found', async () => {
    const named = fakeBackend({}, { areas: () => [{ start: 8, end: 16 }] });
    const { records } = await salvageAll(fromBytes(medium), { backends: [named] });
    expect(records.map(({ stored }) => stored)).toEqual([{ start: 8, end: 16 }]);
  });

  test('takes THE LIST where no backends are given', async () => {
    expect(await salvageAll(fromBytes(new Uint8Array(4096)))).toEqual({ records: [], findings: [] });
  });
});

describe('what goes wrong in a walk', () => {
  const failing = (error: unknown, where: 'areas' | 'call' | 'first' | 'second'): Backend =>
    fakeBackend(
      { signatures: [mark] },
      {
        areas(found, size) {
          if (where === 'areas') throw error;
          return good.areas(found, size, {}, () => undefined);
        },
        records(area) {
          if (area.range.start !== 20) return [fakeRecord(area)];
          if (where === 'call') throw error;
          return (function* () {
            if (where === 'first') throw error;
            yield fakeRecord(area);
            throw error;
          })();
        },
      },
    );
  const claim = new FormatError('bytes.claim', '7 where at most 5 fits', { start: 1, end: 2 });
  const range = { start: 20, end: 24 };
  const table: [where: 'areas' | 'call' | 'first' | 'second', starts: number[], at: unknown][] = [
    ['areas', [], null],
    ['call', [3, 30, 62], range],
    ['first', [3, 30, 62], range],
    ['second', [3, 20, 30, 62], range],
  ];
  test.each(table)('a FormatError of %s is a finding, and the others go on', async (where, starts, at) => {
    const { records, findings } = await salvageAll(fromBytes(medium), { backends: [failing(claim, where), good] });
    expect(records.map(({ stored }) => stored.start)).toEqual([...starts, ...hits]);
    expect(findings).toEqual([{ code: 'bytes.claim', at, detail: '7 where at most 5 fits' }]);
  });

  test.each(table)('any other exception of %s is a bug and comes through', async (where) => {
    const bug = new TypeError('undefined is not a function');
    await expect(salvageAll(fromBytes(medium), { backends: [failing(bug, where)] })).rejects.toBe(bug);
  });

  test('an error of the source comes through', async () => {
    const broken: RandomAccessSource = {
      size: 64,
      read: () => Promise.reject(new FormatError('bytes.short', 'not ours')),
    };
    await expect(salvageAll(broken, { backends: [good] })).rejects.toThrow('not ours');
  });

  test('a range outside of the medium is a bug of the backend', async () => {
    const wild = fakeBackend({}, { areas: () => [{ start: 0, end: 65 }] });
    await expect(salvageAll(fromBytes(medium), { backends: [wild] })).rejects.toThrow(RangeError);
  });
});

describe('limits', () => {
  test.prop([fc.nat(9)])('records: so many are given, then one finding, and nothing more is tried', async (records) => {
    const { records: given, findings } = await salvageAll(fromBytes(medium), {
      backends: [good, good],
      limits: { records },
    });
    expect(given.map(({ stored }) => stored.start)).toEqual([...hits, ...hits].slice(0, records));
    expect(findings.map(({ code }) => code)).toEqual(records < 8 ? ['limit.records'] : []);
  });

  test('steps: bytes of areas are counted before they are read', async () => {
    const read: number[] = [];
    const source = fromBytes(medium);
    const counting: RandomAccessSource = {
      size: 64,
      read(range, report) {
        read.push(range.end - range.start);
        return source.read(range, report);
      },
    };
    const everything = fakeBackend({}, { areas: () => Array.from({ length: 1000 }, () => ({ start: 0, end: 64 })) });
    const { records, findings } = await salvageAll(counting, { backends: [everything], limits: { steps: 200 } });
    expect([records.length, read]).toEqual([3, [64, 64, 64, 64]]); // the first is the search
    expect(findings).toEqual([{ code: 'limit.steps', at: { start: 0, end: 64 }, detail: 'more than 200 steps' }]);
  });

  test('an area too large is clipped and told', async () => {
    const whole = fakeBackend({}, { areas: () => [{ start: 4, end: 64 }] });
    const { records, findings } = await salvageAll(fromBytes(medium), { backends: [whole], maxArea: 50 });
    expect(records.map(({ stored }) => stored)).toEqual([{ start: 4, end: 54 }]);
    expect(findings).toEqual([
      { code: 'limit.area', at: { start: 54, end: 64 }, detail: 'area of more than 50 bytes' },
    ]);
  });
});

describe('a bad medium', () => {
  test('is told once, whatever the chunk, and records have the holes', async () => {
    const bytes = new Uint8Array(8192).fill(0x11);
    const whole = fakeBackend(
      {},
      {
        areas: (_, size) => [
          { start: 1000, end: 2500 },
          { start: 0, end: size },
        ],
      },
    );
    for (const chunkSize of [100, 512, 1 << 20]) {
      const { readAt } = faultyMedium(bytes, { bad: new Set([2, 3, 9]), end: 8000 });
      const { records, findings } = await salvageAll(sourceFrom(readAt, 8192), { backends: [whole], chunkSize });
      expect(findings.map(({ code, at }) => [code, at?.start, at?.end])).toEqual([
        ['medium.unreadable', 1024, 2048],
        ['medium.unreadable', 4608, 5120],
        ['medium.short', 8000, 8192],
      ]);
      expect(records[0]?.payload.spans.map(({ length, how }) => [how, length])).toEqual([
        ['copied', 24],
        ['filled', 1024],
        ['copied', 452],
      ]);
    }
  });
});

describe('the caller', () => {
  test('may stop: the walk is closed', async () => {
    let isClosed = false;
    const endless = fakeBackend(
      { signatures: [mark] },
      {
        *records(area) {
          try {
            for (;;) yield fakeRecord(area);
          } finally {
            isClosed = true;
          }
        },
      },
    );
    for await (const record of salvage(fromBytes(medium), unexpected, { backends: [endless] })) {
      expect(record.stored.start).toBe(3);
      break;
    }
    expect(isClosed).toBe(true);
  });

  test('may abort, with a reason, before and between records', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const run = async () => {
      for await (const record of salvage(fromBytes(medium), unexpected, { backends: [good], signal: stop.signal })) {
        seen.push(record.stored.start);
        if (seen.length === 2) stop.abort(new Error('enough'));
      }
    };
    await expect(run()).rejects.toThrow('enough');
    expect(seen).toEqual([3, 20]);
    await expect(run()).rejects.toThrow('enough');
    expect(seen).toEqual([3, 20]);
  });

  test('hears nothing twice and its options stay as they are', async () => {
    const options: SalvageOptions = Object.freeze({
      backends: Object.freeze([good]),
      limits: Object.freeze({ steps: 9 }),
    });
    const first = await salvageAll(fromBytes(medium), options);
    expect(await salvageAll(fromBytes(medium), options)).toEqual(first);
  });
});

async function salvageAll(source: RandomAccessSource, options?: SalvageOptions) {
  const records: PstoreRecord[] = [];
  const findings: Finding[] = [];
  for await (const record of salvage(source, (finding) => findings.push(finding), options)) records.push(record);
  return { records, findings };
}

function unexpected(finding: Finding): void {
  throw new Error(`unexpected finding: ${JSON.stringify(finding)}`);
}
