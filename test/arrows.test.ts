// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are sources to read
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ArrowRules, wrongArrows } from './arrows.js';
import { freeNames, imports } from './source-scanner.js';

const backend = '(ramoops|zone|efi|erst|mtdoops|nvram|pstorefs)';
const inBytes = String.raw`bytes/[\w-]+\.ts`;
const kernel = String.raw`kernel-[\w-]+\.ts`;

/** THE ARROWS: cli → media → formats, and inside formats by folder. */
const rules: ArrowRules = {
  packages: {
    formats: {
      name: '@pstore-decode/formats',
      mayImport: [],
      nodeIn: /^(?!)/,
      forbidden:
        /^(console|eval|Function|globalThis|Buffer|process|Date|performance|fetch|set(Timeout|Interval|Immediate)|queueMicrotask)$/,
      rows: [
        { files: /^bytes\//, to: inBytes, types: String.raw`finding\.ts` },
        { files: /^ecc\//, to: 'ecc/.*' },
        { files: /^compress\//, to: `${inBytes}|compress/.*` },
        {
          files: /^payload\//,
          to: String.raw`${inBytes}|payload/.*|(record|finding|kernel-version)\.ts`,
        },
        {
          files: /^dump\//,
          to: String.raw`${inBytes}|(dump|compress|payload)/.*|(record|finding|kernel-version)\.ts`,
        },
        {
          files: new RegExp(`^${backend}/`),
          to: String.raw`$1/.*|${inBytes}|(ecc|compress|dump|payload)/.*|(record|finding|backend)\.ts|${kernel}`,
          types: String.raw`(named-file|partition-table)\.ts`,
        },
        { files: /^partition-table\.ts$/, to: inBytes },
        { files: /^finding\.ts$/, to: inBytes },
        { files: /^record\.ts$/, to: String.raw`${inBytes}|finding\.ts` },
        { files: /^kernel-version\.ts$/, to: '(?!)' },
        { files: /^kernel-[\w-]+\.ts$/, to: String.raw`${inBytes}|(record|finding)\.ts|${kernel}` },
        { files: /^interpret\.ts$/, to: String.raw`${inBytes}|payload/index\.ts|(record|finding)\.ts` },
        { files: /^crash\.ts$/, to: String.raw`${inBytes}|payload/dmesg\.ts|record\.ts` },
        {
          files: /^backend\.ts$/,
          to: String.raw`${inBytes}|(record|finding)\.ts|kernel-version\.ts`,
          types: String.raw`partition-table\.ts|${backend}/parameters\.ts`,
        },
        {
          files: /^backends\.ts$/,
          to: String.raw`${backend}/index\.ts`,
          types: String.raw`backend\.ts`,
        },
        { files: /^named-file\.ts$/, to: String.raw`${inBytes}|(record|finding|backend)\.ts` },
        {
          files: /^file-readers\.ts$/,
          to: String.raw`${backend}/(index|variable-files)\.ts`,
          types: String.raw`named-file\.ts`,
        },
        { files: /^binary-parser\.ts$/, to: String.raw`${inBytes}|[\w-]+/([\w-]+-)?layout\.ts` },
        { files: /^index\.ts$/, to: String.raw`(?!binary-parser\.ts).*` },
      ],
    },
    media: {
      name: '@pstore-decode/media',
      mayImport: ['@pstore-decode/formats'],
      nodeIn: /^((file|folder)(-\w+)?|spool|node)\.ts$/,
      rows: [
        { files: /^((file|folder)(-\w+)?|spool|node)\.ts$/, to: '.*' },
        { files: /./, to: String.raw`(?!((file|folder)(-\w+)?|spool|node)\.ts$).*` },
      ],
    },
    cli: {
      name: 'pstore-decode',
      mayImport: ['@pstore-decode/media', '@pstore-decode/formats'],
      nodeIn: /^(?!present\/)/,
      rows: [
        { files: /^present\//, to: 'present/.*', types: String.raw`inputs\.ts` },
        { files: /./, to: '.*' },
      ],
    },
  },
  dependencies: {
    pako: ['formats/src/compress/deflate.ts', 'media/src/containers/gzip.ts'],
    'binary-parser': ['formats/src/binary-parser.ts'],
    commander: ['cli/src/program.ts'],
  },
};

const packages = new URL('../packages/', import.meta.url);
const files = Object.keys(rules.packages).flatMap((name) =>
  readdirSync(new URL(`${name}/src/`, packages), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => `${name}/src/${path.replaceAll('\\', '/')}`),
);
const read = (path: string) => readFileSync(new URL(path, packages), 'utf8');

describe('the sources', () => {
  test.each(files)('%s', (path) => {
    expect(wrongArrows(rules, path, read(path))).toEqual([]);
  });

  test('are all read, and their imports are seen', () => {
    expect(files).toContain('formats/src/bytes/traced.ts');
    expect(imports(read('formats/src/bytes/traced.ts')).map(({ from }) => from)).toEqual(['./range.js']);
    const seen = files.reduce((sum, path) => sum + imports(read(path)).length, 0);
    const written = files.reduce((sum, path) => sum + (read(path).match(/^.*\bfrom '[^']+';$/gm)?.length ?? 0), 0);
    expect(seen).toBeGreaterThanOrEqual(written);
  });
});

describe('a wrong arrow is found', () => {
  const wrong: [path: string, source: string, problem: string][] = [
    ['formats/src/bytes/need.ts', "import { report } from '../finding.js';", '`import type`'],
    ['formats/src/bytes/need.ts', "import { type FindingCode } from '../finding.js';", '`import type`'],
    ['formats/src/bytes/need.ts', "import type { PstoreRecord } from '../record.js';", 'wrong arrow'],
    ['formats/src/bytes/need.ts', "import { salvage } from '@pstore-decode/media';", 'between packages'],
    ['formats/src/bytes/need.ts', "import { x } from '../../../media/src/index.js';", 'leaves the package'],
    ['formats/src/ecc/galois.ts', "import { need } from '../bytes/need.js';", 'wrong arrow'],
    ['formats/src/compress/deflate.ts', "import { decode } from '../payload/dmesg.js';", 'wrong arrow'],
    ['formats/src/compress/zstd.ts', "import { inflate } from 'pako';", 'only formats/src/compress/deflate.ts'],
    ['formats/src/compress/zstd.ts', "import { inflate } from 'pako/dist/pako.js';", 'only formats/src/compress'],
    ['formats/src/payload/dmesg.ts', "import { header } from '../ramoops/layout.js';", 'wrong arrow'],
    ['formats/src/payload/dmesg.ts', "import { decompress } from '../compress/index.js';", 'wrong arrow'],
    ['formats/src/zone/read.ts', "import { header } from '../ramoops/layout.js';", 'wrong arrow'],
    ['formats/src/zone/read.ts', "import type { Header } from '../ramoops/layout.js';", 'wrong arrow'],
    ['formats/src/ramoops/read.ts', "import { backends } from '../backends.js';", 'wrong arrow'],
    ['formats/src/ramoops/layout.ts', "export * from '../binary-parser.js';", 'wrong arrow'],
    ['formats/src/finding.ts', "import { isSince } from './kernel-version.js';", 'wrong arrow'],
    ['formats/src/record.ts', "import { isSince } from './kernel-version.js';", 'wrong arrow'],
    ['formats/src/kernel-version.ts', "import { need } from './bytes/need.js';", 'wrong arrow'],
    ['formats/src/backend.ts', "import { parse } from './ramoops/parameters.js';", '`import type`'],
    ['formats/src/backend.ts', "import type { Zone } from './ramoops/zones.js';", 'wrong arrow'],
    ['formats/src/backends.ts', "import { read } from './ramoops/read.js';", 'wrong arrow'],
    ['formats/src/file-readers.ts', "import { read } from './pstorefs/read.js';", 'wrong arrow'],
    ['formats/src/pstorefs/read.ts', "import { fileReaders } from '../file-readers.js';", 'wrong arrow'],
    ['formats/src/pstorefs/read.ts', "import { unwrap } from '../named-file.js';", '`import type`'],
    ['formats/src/pstorefs/read.ts', "import { crashGuid } from '../efi/variable-name.js';", 'wrong arrow'],
    ['formats/src/binary-parser.ts', "import { read } from './ramoops/read.js';", 'wrong arrow'],
    ['formats/src/index.ts', "export { parserOf } from './binary-parser.js';", 'wrong arrow'],
    ['formats/src/ramoops/read.ts', "import { Parser } from 'binary-parser';", 'only formats/src/binary-parser.ts'],
    ['formats/src/ramoops/read.ts', "import { readFile } from 'node:fs';", 'node: is not for this file'],
    ['formats/src/ramoops/read.ts', "import { readFile } from 'fs';", 'a dependency without a rule'],
    ['formats/src/ramoops/read.ts', "const fs = require('node:fs');", 'node: is not for this file'],
    ['formats/src/ramoops/read.ts', "const fs = await import('node:fs');", 'node: is not for this file'],
    ['formats/src/ramoops/read.ts', "const fs = await import('node:' + name);", 'computed place'],
    ['formats/src/ramoops/read.ts', 'const fs = await import(`${name}`);', 'computed place'],
    ['formats/src/ramoops/read.ts', "import 'left-pad';", 'a dependency without a rule'],
    ['formats/src/other.ts', '', 'no rule for this file'],
    ['formats/src/other/read.ts', '', 'no rule for this file'],
    ['web/src/main.ts', '', 'no rule for this file'],
    ['media/src/salvage.ts', "import { need } from '../../formats/src/index.js';", 'leaves the package'],
    ['media/src/salvage.ts', "import { main } from 'pstore-decode';", 'between packages'],
    ['media/src/salvage.ts', "import { fieldParser } from '@pstore-decode/formats/binary-parser';", 'generates code'],
    ['media/src/salvage.ts', "import { openFile } from './file.js';", 'wrong arrow'],
    ['media/src/salvage.ts', "import { openFolder } from './folder.js';", 'wrong arrow'],
    ['media/src/locate.ts', "import { open } from 'node:fs/promises';", 'node: is not for this file'],
    ['cli/src/main.ts', "import { salvage } from '../../media/src/salvage.js';", 'leaves the package'],
    ['cli/src/present/json.ts', "import { stdout } from 'node:process';", 'node: is not for this file'],
    ['cli/src/present/json.ts', "process.getBuiltinModule('node:fs');", 'node: is not for this file'],
    ['cli/src/present/json.ts', "import { found } from '../inputs.js';", '`import type`'],
    ['cli/src/present/json.ts', "import { say } from '../ui.js';", 'wrong arrow'],
    ['cli/src/ui.ts', "import { Command } from 'commander';", 'only cli/src/program.ts'],
    ['formats/src/bytes/need.ts', 'console.log(1);', 'console: not in this package'],
    ['formats/src/bytes/need.ts', 'const f = new Function("return 1");', 'Function: not in this package'],
    ['formats/src/bytes/need.ts', 'const x = `${eval("1")}`;', 'eval: not in this package'],
    ['formats/src/bytes/need.ts', 'const b = Buffer.from([1]);', 'Buffer: not in this package'],
    ['formats/src/bytes/need.ts', 'const t = Date.now();', 'Date: not in this package'],
    ['formats/src/bytes/need.ts', 'const t = new Date();', 'Date: not in this package'],
    ['formats/src/bytes/need.ts', 'if (process.env.X) f();', 'process: not in this package'],
    ['formats/src/bytes/need.ts', "globalThis['eval']('1');", 'globalThis: not in this package'],
  ];
  test.each(wrong)('%s %s', (path, source, problem) => {
    expect(wrongArrows(rules, path, source)).toEqual([expect.stringContaining(problem)]);
  });

  const right: [path: string, source: string][] = [
    ['formats/src/bytes/need.ts', "import type { FindingCode } from '../finding.js';"],
    ['formats/src/ramoops/read.ts', "import { need } from '../bytes/index.js';\nimport { x } from './layout.js';"],
    [
      'formats/src/backends.ts',
      "import type { Backend } from './backend.js';\nimport { ramoops } from './ramoops/index.js';",
    ],
    ['formats/src/compress/deflate.ts', "import { Inflate } from 'pako';"],
    [
      'formats/src/binary-parser.ts',
      "import { Parser } from 'binary-parser';\nimport { h } from './ramoops/layout.js';",
    ],
    [
      'formats/src/bytes/need.ts',
      '// console.log, eval()\nconst x = { process: 1, eval: 2 }.process; const s = "new Function";',
    ],
    ['media/src/salvage.ts', "import { backends } from '@pstore-decode/formats';"],
    ['media/src/node.ts', "import { open } from 'node:fs/promises';\nexport * from './file.js';"],
    [
      'cli/src/program.ts',
      "import { Command } from 'commander';\nimport { openFile } from '@pstore-decode/media/node';",
    ],
  ];
  test.each(right)('%s may %s', (path, source) => {
    expect(wrongArrows(rules, path, source)).toEqual([]);
  });
});

describe('the scanner', () => {
  const seen: [source: string, from: (string | null)[]][] = [
    ["import a from 'x';", ['x']],
    ["import type { A } from 'x';", ['x']],
    ["import a, { type B, c as d } from 'x';", ['x']],
    ["import * as a from\n  'x';", ['x']],
    ["import 'x';", ['x']],
    ['import "x"', ['x']],
    ["export * from 'x'; export * as y from 'y'; export { z } from 'z';", ['x', 'y', 'z']],
    ["export type { A } from 'x';", ['x']],
    ["import type from 'x'; import type, { b } from 'y';", ['x', 'y']],
    ["const a = await import('x'); const b = require('y');", ['x', 'y']],
    ["import fs = require('x');", ['x']],
    ["type A = import('x').A;", ['x']],
    ["import data from 'x' with { type: 'json' };", ['x']],
    ['import(x)', [null]],
    ["import('x' + y)", [null]],
    ['`a ${await import("x")} b ${`c ${require("y")}`}`', ['x', 'y']],
    ["const re = /['\"`]/; import 'x';", ['x']],
    ["const re = /[/'\"]/g.test(s) ? 1 / 2 : '/'; import 'x';", ['x']],
    ["const a = (b) / 2; import 'x'; const c = d[1] / 2;", ['x']],
    ["/* ' */ import 'x'; // \"\nimport 'y';", ['x', 'y']],
    ["const s = 'it\\'s'; import 'x';", ['x']],
    ["// import 'x'\n/* import 'y' */ const s = \"import 'z'\"; const t = `import 'w'`;", []],
    ['export const from = 1; export { from }; import.meta.url; loader.import("x"); x.require("y");', []],
  ];
  test.each(seen)('%s', (source, from) => {
    expect(imports(source).map((arrow) => arrow.from)).toEqual(from);
  });

  test('tells types from values and counts lines', () => {
    const source =
      "import type { A } from 'a';\n\nexport type { B } from 'b';\nimport { type C } from 'c';\nimport type, { D } from 'd';";
    expect(imports(source)).toEqual([
      { from: 'a', typeOnly: true, line: 1 },
      { from: 'b', typeOnly: true, line: 3 },
      { from: 'c', typeOnly: false, line: 4 },
      { from: 'd', typeOnly: false, line: 5 },
    ]);
  });

  test('free names are neither members nor keys nor declared', () => {
    expect(freeNames('a.b?.c; ({ d: e, f }); [...g, h]; let h = 1;').map(({ text }) => text)).toEqual([
      'a',
      'e',
      'f',
      'g',
      'let',
    ]);
  });
});
