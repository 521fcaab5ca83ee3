import type { Endian } from '../bytes/struct.js';
import type { KernelVersion } from '../kernel-version.js';
import { signatureEndian, signatureVersion, type ZoneHeader, zoneHeader } from './layout.js';
import type { Zone } from './zones.js';

/** A place where a zone seems to begin. */
export interface Candidate {
  /** From the start of the area, in bytes. */
  readonly at: number;
  readonly endian: Endian;
  readonly header: ZoneHeader;
  /** Writer of an ftrace zone, by its signature. */
  readonly version: KernelVersion | null;
  readonly kind: CandidateKind;
}

/** What the first bytes of the log say. `insane`: start or size cannot be, the signature alone speaks. */
export type CandidateKind = 'dump' | 'console' | 'text' | 'ftrace' | 'empty' | 'insane';

/**
 * The candidate at `at`; null when no signature stands there or an ftrace signature has an insane header.
 * @param room bytes that its data can have at most
 */
export function candidateAt(bytes: Uint8Array, at: number, room: number): Candidate | null {
  const endian = signatureEndian(bytes, at);
  if (endian === null || at + zoneHeader.size > bytes.length) return null;
  const header = zoneHeader.decode(bytes, at, endian);
  const version = signatureVersion(header.sig);
  if (header.start > header.size || header.size > room) {
    return version === null ? { at, endian, header, version, kind: 'insane' } : null;
  }
  return { at, endian, header, version, kind: kindOf(bytes, at, header, version) };
}

/** Evidence that a zone of a layout begins here, from -8 (a contradiction) to 10. */
export function agreement(zone: Zone, candidate: Candidate): number {
  const { kind, header } = candidate;
  if (kind === 'insane') return 2;
  if ((zone.type === 'ftrace') !== (candidate.version !== null)) return -8;
  if (header.size > zone.size - zoneHeader.size) return 1;
  if (kind === 'empty') return 6;
  const expected: readonly CandidateKind[] = expectedKinds[zone.type];
  const rank = expected.indexOf(kind);
  return rank < 0 ? 1 : 10 - 2 * rank;
}

/** For each zone type the kinds that speak for it, best first. */
const expectedKinds = {
  dmesg: ['dump'],
  console: ['console', 'text'],
  pmsg: ['text', 'console'],
  ftrace: ['ftrace'],
} as const satisfies Record<Zone['type'], readonly CandidateKind[]>;

/** The most that `agreement` gives for this candidate. */
export function bestAgreement({ kind }: Candidate): number {
  return kind === 'insane' ? 2 : kind === 'empty' ? 6 : 10;
}

/** Bytes of a log that tell its kind. */
const headLength = 512;

function kindOf(bytes: Uint8Array, at: number, header: ZoneHeader, version: KernelVersion | null): CandidateKind {
  if (header.size === 0) return 'empty';
  if (version !== null) return 'ftrace';
  const data = at + zoneHeader.size;
  const oldest = bytes.subarray(data + header.start, data + Math.min(header.start + headLength, header.size));
  const next = bytes.subarray(data, data + Math.min(header.start, headLength - oldest.length));
  const head = String.fromCharCode(...oldest, ...next);
  if (/^====\s*-?\d/.test(head)) return 'dump';
  return /(?:^|\n)\[ *\d{1,7}\.\d{6}\]/.test(head) ? 'console' : 'text';
}
