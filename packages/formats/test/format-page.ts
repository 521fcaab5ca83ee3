import { readFileSync } from 'node:fs';

/** A page of `docs/formats/`. */
export function formatPage(name: string): string {
  return readFileSync(new URL(`../../../docs/formats/${name}`, import.meta.url), 'utf8');
}

/**
 * The rows of the first table of a page behind a place, without its head; cells without backticks.
 * @param behind a line of the page, or the beginning of one, as a regular expression
 */
export function tableBehind(page: string, behind: string): string[][] {
  const [, section = ''] = page.split(new RegExp(`^${behind}`, 'm'));
  const [first = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  const rows = first.trimEnd().split('\n').slice(2);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
