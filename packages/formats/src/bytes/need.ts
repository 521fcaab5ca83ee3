import type { FindingCode } from '../finding.js';
import type { ByteRange } from './range.js';

/** The bytes are wrong in a way that ends the walk. `code` is a finding of the catalogue, `at` a range of the bytes read. */
export class FormatError extends Error {
  readonly code: FindingCode;
  readonly at: ByteRange | null;

  constructor(code: FindingCode, message: string, at: ByteRange | null = null) {
    super(message);
    this.name = 'FormatError';
    this.code = code;
    this.at = at;
  }
}

/**
 * The one way to read: `length` bytes at `offset`, as a view.
 * @throws FormatError `bytes.short` when they are not all there
 */
export function need(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  if (!(offset >= 0 && length >= 0 && offset <= bytes.length && length <= bytes.length - offset)) {
    throw new FormatError('bytes.short', `${length} bytes at ${offset} of ${bytes.length}`, {
      start: offset,
      end: offset + length,
    });
  }
  return bytes.subarray(offset, offset + length);
}

/**
 * Admits a claimed size or offset as a number.
 * @throws FormatError `bytes.claim` when it is negative, above `max` or NaN
 */
export function bound(claim: bigint | number, max: number): number {
  if (!(claim >= 0 && claim <= max)) throw new FormatError('bytes.claim', `${claim} where at most ${max} fits`);
  return Number(claim);
}

/** What one run may cost. Every figure is a cap; one that was hit is a finding and what was read until then is kept. */
export interface Limits {
  /** Bytes one record may decompress to. */
  readonly recordBytes: number;
  /** Bytes all records of one input may have together. */
  readonly inputBytes: number;
  /** Decompressed bytes for each compressed one: deflate cannot exceed 1032. */
  readonly expansion: number;
  /** Records of one input: the kernel reads no more per scan since 4.13. */
  readonly records: number;
  /** Steps of all walks together, each about one table look-up or one byte. */
  readonly steps: number;
}

export const defaultLimits: Limits = {
  recordBytes: 16 << 20,
  inputBytes: 256 << 20,
  expansion: 1040,
  records: 65536,
  steps: 2 ** 36,
};

/** Counts down from `Limits`, once for a whole input; walkers spend from it. */
export interface Fuel {
  readonly limits: Limits;
  /** @throws FormatError `limit.steps` when the steps are used up */
  spend(steps: number): void;
  /** How many bytes a record made of `stored` bytes may have, counted against the input. */
  allowance(stored: number): number;
  /** @throws FormatError `limit.output` or `limit.records` when this record is one too many */
  record(bytes: number): void;
}

/** Fresh fuel. The only mutable thing that walks share. */
export function fuel(limits: Limits = defaultLimits): Fuel {
  let steps = limits.steps;
  let output = limits.inputBytes;
  let records = limits.records;
  return {
    limits,
    spend(used) {
      steps -= used;
      if (steps < 0) throw new FormatError('limit.steps', `more than ${limits.steps} steps`);
    },
    allowance(stored) {
      return Math.max(0, Math.min(limits.recordBytes, output, stored * limits.expansion));
    },
    record(bytes) {
      output -= bytes;
      records -= 1;
      if (output < 0) throw new FormatError('limit.output', `more than ${limits.inputBytes} bytes of records`);
      if (records < 0) throw new FormatError('limit.records', `more than ${limits.records} records`);
    },
  };
}
