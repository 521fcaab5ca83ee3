import { readdirSync, readFileSync } from 'node:fs';
import { findingKinds } from '@pstore-decode/formats';
import { describe, expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const document = readFileSync(new URL('docs/findings.md', root), 'utf8');
const codes = Object.keys(findingKinds) as (keyof typeof findingKinds)[];

/** From the heading of each code to the next heading. */
const sections = new Map(
  document
    .split(/^(?=##)/m)
    .filter((section) => section.startsWith('### '))
    .map((section) => [section.split('`')[1] ?? '', section.trimEnd()]),
);

/** What the document says of a code: all of it is the catalogue's, but the place and the detail of the example. */
function sectionOf(code: keyof typeof findingKinds, place: string, detail: string): string {
  const { severity, meaning, action } = findingKinds[code];
  return [
    `### \`${code}\``,
    '',
    `**${severity}**: ${meaning}`,
    '',
    `What to do: ${action}`,
    '',
    '```',
    `${place}: ${severity}: ${meaning}${detail === '' ? '' : `; ${detail}`} [${code}]`,
    '```',
  ].join('\n');
}

describe('docs/findings.md says what the catalogue says', () => {
  test.each(codes)('%s', (code) => {
    const [, place = 'ramoops.bin:0x0-0x1000', severity = '', rest = ''] =
      /^(\S+:(?:-|0x[0-9a-f]+-0x[0-9a-f]+)): ([a-z]+): (.*) \[[a-z.-]+\]$/m.exec(sections.get(code) ?? '') ?? [];
    const { meaning } = findingKinds[code];
    const detail = rest.startsWith(`${meaning}; `) ? rest.slice(meaning.length + 2) : '';
    expect(severity).toBe(findingKinds[code].severity);
    // When this fails, what it expected is the section to paste; give its example a real place and detail.
    expect(sections.get(code)).toBe(sectionOf(code, place, detail));
  });

  test('and nothing more, in the same order', () => {
    expect([...sections.keys()]).toEqual(codes);
  });
});

test('every finding of the catalogue is raised somewhere', () => {
  const sources = ['packages/formats/src/', 'packages/media/src/'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('finding.ts'))
      .map((path) => readFileSync(new URL(`${folder}${path}`, root), 'utf8')),
  );
  expect(sources.length).toBeGreaterThan(20);
  expect(codes.filter((code) => !sources.some((source) => source.includes(`'${code}'`)))).toEqual([]);
});
