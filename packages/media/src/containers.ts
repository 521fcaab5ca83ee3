import type { Report } from '@pstore-decode/formats';
import { type Container, headSize, type Unwrapped } from './containers/container.js';
import { qcow2 } from './containers/qcow2.js';
import type { RandomAccessSource } from './source.js';

/** THE LIST. Each is known by its first bytes; the order is no preference. */
export const containers: readonly Container[] = [qcow2];

/** Real ones are two deep: a compressed file around a memory dump. */
const deepest = 4;

/**
 * What is inside of all containers that `source` comes in, or `source` itself when it is none, or a folder of files. No
 * container is looked for inside of its own kind: a file that holds itself would never end, and what one read costs would
 * multiply from floor to floor.
 * @param list in place of THE LIST
 */
export async function unwrap(
  source: RandomAccessSource,
  report: Report,
  list: readonly Container[] = containers,
): Promise<Unwrapped> {
  let inner: Unwrapped = source;
  if ((source.files?.length ?? 0) > 1) return source;
  for (;;) {
    const container = await containerOf(inner, list);
    if (container === null) return inner;
    const outer = inner.containers ?? [];
    if (outer.length === deepest || outer.includes(container.name)) {
      const detail = `${[...outer, container.name].join(' > ')}: the last is read as it stands`;
      report({ code: 'limit.container', at: null, detail });
      return inner;
    }
    const opened = await container.open(inner, report);
    if (opened === null) return inner;
    inner = opened;
    report({ code: 'container.inside', at: null, detail: `${container.name}: ${opened.size} bytes` });
  }
}

async function containerOf(medium: RandomAccessSource, list: readonly Container[]): Promise<Container | null> {
  // What is wrong with these bytes is told by whoever reads them for what they hold.
  const head = await medium.read({ start: 0, end: Math.min(headSize, medium.size) }, () => undefined);
  return list.find((container) => container.recognizes(head.bytes)) ?? null;
}
