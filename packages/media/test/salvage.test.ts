import { deflateRawSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import type { Backend, FileReader, Finding, PstoreRecord } from '@pstore-decode/formats';
import { FormatError, fuel } from '@pstore-decode/formats/bytes';
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
    // The first three look for a container, search, and look for a table of partitions.
    expect([records.length, read]).toEqual([3, [64, 64, 64, 64, 64, 64]]);
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

describe('files known by their paths', () => {
  /** Gives a record for each file whose path begins with its name, nameless ones too if told so. */
  const fakeReader = (name: string, parts: Partial<FileReader> = {}): FileReader => ({
    name,
    claims: (path) => path.startsWith(name),
    *records(files) {
      for (const { content } of files) {
        const { start = 0, end = 0 } = content.spans[0]?.from ?? {};
        yield { ...fakeRecord({ range: { start, end }, content, hits: [] }), backend: name };
      }
    },
    ...parts,
  });
  const nameless = (parts: Partial<FileReader> = {}) => fakeReader('n', { claims: (path) => path === '', ...parts });
  const withFiles = (...files: (readonly [path: string, start: number, end: number])[]): RandomAccessSource => ({
    ...fromBytes(medium),
    files: files.map(([path, start, end]) => ({ path, range: { start, end } })),
  });
  const shown = (records: readonly PstoreRecord[]) => records.map(({ backend, stored }) => [backend, stored.start]);

  test('go to the first reader that claims them, and the rest is searched', async () => {
    const asked: unknown[] = [];
    const curious = fakeReader('a', {
      *records(files, _report, hints) {
        asked.push(hints, ...files.map(({ path, content }) => [path, content.bytes.length]));
        yield* fakeReader('a').records(files, () => undefined, {}, fuel());
      },
    });
    const source = withFiles(['a1', 0, 5], ['b1', 18, 22], ['x', 22, 25], ['a2', 25, 31]);
    const { records, findings } = await salvageAll(source, {
      backends: [good],
      fileReaders: [curious, fakeReader('b'), fakeReader('a')],
      hints: { compression: 'lzo' },
    });
    expect(asked).toEqual([{ compression: 'lzo' }, ['a1', 5], ['a2', 6]]);
    // The marks at 3, 20 and 30 stand in claimed files.
    expect(shown(records)).toEqual([
      ['a', 0],
      ['a', 25],
      ['b', 18],
      ['fake', 62],
    ]);
    expect(findings).toEqual([]);
  });

  test('are not searched where they are all there is', async () => {
    const curious = fakeBackend({}, { areas: () => [{ start: 0, end: 64 }] });
    const source = withFiles(['a1', 0, 64]);
    const { records } = await salvageAll(source, { backends: [curious], fileReaders: [fakeReader('a')] });
    expect(shown(records)).toEqual([['a', 0]]);
    const silent = fakeReader('a', { records: () => [] });
    const none = await salvageAll(source, { backends: [curious], fileReaders: [silent, nameless()] });
    expect(none.records).toEqual([]);
  });

  test('that nobody claims are searched', async () => {
    const source = withFiles(['x', 0, 64]);
    const { records } = await salvageAll(source, { backends: [good], fileReaders: [fakeReader('a'), nameless()] });
    expect(records.map(({ stored }) => stored.start)).toEqual(hits);
  });

  test('do not widen the ranges to search', async () => {
    const { records } = await salvageAll(withFiles(['a1', 0, 4]), {
      backends: [good],
      fileReaders: [fakeReader('a')],
      within: [
        { start: 2, end: 8 },
        { start: 28, end: 40 },
      ],
    });
    expect(shown(records)).toEqual([
      ['a', 0],
      ['fake', 30],
    ]);
  });

  test('what was wrong at opening is told first', async () => {
    const told: Finding = { code: 'limit.files', at: null, detail: 'more than 1' };
    const { findings } = await salvageAll({ ...fromBytes(medium), findings: [told] }, { backends: [good] });
    expect(findings).toEqual([told]);
  });

  test('a FormatError of a reader is a finding, and the next goes on; a bug comes through', async () => {
    const failing = (error: Error) =>
      fakeReader('a', {
        *records(files) {
          yield* fakeReader('a').records(files, () => undefined, {}, fuel());
          throw error;
        },
      });
    const source = withFiles(['a1', 0, 5], ['b1', 18, 22], ['a2', 22, 31]);
    const claim = new FormatError('bytes.claim', '7 where at most 5 fits');
    const options = (error: Error) => ({ backends: [], fileReaders: [failing(error), fakeReader('b')] });
    const { records, findings } = await salvageAll(source, options(claim));
    expect(shown(records)).toEqual([
      ['a', 0],
      ['a', 22],
      ['b', 18],
    ]);
    expect(findings).toEqual([{ code: 'bytes.claim', at: { start: 0, end: 31 }, detail: '7 where at most 5 fits' }]);
    await expect(salvageAll(source, options(new TypeError('ours')))).rejects.toThrow('ours');
  });

  test('count against the limits', async () => {
    const source = withFiles(['a1', 0, 30], ['a2', 30, 50], ['a3', 50, 64]);
    const reader = fakeReader('a');
    const tired = await salvageAll(source, { backends: [good], fileReaders: [reader], limits: { steps: 45 } });
    expect(tired.records).toEqual([]);
    expect(tired.findings).toEqual([{ code: 'limit.steps', at: { start: 30, end: 50 }, detail: 'more than 45 steps' }]);
    const full = await salvageAll(source, { backends: [good], fileReaders: [reader], maxArea: 45 });
    expect(shown(full.records)).toEqual([
      ['a', 0],
      ['a', 50],
    ]);
    expect(full.findings).toEqual([
      { code: 'limit.area', at: { start: 30, end: 50 }, detail: 'files of more than 45 bytes together' },
    ]);
  });

  test('a file without a name is tried where nothing else gives a record', async () => {
    const readers = { fileReaders: [fakeReader('a'), nameless(), nameless({ name: 'other' })] };
    const { records } = await salvageAll(fromBytes(medium), { backends: [], ...readers });
    expect(records.map(({ stored }) => stored)).toEqual([
      { start: 0, end: 64 },
      { start: 0, end: 64 },
    ]);
    expect((await salvageAll(fromBytes(medium), { backends: [good], ...readers })).records).toHaveLength(4);
    expect((await salvageAll(withFiles(['x', 0, 64]), { backends: [], ...readers })).records).toHaveLength(2);
    const within = [{ start: 0, end: 64 }];
    expect((await salvageAll(fromBytes(medium), { backends: [], ...readers, within })).records).toEqual([]);
    for (const size of [0, (1 << 20) + 1]) {
      const source = fromBytes(new Uint8Array(size));
      expect((await salvageAll(source, { backends: [], ...readers })).records).toEqual([]);
    }
  });
});

describe('the readers of THE LIST', () => {
  const dump = deflateRawSync('Panic#1 Part2\n<0>[    1.0] the end\n');
  const cases: [what: string, source: RandomAccessSource, texts: number][] = [
    ['a compressed file by its name', named('dmesg-efi-170000000002001.enc.z', dump), 1],
    ['the same without its name', fromBytes(new Uint8Array(dump)), 1],
    ['the same under another name', named('crash.bin', dump), 1],
    ['a plain one by its name', named('dmesg-efi-170000000002001', Buffer.from('text\n')), 1],
    ['a plain one without', fromBytes(Buffer.from('Panic#1 Part2\n<0>[    1.0] the end\n')), 0],
  ];
  test.each(cases)('%s', async (_, source, texts) => {
    const { records } = await salvageAll(source);
    expect(records).toHaveLength(texts);
  });

  function named(path: string, bytes: Uint8Array): RandomAccessSource {
    const all = new Uint8Array(bytes);
    return { ...fromBytes(all), files: [{ path, range: { start: 0, end: all.length } }] };
  }
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
