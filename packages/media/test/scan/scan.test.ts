import { fc, test } from '@fast-check/vitest';
import { backends } from '@pstore-decode/formats';
import { fromBytes, locate, type ScanRow, scan } from '@pstore-decode/media';
import { describe, expect } from 'vitest';
import { fakeBackend, signature } from '../fake-backend.js';

const unexpected = (finding: unknown) => expect.fail(JSON.stringify(finding));

async function rowsOf(bytes: Uint8Array, list = backends): Promise<ScanRow[]> {
  const rows: ScanRow[] = [];
  for await (const row of scan(fromBytes(bytes), unexpected, { backends: list })) rows.push(row);
  return rows;
}

const lettered = (text: string, mask?: readonly number[]) =>
  signature(
    Array.from(text, (letter, i) => (mask?.[i] === 0 ? 0 : letter.charCodeAt(0))),
    mask,
  );

describe('a row', () => {
  const rows: [what: string, fake: ReturnType<typeof signature>, kind: string, confidence: string][] = [
    ['text', lettered('DBGC'), 'DBGC', 'medium'],
    ['long text', lettered('ERSTSTOR'), 'ERSTSTOR', 'high'],
    ['text with a gap', lettered('p...com', [255, 0, 0, 0, 255, 255, 255]), 'p...com', 'medium'],
    ['bytes with a gap', signature([0x5d, 0, 0x01], [255, 0, 255]), '5d..01', 'low'],
  ];
  test.each(rows)('of %s', async (_, row, kind, confidence) => {
    const bytes = new Uint8Array(40);
    bytes.set(row.bytes, 9);
    const fake = fakeBackend({ signatures: [signature([row.bytes[0]!]), row] });
    const found = await rowsOf(bytes, [fake]);
    expect(found[0]).toEqual({ offset: 9, backend: 'fake', kind, confidence });
  });
});

test.prop([fc.uint8Array({ maxLength: 400 }), fc.nat(300)])('rows are the hits of locate', async (noise, at) => {
  const bytes = new Uint8Array(noise.length + at + 16);
  bytes.set(noise, at);
  bytes.set([0x44, 0x42, 0x47, 0x43, 1, 0, 0, 0, 2, 0, 0, 0], at);
  const located = await locate(fromBytes(bytes), backends, unexpected);
  const hits = located.flatMap(({ backend, hits }) => hits.map((offset) => ({ offset, backend: backend.name })));
  expect((await rowsOf(bytes)).map(({ offset, backend }) => ({ offset, backend }))).toEqual(hits);
  expect(hits).toContainEqual({ offset: at, backend: 'ramoops' });
});
