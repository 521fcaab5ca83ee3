import type { Endian } from '../bytes/struct.js';
import type { KernelVersion } from '../kernel-version.js';
import { damagedDmesgHeader } from './dmesg-header.js';
import { signatureEndian, signatureVersion, type ZoneHeader, zoneHeader, zoneSignature } from './layout.js';
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
type CandidateKind = 'dump' | 'console' | 'text' | 'binary' | 'ftrace' | 'empty' | 'insane';

/** The candidate at `at`; null when no signature stands there. @param room bytes that its data can have at most */
export function candidateAt(bytes: Uint8Array, at: number, room: number): Candidate | null {
  const endian = signatureEndian(bytes, at);
  if (endian === null || at + zoneHeader.size > bytes.length) return null;
  const header = zoneHeader.decode(bytes, at, endian);
  const version = isMisread(bytes, at, header) ? null : signatureVersion(header.sig);
  if (header.start > header.size || header.size > room) {
    return { at, endian, header, version, kind: 'insane' };
  }
  return { at, endian, header, version, kind: kindOf(bytes, at, header, version) };
}

/**
 * Evidence that a zone of a layout begins here, from -8 (a contradiction) to 13.
 * @param capacity data bytes of the zone
 */
export function agreement(zone: Zone, candidate: Candidate, capacity: number): number {
  const { kind, header } = candidate;
  if ((zone.type === 'ftrace') !== (candidate.version !== null)) return kind === 'insane' ? -4 : -8;
  if (kind === 'insane') return 2;
  if (header.size > capacity || (isFull(header) && header.size !== capacity)) return 1;
  if (kind === 'empty') return 6;
  const expected: readonly CandidateKind[] = expectedKinds[zone.type];
  const rank = expected.indexOf(kind);
  return rank < 0 ? 1 : 10 - 2 * rank + (isFull(header) ? 3 : 0);
}

/** The most that `agreement` gives for this candidate. */
export function bestAgreement({ kind, header }: Candidate): number {
  const best = { insane: 2, empty: 6, binary: 6, text: 10, console: 10, dump: 10, ftrace: 10 }[kind];
  return best + (best >= 6 && isFull(header) ? 3 : 0);
}

/** A ring that has wrapped is full: its size is the capacity of its zone. */
export function isFull({ start, size }: ZoneHeader): boolean {
  return start < size;
}

/** Bytes of a damaged header line that must be right to speak for a dump. */
const clearly = 18;

/** For each zone type the kinds that speak for it, best first. */
const expectedKinds = {
  dmesg: ['dump'],
  console: ['console', 'text', 'binary'],
  pmsg: ['text', 'console', 'binary'],
  ftrace: ['ftrace'],
} as const satisfies Record<Zone['type'], readonly CandidateKind[]>;

/** Bytes of a log that tell its kind. */
const headLength = 512;

/**
 * One wrong bit makes the signature of 4.0.0 or 8.0.0 of a plain one. Traces are no text.
 */
function isMisread(bytes: Uint8Array, at: number, { sig }: ZoneHeader): boolean {
  const wrong = (sig ^ zoneSignature) >>> 0;
  return wrong !== 0 && (wrong & (wrong - 1)) === 0 && isText(headAt(bytes, at + zoneHeader.size, headLength));
}

function headAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function isText(head: string): boolean {
  const printable = head.match(/[\t\n\r\x20-\x7e]/g)?.length ?? 0;
  return printable * 10 >= head.length * 9;
}

function kindOf(bytes: Uint8Array, at: number, header: ZoneHeader, version: KernelVersion | null): CandidateKind {
  if (header.size === 0) return 'empty';
  if (version !== null) return 'ftrace';
  const data = at + zoneHeader.size;
  const oldest = headAt(bytes, data + header.start, Math.min(headLength, header.size - header.start));
  const head = oldest + headAt(bytes, data, Math.min(header.start, headLength - oldest.length));
  if (/^====\s*-?\d/.test(head) || damagedDmesgHeader(bytes.subarray(data, data + header.size), clearly) !== null)
    return 'dump';
  if (/(?:^|\n)\[ *\d{1,7}\.\d{6}\]/.test(head)) return 'console';
  return isText(head) ? 'text' : 'binary';
}
