// Part of the build: runs the bundle over a medium in a process of its own, and keeps what V8 compiled meanwhile beside
// it, for bin/pstore-decode.js. It speeds up the start of this checkout and is not published: it fits one version of
// Node on one kind of processor. Without it everything works as well.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import { Script } from 'node:vm';

const program = fileURLToPath(new URL('dist/pstore-decode.cjs', import.meta.url));
const medium = fileURLToPath(new URL('../../test-vectors/ramoops/deflate-ecc16-6.1/ramoops.bin', import.meta.url));

if (process.argv[2] !== 'run') {
  for (const name of readdirSync(dirname(program))) {
    if (name.endsWith('.cache')) rmSync(join(dirname(program), name));
  }
  spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'run'], { stdio: 'ignore' });
} else {
  // The very text that bin/pstore-decode.js compiles: V8 compares its length.
  const source = `(function (require) {${readFileSync(program, 'latin1')}\n})`;
  const script = new Script(source, { filename: program });
  // The program sets a flag once it is loaded; V8 refuses cached code that was made under other flags.
  v8.setFlagsFromString = () => undefined;
  process.argv = [process.execPath, program, medium];
  process.on('exit', () => {
    writeFileSync(`${program}.${process.version}-${process.arch}.cache`, script.createCachedData());
  });
  script.runInThisContext()(createRequire(program));
}
