import type { Seed } from './mutate.js';

/** One exported reader under fire. */
export interface Target {
  readonly name: string;
  /** The exports that it calls with hostile bytes, as `subpath/name`; `test/fuzz.test.ts` holds the list complete. */
  readonly covers: readonly string[];
  /** Inputs are cut to this. */
  readonly maxBytes: number;
  /** Runs of a plain `npm test`: about a second. */
  readonly slice: number;
  /** Ways to read the same bytes; 1 when absent. */
  readonly variants?: number;
  seeds(): readonly Seed[];
  /** Ends, and throws for a broken promise only: whatever it throws is a finding. `variant` is below `variants`. */
  run(bytes: Uint8Array, variant: number): void | Promise<void>;
}

/** A promise of the reader that this input broke. */
class BrokenPromise extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BrokenPromise';
  }
}

export function promise(held: boolean, words: string): asserts held {
  if (!held) throw new BrokenPromise(words);
}

/** What `read` gives, or null when it threw the error that it may throw. */
export function unless<T>(allowed: abstract new (...args: never[]) => Error, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof allowed) return null;
    throw error;
  }
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
