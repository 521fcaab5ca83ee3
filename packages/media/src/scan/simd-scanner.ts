import { kernelBase64 } from './kernel-bytes.js';

/** Bytes are searched in memory of its own, where they are best read to: it is aligned to pages. */
export interface Scanner {
  /** Room for the bytes. */
  readonly input: Uint8Array;
  /** Exchanges the signatures. */
  load(table: Uint8Array): void;
  /**
   * Calls `found` for each place in the first bytes of `input`, below `end`, where up to 16 bytes of a signature stand,
   * with its index. What stands behind the bytes may look like the end of a signature. Not in ascending order.
   */
  find(end: number, found: (at: number, index: number) => void): void;
}

/** WebAssembly as far as it is used here; no library of types has it without the DOM. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    constructor(size: { initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: unknown;
  }
  function validate(bytes: Uint8Array): boolean;
}

export type Kernel = WebAssembly.Module;

/** The compiled kernel; null where there is no WebAssembly, or none with vectors. */
export function compileKernel(): Kernel | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = Uint8Array.from(atob(kernelBase64), (letter) => letter.charCodeAt(0));
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}

/**
 * A scanner for up to `size` bytes. Its source is handed to threads as text: it must not name anything outside of itself.
 * @param table what `kernelTable` makes; no later one may be longer
 * @param reach bytes of the longest signature
 */
export function simdScanner(kernel: Kernel, table: Uint8Array, size: number, reach: number): Scanner {
  const page = 65536;
  const tableAt = 64; // behind what the kernel takes for notes
  const outAt = Math.ceil((tableAt + table.length) / 8) * 8;
  const outEnd = Math.ceil((outAt + table.length / 6 + page / 2) / page) * page; // a row has 48 bytes, a candidate 8
  const inputAt = Math.max(outEnd, Math.ceil(reach / page) * page); // the kernel looks back by less than a signature
  const behind = 1024 + reach; // and this far behind the end
  const memory = new WebAssembly.Memory({ initial: Math.ceil((inputAt + size + behind) / page) });
  const exports = new WebAssembly.Instance(kernel, { env: { memory } }).exports as {
    search(table: number, from: number, to: number, out: number, limit: number): number;
    readonly resume: { readonly value: number };
  };
  const bytes = new Uint8Array(memory.buffer);
  const candidates = new Int32Array(memory.buffer);
  bytes.set(table, tableAt);
  return {
    input: bytes.subarray(inputAt, inputAt + size),
    load(next) {
      bytes.set(next, tableAt);
    },
    find(end, found) {
      const to = inputAt + Math.min(size, end + reach);
      for (let from = inputAt; from < to; from = exports.resume.value) {
        const last = exports.search(tableAt, from, to, outAt, outEnd) >> 2;
        for (let i = outAt >> 2; i < last; i += 2) {
          const at = candidates[i]! - inputAt;
          if (at >= 0 && at < end) found(at, candidates[i + 1]!);
        }
      }
    },
  };
}
