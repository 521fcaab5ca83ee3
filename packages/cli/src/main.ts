import { mediaEngine } from './engine.js';
import { processIo } from './process-io.js';
import { run } from './run.js';

run(process.argv.slice(2), processIo(), lateOptimisingEngine).then((status) => {
  // All output is synchronous, so nothing is left to write. The natural end waits for V8's compiler threads: 2 to 4 ms.
  process.exit(status);
});

/**
 * Nine times V8's own budget before it optimises a function. With that it begins in the middle of a run of 20 ms, and
 * garbage collection waits for it: 4 to 10 ms, where loading `node:v8` costs 2. 64 MiB take no longer.
 */
function lateOptimisingEngine(): ReturnType<typeof mediaEngine> {
  process.getBuiltinModule('node:v8').setFlagsFromString('--interrupt-budget=600000');
  return mediaEngine();
}
