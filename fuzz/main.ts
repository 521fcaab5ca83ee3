import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, Worker } from 'node:worker_threads';
import type { Target } from './target.js';
import { targets } from './targets.js';
import { type FindingKind, findingFolder, saveVector } from './vectors.js';
import { faultOf, inputOf, type Task, type Told, variantOf, work } from './worker.js';

const help = `npm run fuzz -- [--target NAME]... [--runs N] [--seed S] [--from RUN] [--deadline SECONDS] [--workers N]

  --target NAME      one of: ${targets.map(({ name }) => name).join(', ')}; default: each of them
  --runs N           inputs for each target (100000)
  --seed S           another seed is another sequence of inputs (1)
  --from RUN         first run: --from 4711 --runs 1 makes one finding again (0)
  --deadline SECONDS an input that takes longer is a hang (20)
  --slow SECONDS     an input that takes longer is saved (5)
  --workers N        threads (${availableParallelism()} here)

findings are saved below test-vectors/fuzz/, where the tests read them; exit 1 when there is one`;

interface Options {
  readonly seed: number;
  readonly deadline: number;
  readonly slow: number;
}

interface Tally {
  findings: number;
  /** Of all workers: the same fault comes again and again, one input for it is enough. */
  readonly told: Set<string>;
  slowest: { run: number; ms: number };
}

/** Gives the exit code: 0 no finding, 1 findings, 2 wrong arguments. */
export async function main(args: readonly string[]): Promise<number> {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: 'string', multiple: true },
      runs: { ...number, default: '100000' },
      seed: { ...number, default: '1' },
      from: { ...number, default: '0' },
      deadline: { ...number, default: '20' },
      slow: { ...number, default: '5' },
      workers: { ...number, default: `${availableParallelism()}` },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const chosen = targets.filter(({ name }) => values.target?.includes(name) ?? true);
  const [runs = 0, seed = 0, from = 0, deadline = 0, slow = 0, workers = 0] = [
    values.runs,
    values.seed,
    values.from,
    values.deadline,
    values.slow,
    values.workers,
  ].map(Number);
  const known = (values.target ?? []).every((name) => targets.some((target) => target.name === name));
  const sound =
    [runs, seed, from, workers].every((n) => Number.isSafeInteger(n) && n >= 0) &&
    deadline > 0 &&
    slow > 0 &&
    workers > 0;
  if (values.help === true || !known || !sound) {
    print(help);
    return values.help === true ? 0 : 2;
  }
  let findings = 0;
  for (const target of chosen) findings += await fuzz(target, { seed, deadline, slow }, from, runs, workers);
  print(`peak memory ${process.resourceUsage().maxRSS >> 10} MiB`);
  return findings === 0 ? 0 : 1;
}

/** All runs of one target, shared out to threads. Gives the number of findings. */
async function fuzz(target: Target, options: Options, from: number, runs: number, workers: number): Promise<number> {
  const tally: Tally = { findings: 0, told: new Set(), slowest: { run: from, ms: 0 } };
  const started = performance.now();
  const share = Math.ceil(runs / workers);
  const starts = Array.from({ length: workers }, (_, i) => from + i * share);
  await Promise.all(
    starts.map((start) => supervise(target, options, start, Math.min(start + share, from + runs), tally)),
  );
  const seconds = (performance.now() - started) / 1000;
  const { findings, slowest } = tally;
  print(
    `${target.name}: seed ${options.seed}, ${runs} runs, ${Math.round(runs / seconds)} a second, slowest ${slowest.ms.toFixed(1)} ms (run ${slowest.run}), ${findings} findings`,
  );
  return findings;
}

/** Runs a worker over `from` to below `to`; one that hangs or dies is replaced behind the run at which it did. */
async function supervise(target: Target, options: Options, from: number, to: number, tally: Tally): Promise<void> {
  for (let next = from; next < to; ) next = await untilItStops(target, options, next, to, tally);
}

/** Gives the run to go on with. */
function untilItStops(target: Target, options: Options, from: number, to: number, tally: Tally): Promise<number> {
  const progress = new SharedArrayBuffer(8);
  const at = new Float64Array(progress);
  at[0] = from;
  const workerData: Task = { target: target.name, seed: options.seed, from, to, slow: options.slow * 1000, progress };
  const worker = new Worker(new URL(import.meta.url), {
    workerData,
    execArgv: ['--enable-source-maps'],
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  const found = (kind: FindingKind, run: number, message: string, input?: Uint8Array) => {
    if ((kind === 'crash' || kind === 'slow') && tally.told.has(faultOf(message))) return;
    tally.told.add(faultOf(message));
    tally.findings += 1;
    const { seed } = options;
    const bytes = input ?? inputOf(target, target.seeds(), seed, run);
    const path = saveVector(
      findingFolder,
      { target: target.name, kind, seed, run, variant: variantOf(target, run), message: message.split('\n')[0] ?? '' },
      bytes,
    );
    print(`${target.name}: ${kind} at --seed ${seed} --from ${run}: ${path}\n${message}`);
  };
  return new Promise((resolve) => {
    let seen = from;
    let since = performance.now();
    const watchdog = setInterval(() => {
      const run = at[0] ?? from;
      if (run !== seen) {
        seen = run;
        since = performance.now();
      } else if (performance.now() - since > options.deadline * 1000) {
        stop(run + 1);
        found('hang', run, `no end after ${options.deadline} s`);
      }
    }, 250);
    let stopped = false;
    const stop = (next: number) => {
      stopped = true;
      clearInterval(watchdog);
      void worker.terminate().then(() => resolve(next));
    };
    worker.on('message', (told: Told) => {
      if (stopped) return;
      if (told.kind !== 'end') return found(told.kind, told.run, told.message, told.input);
      if (told.slowest.ms > tally.slowest.ms) tally.slowest = told.slowest;
      stop(to);
    });
    worker.on('error', (error: Error) => {
      // A worker can still run out of memory while it is being stopped.
      if (stopped) return;
      const run = at[0] ?? from;
      stop(run + 1);
      found(
        'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crash',
        run,
        String(error.stack),
      );
    });
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (!isMainThread) await work();
