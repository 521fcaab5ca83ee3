/**
 * `npm run bench`, after a build: every benchmark in a process of its own, so that none runs on code that another one
 * made the engine compile. Exit status 1 when one of them misses its goals.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** THE LIST. */
const benchmarks = ['reed-solomon.mjs', 'compress.mjs', 'start.mjs'];

for (const benchmark of benchmarks) {
  const path = fileURLToPath(new URL(benchmark, import.meta.url));
  const { status } = spawnSync(process.execPath, [path], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
