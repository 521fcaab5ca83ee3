import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logBuffers, pmsgHeader } from '../../../src/payload/android/index.js';
import { isBinaryBuffer } from '../../../src/payload/android/layout.js';

const page = readFileSync(new URL('../../../../../docs/android.md', import.meta.url), 'utf8');

/** The rows of the table whose head has this cell; cells without backticks. */
function table(head: string): string[][] {
  const tables = page.match(/(?:^\|.*\n)+/gm) ?? [];
  const lines = tables.find((found) => found.split('\n')[0]?.includes(` ${head} `))?.split('\n') ?? [];
  return lines.slice(2, -1).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

test('docs/android.md has the frame as the code has it', () => {
  const fields = pmsgHeader.fields.map(({ name, offset, field }) => [`${offset}`, `${field.size}`, name, field.doc]);
  expect(table('field')).toEqual(fields);
});

test('and the buffers', () => {
  expect(table('buffer')).toEqual(
    logBuffers.map((name, id) => [`${id}`, name, isBinaryBuffer(id) ? 'events' : 'text']),
  );
});
