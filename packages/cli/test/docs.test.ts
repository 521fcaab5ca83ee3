import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { pstoreDecode } from './support/io.js';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/cli.md', root), 'utf8');

it('shows a record as it is', async () => {
  const shown = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '');
  const { stdout } = await pstoreDecode([fileURLToPath(new URL(shown.input, root)), '--json', '-q']);
  const real = JSON.parse(stdout).records[shown.index - 1];
  expect(real.text.startsWith(shown.text.replace(/…$/, ''))).toBe(true);
  expect({ ...real, input: shown.input, text: shown.text }).toEqual(shown);
});

it('names every command and every flag', async () => {
  for (const command of ['show', 'list', 'extract', 'verify', 'formats']) {
    expect(page).toContain(`pstore-decode ${command === 'show' ? '[show]' : command}`);
    const { stdout } = await pstoreDecode([command, '--help']);
    for (const [flag] of stdout.matchAll(/--[a-z-]+/g)) if (flag !== '--help') expect(page).toContain(flag);
  }
});
