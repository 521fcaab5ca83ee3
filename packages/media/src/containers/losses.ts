import type { FindingCode, Report } from '@pstore-decode/formats';
import { type ByteRange, hull } from '@pstore-decode/formats/bytes';

/** Collects what is lost of an address space and tells it in few findings. */
export interface Losses {
  /** Ranges come in ascending order; an empty one is nothing. */
  add(at: ByteRange, code: FindingCode, why: string): void;
  /** Tells what was added. */
  tell(): void;
}

interface Loss {
  readonly at: ByteRange;
  readonly code: FindingCode;
  readonly why: string;
}

/** Findings with a range of their own, from one read. */
const most = 16;

/** Touching ranges of one kind are one finding; of more than `most` the rest is one finding for each code. */
export function lossesFor(container: string, report: Report): Losses {
  const first: Loss[] = [];
  const rest = new Map<FindingCode, { readonly at: ByteRange; readonly bytes: number }>();
  return {
    add(at, code, why) {
      const bytes = at.end - at.start;
      if (bytes <= 0) return;
      const last = first.at(-1);
      if (last?.at.end === at.start && last.code === code && last.why === why) {
        first[first.length - 1] = { at: { start: last.at.start, end: at.end }, code, why };
      } else if (first.length < most) {
        first.push({ at, code, why });
      } else {
        const more = rest.get(code);
        rest.set(code, { at: hull(more === undefined ? [at] : [more.at, at])!, bytes: bytes + (more?.bytes ?? 0) });
      }
    },
    tell() {
      for (const { at, code, why } of first) report({ code, at, detail: `${container}: ${why}` });
      for (const [code, { at, bytes }] of rest) {
        report({ code, at, detail: `${container}: ${bytes} bytes of this range, in many places` });
      }
    },
  };
}
