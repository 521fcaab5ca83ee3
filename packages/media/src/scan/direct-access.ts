import type { SegmentsPlan } from './segments.js';
import type { Kernel } from './simd-scanner.js';

/** What a medium offers beside `read` when its bytes can be had at once: a search gets them into its own memory. */
export interface DirectAccess {
  /** Fills `target` from `position`. False when not all of it came: `read` finds out why, and what is left. */
  fill(target: Uint8Array, position: number): boolean;
  /** How many threads can run at once. */
  processors(): number;
  /** Threads that search beside the caller; fewer than `count` when the system gives no more. */
  startHelpers(count: number, work: HelperWork): Promise<Helpers>;
}

/** Plain data. */
export interface HelperWork {
  readonly kernel: Kernel;
  readonly table: Uint8Array;
  readonly plan: SegmentsPlan;
  /** Bytes of the longest segment and what is read with it. */
  readonly room: number;
  /** Bytes of the longest signature. */
  readonly reach: number;
  /** Bytes from the first of a candidate that are handed over with it. */
  readonly window: number;
  /** Shared by all threads: at 0 stands the index of the next segment that nobody took yet. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

export interface Helpers {
  /** What they found since, null when there is nothing new. @throws what went wrong in a thread */
  news(): HelperNews | null;
  /** Waits for news; null when all are at their end and everything was told. */
  lastNews(): Promise<HelperNews | null>;
  /** Exchanges the signatures. */
  load(table: Uint8Array): void;
  /** Ends them, whatever they do. */
  stop(): Promise<void>;
}

/** Candidates in any order, each before its segment is told as searched. */
export interface HelperNews {
  /** Four numbers a candidate: its segment, its offset from the start of it, the index of its signature, bytes given. */
  readonly candidates: Int32Array;
  /** `window` bytes for each candidate. */
  readonly windows: Uint8Array;
  readonly searched: readonly number[];
  /** Segments that could not be read whole. */
  readonly unread: readonly number[];
}
