import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/** The sources of our packages by the names that they are imported under, the longest first. */
const sources = ['formats', 'media'].flatMap((name) => {
  const { exports } = JSON.parse(readFileSync(join(packageFolder, `../${name}/package.json`), 'utf8'));
  return Object.entries<{ readonly default?: string }>(exports).flatMap(([subpath, { default: built }]) => {
    const source = built?.replace('./dist/', `../${name}/src/`).replace(/\.js$/, '.ts');
    return source === undefined ? [] : [[`@pstore-decode/${name}${subpath.slice(1)}`, source] as const];
  });
});
sources.sort(([a], [b]) => b.length - a.length);

/** The program as it is published, made of the sources as they are now, by the flags of the package's own script. */
export function bundle(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pstore-decode-bundle-'));
  const outfile = join(folder, 'pstore-decode.cjs');
  const script: string = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).scripts.bundle;
  const [esbuild = ''] = script.split(' && ');
  const flags = esbuild
    .split(' ')
    .slice(1)
    .filter((flag) => !flag.startsWith('--outfile'));
  const alias = sources.map(([name, path]) => `--alias:${name}=${path}`);
  execFileSync(
    fileURLToPath(new URL('../../../../node_modules/.bin/esbuild', import.meta.url)),
    [...flags, ...alias, `--outfile=${outfile}`, '--log-level=error'],
    {
      cwd: packageFolder,
    },
  );
  return outfile;
}

/** A line of bash in which `$P` starts the program. */
export function bash(program: string, line: string, env: Readonly<Record<string, string>> = {}) {
  const ran = spawnSync('bash', ['-c', line], {
    env: { ...process.env, P: `${process.execPath} ${program}`, ...env },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}
