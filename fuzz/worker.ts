import { parentPort, workerData } from 'node:worker_threads';
import { mutated, type Seed } from './mutate.js';
import { rngOf } from './rng.js';
import { shrink } from './shrink.js';
import type { Target } from './target.js';
import { targets } from './targets.js';

/** What a worker is to do: runs `from` to below `to` of one target. */
export interface Task {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** One Float64: the number of the run that goes on, for the watchdog. */
  readonly progress: SharedArrayBuffer;
}

export type Told =
  | { readonly kind: 'crash'; readonly run: number; readonly message: string; readonly input: Uint8Array }
  | { readonly kind: 'end'; readonly slowest: { readonly run: number; readonly ms: number } };

/** The input of one run follows from these numbers alone, so that a finding can be made again. */
export function inputOf(target: Target, seeds: readonly Seed[], seed: number, run: number): Uint8Array<ArrayBuffer> {
  return mutated(rngOf(seed, target.name, run), seeds, target.maxBytes);
}

export async function work(): Promise<void> {
  const task = workerData as Task;
  const target = targets.find(({ name }) => name === task.target) as Target;
  const seeds = target.seeds();
  const progress = new Float64Array(task.progress);
  const tell = (told: Told) => parentPort?.postMessage(told);
  const told = new Set<string>();
  let slowest = { run: task.from, ms: 0 };
  for (let run = task.from; run < task.to; run++) {
    progress[0] = run;
    const input = inputOf(target, seeds, task.seed, run);
    const started = performance.now();
    const problem = await problemOf(target, input);
    const ms = performance.now() - started;
    if (ms > slowest.ms) slowest = { run, ms };
    // The same fault comes again and again: one input for it is enough.
    if (problem === null || told.has(kindOf(problem))) continue;
    told.add(kindOf(problem));
    const small = await shrink(input, async (bytes) => {
      const other = await problemOf(target, bytes);
      return other !== null && kindOf(other) === kindOf(problem);
    });
    tell({ kind: 'crash', run, message: problem, input: small });
  }
  tell({ kind: 'end', slowest });
}

/** The stack of what the target throws on a copy of `input`; null when it keeps its promises. */
export async function problemOf(target: Target, input: Uint8Array): Promise<string | null> {
  try {
    await target.run(input.slice());
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Findings that differ in numbers alone are one: the words of the message and the place it comes from. */
function kindOf(problem: string): string {
  const [message = '', ...frames] = problem.split('\n');
  const frame = frames.find((line) => !line.includes('promise (')) ?? '';
  return `${message.replace(/[\d.]+/g, '#')} ${frame.trim()}`;
}
