// Packs the three packages and looks at what a person who installs them would get. Needs a build.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('..', import.meta.url));
// Below the root, so that imports of the packed packages find their dependencies.
const place = join(root, 'node_modules/.cache/check-packages');
const installed = join(place, 'node_modules');

/** Scripts that npm runs at the one who installs. */
const installScripts = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];

/** What the program is made of: one bundle, with the licences of what is in it. */
const programFiles = [
  'THIRD-PARTY.md',
  'bin/package.json',
  'bin/pstore-decode.js',
  'dist/pstore-decode.cjs',
  'dist/pstore-decode.cjs.map',
];

const require = createRequire(import.meta.url);
const attwManifest = require.resolve('@arethetypeswrong/cli/package.json');
const attw = join(dirname(attwManifest), JSON.parse(readFileSync(attwManifest, 'utf8')).bin.attw);

const problems = [];
rmSync(place, { recursive: true, force: true });
mkdirSync(place, { recursive: true });
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packages = workspaces.map(pack);
for (const one of packages) await check(one);
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
else
  process.stdout.write(
    `packages: ${packages.map(({ name, files }) => `${name} (${files.length} files)`).join(', ')} are in order\n`,
  );

/** Packs a workspace and unpacks it where an install would. */
function pack(folder) {
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', place, '--workspace', folder], root),
  );
  const tarball = join(place, packed.filename);
  const home = join(installed, packed.name);
  mkdirSync(home, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', home], root);
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return { folder, name: packed.name, tarball, home, manifest, files: filesBelow(home) };
}

async function check(one) {
  const { name, folder, manifest, files } = one;
  const say = (problem) => problems.push(`${name}: ${problem}`);
  const expected = expectedFiles(join(root, folder), manifest);
  for (const file of files.filter((f) => !expected.includes(f))) say(`${file} is packed but has no place there`);
  for (const file of expected.filter((f) => !files.includes(f))) say(`${file} is not packed: build first`);
  for (const script of installScripts)
    if (manifest.scripts?.[script] !== undefined) say(`script ${script} runs at install`);
  for (const target of targetsOf(manifest)) {
    if (!files.some((file) => matches(target, file))) say(`${target} of package.json is not packed`);
  }
  for (const file of files.filter((f) => f.endsWith('.map'))) checkMap(one, file, say);
  for (const file of files.filter((f) => f.endsWith('.d.ts') && f.startsWith('dist/'))) {
    if (/from 'binary-parser'/.test(readFileSync(join(one.home, file), 'utf8')))
      say(`${file} shows types of binary-parser`);
  }
  checkVersions(one, say);
  await lint(one, say);
  if (expected.every((f) => files.includes(f))) load(one, say);
}

/** Of every source its four outputs and itself; nothing else that a build may have left behind. */
function expectedFiles(folder, { bin }) {
  const always = ['LICENSE', 'package.json', ...(existsSync(join(folder, 'README.md')) ? ['README.md'] : [])];
  if (bin !== undefined) {
    const schemas = filesBelow(join(folder, 'schema')).map((file) => `schema/${file}`);
    return [...always, ...programFiles, ...schemas];
  }
  const sources = filesBelow(join(folder, 'src'));
  const compiled = sources.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  const modules = compiled.map((file) => `dist/${file.replace(/\.ts$/, '')}`);
  const outputs = modules.flatMap((module) => ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((end) => module + end));
  return [...always, ...sources.map((file) => `src/${file}`), ...outputs];
}

/** Every file that `exports` and `bin` name. */
function targetsOf({ exports = {}, bin = {} }) {
  const flat = (value) => (typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(flat));
  return [...flat(exports), ...flat(bin)].map((path) => posix.normalize(path));
}

function matches(target, file) {
  const [before, after] = target.split('*');
  return after === undefined ? file === target : file.startsWith(before) && file.endsWith(after);
}

/** A map leads to sources that are there, or carries them. */
function checkMap({ home }, file, say) {
  const map = JSON.parse(readFileSync(join(home, file), 'utf8'));
  map.sources.forEach((source, i) => {
    const found = existsSync(resolve(home, dirname(file), map.sourceRoot ?? '', source));
    if (!found && typeof map.sourcesContent?.[i] !== 'string') say(`${file} leads to ${source}, which is not packed`);
  });
}

/** Packages of this repository are released together. */
function checkVersions({ manifest }, say) {
  for (const other of packages) {
    const wanted = manifest.dependencies?.[other.name];
    if (wanted !== undefined && wanted !== other.manifest.version)
      say(`needs ${other.name} ${wanted}, not ${other.manifest.version}`);
  }
}

async function lint({ tarball, manifest }, say) {
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    strict: true,
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
  });
  for (const message of messages) say(`publint: ${message.type}: ${formatMessage(message, pkg, { color: false })}`);
  // A program offers no types.
  if (manifest.exports?.['.'] === undefined) return;
  try {
    run(
      process.execPath,
      [
        attw,
        tarball,
        '--profile',
        'esm-only',
        '--no-definitely-typed',
        '--format',
        'ascii',
        '--no-color',
        '--no-emoji',
      ],
      root,
    );
  } catch (error) {
    // Of each entry point the resolutions that count and are not in order.
    const bad = String(error.stdout)
      .split('\n')
      .filter((text) => /^("|node16 \(from ESM\)|bundler)/.test(text) && !/: OK/.test(text));
    say(`attw: ${bad.join(' ').trim() || error.stderr}`);
  }
}

/** Each export loads, and the program starts, from the packed files alone. */
function load({ name, home, manifest }, say) {
  const entries = Object.entries(manifest.exports ?? {}).filter(([, target]) => typeof target !== 'string');
  const imports = entries.map(([subpath]) => `await import(${JSON.stringify(posix.join(name, subpath))});`).join('');
  const attempts = [
    ['--input-type=module', '--eval', imports],
    ...Object.values(manifest.bin ?? {}).map((bin) => [join(home, bin), '--version']),
  ];
  for (const attempt of attempts) {
    try {
      run(process.execPath, attempt, place);
    } catch (error) {
      const reason =
        String(error.stderr)
          .split('\n')
          .find((text) => /^\w*Error\b/.test(text)) ?? error.message;
      say(`node ${attempt.join(' ')}: ${reason}`);
    }
  }
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
}
