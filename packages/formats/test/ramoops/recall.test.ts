import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PstoreRecord } from '../../src/index.js';
import { readAll, text } from './read.js';

const root = new URL('../../../../', import.meta.url);

/** Every fourth of the damaged media: all of them are measured in docs/recovery.md. */
const step = 4;

interface Corpus {
  readonly base: string;
  readonly cases: readonly { readonly patches: readonly (readonly [number, string])[] }[];
}

function mediaOf(name: string): Uint8Array[] {
  const folder = new URL(`test-vectors/ramoops/${name}/`, root);
  const corpus: Corpus = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8'));
  const base = new Uint8Array(readFileSync(new URL(corpus.base, folder)));
  return corpus.cases
    .filter((_, i) => i % step === 0)
    .map(({ patches }) => {
      const medium = base.slice();
      for (const [at, hex] of patches) medium.set(Buffer.from(hex, 'hex'), at);
      return medium;
    });
}

/** Different lines of more than 8 bytes, as the measure of docs/recovery.md counts them. */
function linesOf(records: readonly PstoreRecord[]): Set<string> {
  const texts = records.filter(({ type }) => type !== 'ftrace').map((record) => text(record.text.bytes));
  return new Set(texts.flatMap((one) => one.split('\n').filter((line) => line.length > 8)));
}

const isPrintable = (line: string) => /^[\t\x20-\x7e]*$/.test(line);

describe.for([
  ['damaged-ecc16-7.2', 0.96, 2.5],
  ['damaged-noecc-7.2', 0.97, 4.5],
] as const)('%s', ([name, least, mostFalse]) => {
  const media = mediaOf(name);
  const truth = linesOf(readAll(media[0] as Uint8Array).records);

  test('most true lines come back, hardly a false one with them', () => {
    let found = 0;
    let wrong = 0;
    for (const medium of media) {
      const { records } = readAll(medium);
      for (const { state, grade } of records) expect(grade === undefined).toBe(state === 'live');
      found += [...linesOf(records)].filter((line) => truth.has(line)).length / truth.size;
      const trusted = linesOf(records.filter(({ grade }) => grade !== 'possible'));
      wrong += [...trusted].filter((line) => !truth.has(line) && isPrintable(line)).length;
    }
    expect(truth.size).toBeGreaterThan(600);
    expect(found / media.length).toBeGreaterThan(least);
    expect(wrong / media.length).toBeLessThan(mostFalse);
  }, 120_000);
});

test('pages and sources that speak of pstore are no media', () => {
  for (const folder of ['docs/', 'packages/formats/src/ramoops/', 'packages/formats/test/ramoops/']) {
    const files = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((path) => /\.(md|ts)$/.test(path))) {
      const { records } = readAll(new Uint8Array(readFileSync(new URL(`${folder}${file}`, root))));
      expect(records, file).toEqual([]);
    }
  }
}, 60_000);
