import { type Backend, type Report, type Signature, backends as theBackends } from '@pstore-decode/formats';
import type { Unwrapped } from '../containers/container.js';
import { unwrap } from '../containers.js';
import { joinMediumFindings } from '../medium-findings.js';
import { stands } from '../signatures.js';
import type { RandomAccessSource } from '../source.js';
import { type HitOptions, hitsOf } from './hits.js';

export interface ScanOptions extends HitOptions {
  /** In place of THE LIST. */
  readonly backends?: readonly Backend[];
}

/** A place where something of pstore seems to begin. */
export interface ScanRow {
  /** In the root medium; inside of a container, in its address space. */
  readonly offset: number;
  /** Name of the backend. */
  readonly backend: string;
  /** What stands there of the signature: as text where it is text, else in hex; dots for a byte that may be any. */
  readonly kind: string;
  /** The structure behind a signature was tested for all. How much the signature itself says: */
  readonly confidence: Confidence;
}

/** `high`: 64 bits or more, no chance on any medium; `medium`: 32 bits; `low`: fewer, expect chance hits. */
export type Confidence = 'high' | 'medium' | 'low';

/**
 * Where the backends would begin to read, and nothing more: out of its containers, the medium is searched once, and rows
 * come while the search goes on, in the order of the medium within 4 MiB, then of the backends.
 * @param report told while the search goes on
 * @throws the reason of `signal` when it is aborted; RangeError when `within` does not lie on the medium
 */
export async function* scan(
  source: RandomAccessSource,
  report: Report,
  options: ScanOptions = {},
): AsyncGenerator<ScanRow, void, void> {
  const { backends = theBackends, signal } = options;
  const inner: Unwrapped = options.within === undefined ? await unwrap(source, report, undefined, signal) : source;
  const medium = joinMediumFindings(report);
  const within = options.within ?? (await inner.dataRanges?.(medium.report, signal));
  try {
    for await (const { backend, hits } of hitsOf(inner, backends, medium.report, {
      ...options,
      ...(within && { within }),
    })) {
      for (const offset of hits) {
        const row = await rowAt(inner, backends[backend]!, offset);
        if (row !== null) yield row;
      }
    }
  } finally {
    medium.flush();
  }
}

/** Null where nothing stands any more: some media are written meanwhile. */
async function rowAt(source: RandomAccessSource, backend: Backend, offset: number): Promise<ScanRow | null> {
  const { signatures } = backend.probe;
  const longest = Math.max(...signatures.map(({ bytes }) => bytes.length));
  const bytes = await bytesAt(source, offset, Math.min(source.size, offset + longest));
  const standing = signatures.filter((signature) => stands(signature, bytes, 0));
  const [best] = standing.toSorted((a, b) => fixedBits(b) - fixedBits(a));
  if (best === undefined) return null;
  const bits = fixedBits(best);
  const confidence = bits >= 64 ? 'high' : bits >= 32 ? 'medium' : 'low';
  return { offset, backend: backend.name, kind: kindOf(best, bytes), confidence };
}

async function bytesAt(source: RandomAccessSource, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  if (source.direct?.fill(bytes, start) === true) return bytes;
  return (await source.read({ start, end }, () => undefined)).bytes;
}

function fixedBits({ mask }: Signature): number {
  let bits = 0;
  for (const byte of mask) for (let rest = byte; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

/** The bytes that stand where the signature has fixed bits. */
function kindOf({ mask }: Signature, seen: Uint8Array): string {
  const isText = mask.every((fixed, i) => fixed === 0 || (seen[i]! >= 0x20 && seen[i]! < 0x7f));
  const words = mask.map((fixed, i) => {
    if (isText) return fixed === 0 ? '.' : String.fromCharCode(seen[i]!);
    return fixed === 0 ? '..' : seen[i]!.toString(16).padStart(2, '0');
  });
  return words.join('');
}
