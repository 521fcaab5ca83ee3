import type { ByteRange } from '../bytes/range.js';
import type { Endian } from '../bytes/struct.js';
import { concat, extent, slice, type TracedBytes } from '../bytes/traced.js';
import type { ReedSolomon } from '../ecc/index.js';
import type { Finding } from '../finding.js';
import type { KernelVersion } from '../kernel-version.js';
import type { EccSummary } from '../record.js';
import {
  type Correction,
  correctData,
  correctHeader,
  type Doubt,
  type EccGeometry,
  rangeOfBlock,
} from './ecc-blocks.js';
import { signatureVersion, type ZoneHeader, zoneHeader, zoneSignature } from './layout.js';
import type { Zone } from './zones.js';

/** One zone, read by the kernel's rules (persistent_ram_post_init, fs/pstore/ram_core.c). */
export interface ZoneReading {
  readonly zone: Zone;
  /** Exactly its bytes, as they stand on the medium. */
  readonly content: TracedBytes;
  readonly geometry: EccGeometry;
  /** Header to last parity byte, on the root medium. */
  readonly stored: ByteRange;
  /** The ring, corrected and unrolled, oldest byte first; null when the kernel takes the zone for empty or discards it. */
  readonly log: TracedBytes | null;
  /** Writer by the signature of an ftrace zone. */
  readonly version: KernelVersion | null;
  /** Absent where the zone has no ECC. */
  readonly ecc?: EccSummary;
  /** Blocks that could not be corrected: where they stand. */
  readonly doubtful: readonly ByteRange[];
  readonly findings: readonly Finding[];
}

/**
 * Reads one zone: header corrected before it is looked at, then signature, size and start, then every block that
 * begins below `size` corrected, then the ring unrolled.
 * @param content exactly the bytes of the zone
 */
export function readZone(
  zone: Zone,
  content: TracedBytes,
  geometry: EccGeometry,
  codec: ReedSolomon | null,
  endian: Endian,
): ZoneReading {
  const stored = extent(content) as ByteRange;
  const findings: Finding[] = [];
  const head = correctHeader(content, geometry, codec);
  const header = zoneHeader.decode(head.zone.bytes, 0, endian);
  const version = zone.type === 'ftrace' ? signatureVersion(header.sig) : null;
  const fault = faultOf(zone, header, version, geometry.capacity);
  if (fault !== null) findings.push({ code: fault.code, at: stored, detail: fault.detail });
  const isLog = fault === null || fault.code === 'zone.inconsistent';
  return readingOf(zone, content, geometry, codec, head, isLog ? header : null, version, findings);
}

/**
 * The same with the header that must have stood there.
 * @param repaired the zone with that header
 * @param doubt which bytes of a bad block are tried as erasures
 */
export function readZoneAs(
  { zone, content, geometry }: ZoneReading,
  repaired: TracedBytes,
  header: ZoneHeader,
  codec: ReedSolomon | null,
  doubt: Doubt,
  findings: readonly Finding[],
): ZoneReading {
  const head = { zone: repaired, corrected: 0, badBlocks: [], repairedBlocks: [] };
  const version = zone.type === 'ftrace' ? signatureVersion(header.sig) : null;
  return readingOf(zone, content, geometry, codec, head, header, version, findings, doubt);
}

/** @param header null where there is no log */
function readingOf(
  zone: Zone,
  content: TracedBytes,
  geometry: EccGeometry,
  codec: ReedSolomon | null,
  head: Correction,
  header: ZoneHeader | null,
  version: KernelVersion | null,
  notes: readonly Finding[],
  doubt?: Doubt,
): ZoneReading {
  const body = correctData(head.zone, geometry, codec, header?.size ?? 0, doubt);
  const findings = [...notes];
  for (const pass of [head, body]) findings.push(...eccFindings(pass, content, geometry.capacity));
  const doubtful = [...head.badBlocks, ...body.badBlocks].map((block) =>
    rangeOfBlock(content, block, geometry.capacity),
  );
  const summary = {
    size: geometry.eccSize,
    corrected: head.corrected + body.corrected,
    uncorrectable: doubtful.length,
  };
  return {
    zone,
    content,
    geometry,
    stored: extent(content) as ByteRange,
    log: header === null ? null : unroll(body.zone, header),
    version,
    ...(codec === null ? {} : { ecc: summary }),
    doubtful,
    findings,
  };
}

/** The ring in the order in which it was written. */
function unroll(zone: TracedBytes, header: ZoneHeader): TracedBytes {
  const data = zoneHeader.size;
  return concat(slice(zone, data + header.start, data + header.size), slice(zone, data, data + header.start));
}

function faultOf(zone: Zone, header: ZoneHeader, version: KernelVersion | null, capacity: number): Fault | null {
  const { sig, start, size } = header;
  const signed = zone.type === 'ftrace' ? version !== null || sig === zoneSignature : sig === zoneSignature;
  const figures = `${zone.type} ${zone.index}: start ${start}, size ${size}, capacity ${capacity}`;
  if (!signed) return { code: 'zone.signature', detail: `${zone.type} ${zone.index}: 0x${sig.toString(16)}` };
  if (size === 0) return { code: 'zone.empty', detail: `${zone.type} ${zone.index}` };
  if (size > capacity || start > size) return { code: 'zone.invalid', detail: figures };
  if (size < capacity && start !== size) return { code: 'zone.inconsistent', detail: figures };
  return null;
}

interface Fault {
  readonly code: 'zone.signature' | 'zone.empty' | 'zone.invalid' | 'zone.inconsistent';
  readonly detail: string;
}

function eccFindings(pass: Correction, content: TracedBytes, capacity: number): Finding[] {
  const of = (code: 'ecc.corrected' | 'ecc.uncorrectable', blocks: readonly number[]) =>
    blocks.map((block) => ({ code, at: rangeOfBlock(content, block, capacity), detail: nameOf(block) }));
  return [...of('ecc.corrected', pass.repairedBlocks), ...of('ecc.uncorrectable', pass.badBlocks)];
}

function nameOf(block: number): string {
  return block < 0 ? 'header' : `block ${block}`;
}
