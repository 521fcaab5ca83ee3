import type { Report } from '@pstore-decode/formats';
import { type ByteRange, FormatError } from '@pstore-decode/formats/bytes';

/** Takes what ends a walk for a finding. */
export interface Guard {
  /** What the step gives; null when it ended in a FormatError, which is told for `at`. */
  attempt<T>(step: () => T, at: ByteRange | null): { readonly value: T } | null;
  /** True once a limit was hit: it would be hit again by every step. */
  isUsedUp(): boolean;
}

/**
 * The only place where a failure to decode is caught. An error's own range counts from the start of whatever piece was
 * being read, which nobody knows here: the finding has the range of the area, its detail the figures of the message.
 */
export function guard(report: Report): Guard {
  let usedUp = false;
  return {
    isUsedUp: () => usedUp,
    attempt(step, at) {
      try {
        return { value: step() };
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        usedUp ||= error.code.startsWith('limit.');
        report({ code: error.code, at, detail: error.message });
        return null;
      }
    },
  };
}
