#!/usr/bin/env node
// Runs dist/pstore-decode.cjs. Where the build left what V8 made of it (code-cache.mjs), that is taken in place of
// compiling it again, which is half of the start. V8 refuses it for another version or other flags, this file for
// another processor and when the bundle is newer; then it is compiled as ever.
const { readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const program = join(__dirname, '../dist/pstore-decode.cjs');
const cache = `${program}.${process.version}-${process.arch}.cache`;

function cachedCode() {
  try {
    return statSync(cache).mtimeMs >= statSync(program).mtimeMs ? readFileSync(cache) : undefined;
  } catch {
    return undefined;
  }
}

const source = `(function (require) {${readFileSync(program, 'latin1')}\n})`;
new Script(source, { filename: program, cachedData: cachedCode() }).runInThisContext()(require);
