import type { Finding, FindingCode, Report } from '@pstore-decode/formats';
import { gaps } from '@pstore-decode/formats/bytes';
import { type RangeSet, rangeSet } from './range-set.js';

/** What the pieces of a medium report, put together. */
export interface MediumFindings {
  readonly report: Report;
  /** Tells what is held back. */
  flush(): void;
}

/**
 * A medium is read in chunks and parts of it twice; its findings are to be told once. Those of one code whose ranges
 * touch become one finding, held back until the next that does not touch or `flush`; ranges told before are left out.
 * Findings without a range, and all that are not the medium's own, go through at once.
 */
export function joinMediumFindings(report: Report): MediumFindings {
  const told = new Map<FindingCode, RangeSet>();
  let held: Finding | null = null;

  function flush(): void {
    if (held?.at == null) return;
    const { code, at } = held;
    const before = told.get(code) ?? rangeSet();
    for (const part of gaps(at, before.within(at))) report({ ...held, at: part });
    before.add(at);
    told.set(code, before);
    held = null;
  }

  return {
    flush,
    report(finding) {
      const { code, at } = finding;
      if (at === null || !/^(medium|container)\./.test(code)) return report(finding);
      if (held?.at != null && held.code === code && at.start <= held.at.end && at.end >= held.at.start) {
        const joined = { start: Math.min(at.start, held.at.start), end: Math.max(at.end, held.at.end) };
        held = { ...held, at: joined };
      } else {
        flush();
        held = finding;
      }
    },
  };
}
