import { type Candidate, candidateAt } from './candidates.js';
import { largestZone, signatureEndian } from './layout.js';

/**
 * Candidates that may belong to one region. In a small medium that is all of them; in a large one chance makes many,
 * so those of one byte order that are near to each other, with a plain signature and a sane header among them.
 */
export function groupsOf(candidates: readonly Candidate[], size: number): Candidate[][] {
  if (size <= smallMedium) return candidates.length === 0 ? [] : [[...candidates]];
  const groups: Candidate[][] = [];
  for (const endian of ['le', 'be'] as const) {
    let end = Number.NEGATIVE_INFINITY;
    for (const candidate of candidates.filter((one) => one.endian === endian)) {
      if (candidate.at - end > farApart) groups.push([]);
      groups.at(-1)?.push(candidate);
      end = candidate.at;
    }
  }
  const isSound = ({ kind, version }: Candidate) => kind !== 'insane' && version === null;
  return groups.filter((group) => group.some(isSound)).sort((a, b) => (a[0]?.at ?? 0) - (b[0]?.at ?? 0));
}

const smallMedium = 1 << 20;
/** Larger zones than this are rare, and false signatures this near to a region as well. */
const farApart = 2 << 20;

/** The candidates at the hits, and in a copy of a region at ftrace signatures too, which chance makes in whole media. */
export function candidatesAt(bytes: Uint8Array, hits: readonly number[], isExcerpt: boolean): Candidate[] {
  const sane = isExcerpt ? hits : [...hits, ...saneFtrace(bytes)];
  const places = [...new Set([...sane, ...repeatedFtrace(bytes, sane)])].sort((a, b) => a - b);
  // A zone may reach behind the end of a medium that was cut short: up to twice as far.
  return places.map((at) => candidateAt(bytes, at, 2 * bytes.length - at)).filter((found) => found !== null);
}

/** Places of ftrace signatures with a sane header. Both byte orders have the byte that no version changes at one end. */
function saneFtrace(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(0x43); at >= 0; at = bytes.indexOf(0x43, at + 1)) {
    for (const start of [at - 3, at]) {
      if (start < 0 || signatureEndian(bytes, start) === null) continue;
      const candidate = candidateAt(bytes, start, largestZone);
      if (candidate !== null && candidate.version !== null && candidate.kind !== 'insane') found.push(start);
    }
  }
  return found;
}

/** Once a sane header is known, its signature counts without one. */
function repeatedFtrace(bytes: Uint8Array, hits: readonly number[]): number[] {
  const traced = hits.slice(0, 256).filter((at) => (candidateAt(bytes, at, bytes.length)?.version ?? null) !== null);
  const signatures = new Map(traced.map((at) => [bytes.subarray(at, at + 4).join(), bytes.subarray(at, at + 4)]));
  const found: number[] = [];
  for (const signature of [...signatures.values()].slice(0, 4)) {
    const [first = 0, second, third, fourth] = signature;
    for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
      if (bytes[at + 1] === second && bytes[at + 2] === third && bytes[at + 3] === fourth) found.push(at);
    }
  }
  return found;
}
