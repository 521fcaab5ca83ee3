import { fileReaders, type Report } from '@pstore-decode/formats';
import { androidSparse } from './containers/android-sparse.js';
import { type Container, headSize, type Unwrapped } from './containers/container.js';
import { elfCore } from './containers/elf-core.js';
import { ewf } from './containers/ewf.js';
import { flattened } from './containers/flattened.js';
import { kdump } from './containers/kdump.js';
import { avml, lime } from './containers/memory-ranges.js';
import { qcow2 } from './containers/qcow2.js';
import { insideFinding } from './containers/unpack.js';
import { wrappers } from './containers/wrapped.js';
import type { RandomAccessSource } from './source.js';

/** THE LIST. Each is known by its first bytes; the order is no preference. */
export const containers: readonly Container[] = [
  lime,
  avml,
  elfCore,
  kdump,
  flattened,
  ewf,
  androidSparse,
  qcow2,
  ...wrappers,
];

/** Real ones are two deep: a compressed file around a memory dump. */
const deepest = 4;

/**
 * What is inside of all containers that `source` comes in, or `source` itself when it is none, or a folder of files. No
 * container is looked for inside of its own kind: a file that holds itself would never end, and what one read costs would
 * multiply from floor to floor.
 * @param list in place of THE LIST
 * @throws the reason of `signal` when it is aborted
 */
export async function unwrap(
  source: RandomAccessSource,
  report: Report,
  list: readonly Container[] = containers,
  signal?: AbortSignal,
): Promise<Unwrapped> {
  let inner: Unwrapped = source;
  if ((source.files?.length ?? 0) > 1 || isNamedRecord(source)) return source;
  for (;;) {
    const container = await containerOf(inner, list);
    if (container === null) return inner;
    const outer = inner.containers ?? [];
    if (outer.length === deepest || outer.includes(container.name)) {
      const detail = `${[...outer, container.name].join(' > ')}: the last is read as it stands`;
      report({ code: 'limit.container', at: null, detail });
      return inner;
    }
    const opened = await container.open(inner, report, signal);
    if (opened === null) return inner;
    inner = opened;
    report(insideFinding(container.name, opened.size));
  }
}

/** Whether it is a file that a reader of files knows by its name. It may be compressed: its reader sees to that. */
export function isNamedRecord({ files = [] }: RandomAccessSource): boolean {
  return files.some(({ path }) => fileReaders.some((reader) => reader.claims(path)));
}

async function containerOf(medium: RandomAccessSource, list: readonly Container[]): Promise<Container | null> {
  // What is wrong with these bytes is told by whoever reads them for what they hold.
  const head = await medium.read({ start: 0, end: Math.min(headSize, medium.size) }, () => undefined);
  return list.find((container) => container.recognizes(head.bytes)) ?? null;
}
