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
  /** Milliseconds from which an input is worth a look. */
  readonly slow: number;
  /** One Float64: the number of the run that goes on, for the watchdog. */
  readonly progress: SharedArrayBuffer;
}

export type Told =
  | { readonly kind: 'crash' | 'slow'; readonly run: number; readonly message: string; readonly input: Uint8Array }
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
    const variant = variantOf(target, run);
    const started = performance.now();
    const problem = await problemOf(target, input, variant);
    const ms = performance.now() - started;
    if (ms > slowest.ms) {
      slowest = { run, ms };
      if (ms > task.slow) tell({ kind: 'slow', run, message: `${Math.round(ms)} ms`, input });
    }
    if (problem === null || told.has(faultOf(problem))) continue;
    told.add(faultOf(problem));
    const small = await shrink(input, async (bytes) => {
      const other = await problemOf(target, bytes, variant);
      return other !== null && faultOf(other) === faultOf(problem);
    });
    tell({ kind: 'crash', run, message: problem, input: small });
  }
  tell({ kind: 'end', slowest });
}

/** Runs take turns with the variants. */
export function variantOf(target: Target, run: number): number {
  return run % (target.variants ?? 1);
}

/** The stack of what the target throws on a copy of `input`; null when it keeps its promises. */
export async function problemOf(target: Target, input: Uint8Array, variant: number): Promise<string | null> {
  try {
    await target.run(input.slice(), variant);
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Findings that differ in numbers alone are one: the words of the message and the place it comes from. */
export function faultOf(problem: string): string {
  const [message = '', ...frames] = problem.split('\n');
  const frame = frames.find((line) => !line.includes('promise (')) ?? '';
  return `${message.replace(/[\d.]+/g, '#')} ${frame.trim()}`;
}
