import { looksLikeTrace, traceStretch } from '../payload/ftrace-guess.js';
import { candidateAt } from './candidates.js';
import { largestZone, zoneHeader } from './layout.js';

/** Bytes that `isZoneStart` looks at. */
export const zoneStart = zoneHeader.size + traceStretch;

/** A plain signature speaks for itself; that of an ftrace zone is weak, so a sane header and a trace must follow. */
export function isZoneStart(bytes: Uint8Array): boolean {
  const candidate = candidateAt(bytes, 0, largestZone);
  if (candidate === null || candidate.version === null) return candidate !== null;
  const { kind, header, endian, version } = candidate;
  const trace = bytes.subarray(zoneHeader.size, Math.min(zoneStart, zoneHeader.size + header.size));
  return kind !== 'insane' && looksLikeTrace(trace, endian, version);
}
