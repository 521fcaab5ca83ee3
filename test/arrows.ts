import { posix } from 'node:path';
import { freeNames, type Import, imports } from './source-scanner.js';

/** Where the arrows of the house may point. */
export interface ArrowRules {
  /** By folder below `packages/`. */
  readonly packages: Readonly<Record<string, PackageRules>>;
  /** For each npm package the only files that may import it, as paths below `packages/`. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
}

interface PackageRules {
  readonly name: string;
  /** Packages of ours that it may import, by published name. */
  readonly mayImport: readonly string[];
  /** The first row that fits a file is its rule. A file that no row fits is an error. */
  readonly rows: readonly Row[];
  /** The files that may import `node:`. */
  readonly nodeIn: RegExp;
  /** Free names that no file may use. */
  readonly forbidden?: RegExp;
}

/** All patterns are for paths below `src/`, and for the whole path. */
interface Row {
  readonly files: RegExp;
  /** What they may import. `$1` stands for what `files` caught: a backend's own folder. */
  readonly to: string;
  /** What they may import with `import type` alone, besides. */
  readonly types?: string;
}

/** What is wrong with a file, a line for each. `path` is below `packages/`, with slashes. */
export function wrongArrows(rules: ArrowRules, path: string, source: string): string[] {
  const [folder = ''] = path.split('/');
  const own = rules.packages[folder];
  const inside = path.slice(`${folder}/src/`.length);
  const row = own?.rows.find(({ files }) => files.test(inside));
  if (own === undefined || row === undefined) return [`${path}: no rule for this file: add a row`];
  const place: Place = { rules, own, row, path, folder, inside };
  const arrows = imports(source).flatMap((arrow) => {
    const problem = arrow.from === null ? 'a computed place cannot be checked' : problemOf(place, arrow.from, arrow);
    return problem === null ? [] : [`${path}:${arrow.line}: ${arrow.from ?? 'import'}: ${problem}`];
  });
  const names = freeNames(source).filter(({ text }) => own.forbidden?.test(text));
  return [...arrows, ...names.map(({ text, line }) => `${path}:${line}: ${text}: not in this package`)];
}

interface Place {
  readonly rules: ArrowRules;
  readonly own: PackageRules;
  readonly row: Row;
  readonly path: string;
  readonly folder: string;
  readonly inside: string;
}

function problemOf(place: Place, from: string, arrow: Import): string | null {
  const { rules, own, path } = place;
  if (from.startsWith('node:')) return own.nodeIn.test(place.inside) ? null : 'node: is not for this file';
  if (from.startsWith('.')) return problemInside(place, from, arrow);
  const dependency = /^(?:@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from;
  if (Object.values(rules.packages).some(({ name }) => name === dependency)) {
    if (!own.mayImport.includes(dependency)) return 'wrong arrow between packages';
    return from.endsWith('/binary-parser') ? 'generates code: nothing of ours imports it' : null;
  }
  const users = rules.dependencies[dependency];
  if (users === undefined) return 'a dependency without a rule: add a row';
  return users.includes(path) ? null : `only ${users.join(', ')} may import it`;
}

function problemInside({ row, path, folder, inside }: Place, from: string, arrow: Import): string | null {
  const target = posix.join(posix.dirname(path), from).replace(/\.js$/, '.ts');
  if (!target.startsWith(`${folder}/src/`)) return 'leaves the package: import by the published name';
  const caught = row.files.exec(inside)?.[1] ?? '';
  const fits = (pattern: string) =>
    new RegExp(`^(?:${pattern.replaceAll('$1', caught)})$`).test(target.slice(`${folder}/src/`.length));
  if (fits(row.to)) return null;
  if (row.types === undefined || !fits(row.types)) return 'wrong arrow';
  return arrow.typeOnly ? null : 'types alone may be imported from there: `import type`';
}
