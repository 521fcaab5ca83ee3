import type { Backend, Report } from '@pstore-decode/formats';
import { type HitOptions, hitsOf } from './scan/hits.js';
import type { RandomAccessSource } from './source.js';

export type LocateOptions = HitOptions;

/** Where the probe of a backend found something. */
export interface Located {
  readonly backend: Backend;
  /** Offsets in the root medium, ascending, each once. */
  readonly hits: readonly number[];
}

/**
 * All hits of one pass over the medium, one row for each backend, in their order. Reports and throws as `hitsOf` does.
 */
export async function locate(
  source: RandomAccessSource,
  backends: readonly Backend[],
  report: Report,
  options: LocateOptions = {},
): Promise<readonly Located[]> {
  const rows = backends.map((backend) => ({ backend, hits: [] as number[] }));
  for await (const { backend, hits } of hitsOf(source, backends, report, options)) {
    for (const hit of hits) rows[backend]!.hits.push(hit);
  }
  return rows;
}
