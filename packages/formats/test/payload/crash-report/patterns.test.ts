import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const payload = new URL('../../../src/payload/', import.meta.url);
const sources = ['printk', 'crash-report', 'symbols'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, payload)).map((name) => `${folder}/${name}`),
);

/** Lines of code, comments left out: regular expressions stand in literals and in strings. */
const code = (path: string) =>
  readFileSync(new URL(path, payload), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line));

/** A group that comes without bound: where it holds a repetition, work grows with a power of the length, or worse. */
const boundlessGroup = /[^\\]\)(?:[*+]|\{\d{1,5},\})/;

/** Between two boundless repetitions a run of characters can be shared out in as many ways as it is long. */
const boundless = /(?:[^\\]\]|\\[wsdS]|[^\\]\.)[*+]/g;

const literal = /\/(?![/*])(?:[^/\\\n]|\\.){3,}\/[dgimsuy]{0,3}/g;
const patternsIn = (line: string) => [...line.matchAll(literal)].map(([pattern]) => pattern);

test('the sources are read, and a wrong pattern is seen', () => {
  expect(sources).toContain('crash-report/headline.ts');
  expect(sources.flatMap((path) => code(path).flatMap(patternsIn)).length).toBeGreaterThan(80);
  expect(boundlessGroup.test('/^(?:a{1,3})+$/')).toBe(true);
  expect(patternsIn('const a = /^.*x\\w+$/d;').map((pattern) => [...pattern.matchAll(boundless)].length)).toEqual([2]);
});

test.each(sources)('patterns in %s', (path) => {
  const lines = code(path);
  expect(lines.filter((line) => boundlessGroup.test(line))).toEqual([]);
  const patterns = lines.flatMap(patternsIn);
  expect(patterns.filter((pattern) => [...pattern.matchAll(boundless)].length > 1)).toEqual([]);
});
