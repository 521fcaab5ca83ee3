import { createHash } from 'node:crypto';
import { fc, test } from '@fast-check/vitest';
import type { PstoreRecord } from '@pstore-decode/formats';
import { concat, derive, fill, patch } from '@pstore-decode/formats/bytes';
import { describe, expect, it } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { bytesOf, engineOf, liveRecord, mediumError, recordOf } from './support/records.js';
import { complaints } from './support/schema.js';

const full: PstoreRecord = {
  ...liveRecord('dmesg-ramoops-3', 'Oops#7 Part1\n', {
    id: 2n ** 64n - 1n,
    time: { seconds: 1_700_000_000n, nanoseconds: 123_456_000 },
    reason: 'Oops',
    count: 7,
    part: 1,
    compression: 'deflate',
    ecc: { size: 16, corrected: 3, uncorrectable: 1 },
    stored: { start: 0x8000, end: 0x10000 },
    findings: [{ code: 'ecc.corrected', at: { start: 0x8010, end: 0x8020 }, detail: '3 bytes' }],
  }),
  payload: concat(
    patch(bytesOf('abcd', 0x8010), 1, Uint8Array.of(0)),
    fill(2, 0x9000),
    derive(Uint8Array.of(1), bytesOf('xyz')),
  ),
};

async function json(argv: readonly string[], engine: ReturnType<typeof engineOf>) {
  const ran = await pstoreDecode([...argv, '--json'], engine);
  expect(ran.stdout).toMatch(/^[\n -~]*$/);
  const document = JSON.parse(ran.stdout);
  expect(complaints('report', document)).toEqual([]);
  return { ...ran, document };
}

describe('--json', () => {
  it('says all that is known of a record', async () => {
    const { document } = await json(['m'], engineOf({ m: { records: [full] } }));
    expect(document.records).toEqual([
      {
        schema: 'pstore-decode/record/1',
        input: 'm',
        index: 1,
        backend: 'ramoops',
        type: 'dmesg',
        name: 'dmesg-ramoops-3',
        state: 'live',
        id: '18446744073709551615',
        time: '2023-11-14T22:13:20.123456Z',
        reason: 'Oops',
        count: 7,
        part: 1,
        compression: 'deflate',
        stored: { start: 0x8000, end: 0x10000 },
        ecc: { size: 16, corrected: 3, uncorrectable: 1 },
        text: 'Oops#7 Part1\n',
        textBytes: 13,
        sha256: createHash('sha256').update(full.payload.bytes).digest('hex'),
        origin: [
          { length: 1, how: 'copied', start: 0x8010, end: 0x8011 },
          { length: 1, how: 'corrected', start: 0x8011, end: 0x8012 },
          { length: 2, how: 'copied', start: 0x8012, end: 0x8014 },
          { length: 2, how: 'filled', start: 0x9000, end: 0x9002 },
          { length: 1, how: 'derived', start: 0x100, end: 0x103 },
        ],
        findings: [{ code: 'ecc.corrected', severity: 'note', start: 0x8010, end: 0x8020, detail: '3 bytes' }],
      },
    ]);
  });

  it('leaves out what is unknown', async () => {
    const { id: _, ...bare } = recordOf('x', { type: 'console', time: { seconds: 0n, nanoseconds: 0 } });
    const { document } = await json(['m'], engineOf({ m: { records: [bare] } }));
    expect(Object.keys(document.records[0])).toEqual([
      'schema',
      'input',
      'index',
      'backend',
      'type',
      'name',
      'state',
      'stored',
      'text',
      'textBytes',
      'sha256',
      'origin',
      'findings',
    ]);
    expect(document.records[0].name).toBeNull();
  });

  it('gives the bytes along where the text is not theirs', async () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0x9b, 0x62);
    const { document } = await json(['m'], engineOf({ m: { records: [recordOf(bytes)] } }));
    expect(document.records[0]).toMatchObject({ text: 'a\ufffd\ufffdb', lossy: true, textBytes: 4 });
    expect([...Buffer.from(document.records[0].base64, 'base64')]).toEqual([...bytes]);
  });

  it('tells the findings of the medium apart from those of the records', async () => {
    const { document } = await json(
      ['m'],
      engineOf({ m: { records: [full], findings: [...full.findings, { code: 'area.slack', at: null }] } }),
    );
    expect(document.inputs).toMatchObject([
      { input: 'm', size: 0x10000, records: 1, findings: [{ code: 'area.slack', severity: 'note' }] },
    ]);
    expect(document.inputs[0].findings).toHaveLength(1);
  });

  it('is the same document for show, list and verify', async () => {
    const engine = engineOf({ m: { records: [full, recordOf('b')] } });
    const documents = await Promise.all(
      ['show', 'list', 'verify'].map(async (verb) => (await json([verb, 'm'], engine)).stdout),
    );
    expect(new Set(documents).size).toBe(1);
  });

  it('stays one valid document when an input fails, when nothing is found, and after Ctrl-C', async () => {
    const error = mediumError('EIO', 'cannot read', 'make an image');
    const failed = await json(['m', 'missing'], engineOf({ m: { records: [full], error } }));
    expect(failed).toMatchObject({ status: 2, document: { complete: false } });
    expect(failed.document.inputs[1]).toEqual({
      input: 'missing',
      records: 0,
      findings: [],
      error: { detail: 'no such file or folder', hint: 'check the path' },
    });
    const nothing = await json(['m'], engineOf({ m: {} }));
    expect(nothing).toMatchObject({ status: 1, document: { records: [], complete: true } });
    const controller = new AbortController();
    const engine = engineOf({ m: { records: [full, full, full], before: (i) => i === 2 && controller.abort() } });
    const cut = await pstoreDecode(['m', '--json'], engine, { signal: controller.signal });
    expect(cut.status).toBe(130);
    const document = JSON.parse(cut.stdout);
    expect(complaints('report', document)).toEqual([]);
    expect(document).toMatchObject({ complete: false, records: { length: 2 } });
  });
});

describe('--jsonl', () => {
  it('gives a record a line, then an end', async () => {
    const { status, stdout } = await pstoreDecode(
      ['m', '--jsonl'],
      engineOf({ m: { records: [full, recordOf('b\u2028c\r\u0085')] } }),
    );
    const lines = stdout
      .trimEnd()
      .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
      .map((line) => JSON.parse(line));
    expect(status).toBe(0);
    expect(lines.slice(0, 2).flatMap((line) => complaints('record', line))).toEqual([]);
    expect(complaints('end', lines[2])).toEqual([]);
    expect(lines[2]).toMatchObject({ schema: 'pstore-decode/end/1', records: 2, complete: true });
  });

  it('excludes --json', async () => {
    expect((await pstoreDecode(['m', '--jsonl', '--json'], engineOf({}))).stderr).toMatch(
      /^pstore-decode: --json and --jsonl exclude each other\n/,
    );
  });
});

const hostileTime = fc.record({ seconds: fc.bigInt(-(2n ** 64n), 2n ** 64n), nanoseconds: fc.integer() });

test.prop([
  fc.uint8Array(),
  fc.record(
    { time: hostileTime, count: fc.double(), part: fc.integer(), id: fc.bigInt(0n, 2n ** 64n - 1n) },
    { requiredKeys: [] },
  ),
])('any record whatever gives ASCII that the schema accepts and the bytes again', async (bytes, given) => {
  const { document } = await json(['m'], engineOf({ m: { records: [recordOf(bytes, given)] } }));
  const { text, lossy, base64 } = document.records[0];
  expect(Buffer.from(lossy ? base64 : text, lossy ? 'base64' : 'utf8')).toEqual(Buffer.from(bytes));
});

it('joins the parts of a crash, and names those that are missing', async () => {
  const parts = [1, 4, 2].map((part) => recordOf(`part ${part}\n`, { reason: 'Oops', count: 1, part }));
  const { document } = await json(['m'], engineOf({ m: { records: parts } }));
  expect(document.inputs[0].crashes).toEqual([
    { reason: 'Oops', count: 1, records: [2, 3, 1], missing: [{ first: 3, last: 3 }] },
  ]);
});
