import type { Fuel } from '../bytes/need.js';
import type { ByteRange } from '../bytes/range.js';
import type { Endian } from '../bytes/struct.js';
import { concat, derive, extent, slice, type TracedBytes } from '../bytes/traced.js';
import { type DumpHints, type DumpReading, kernelDumpText, readCompressedDump } from '../dump/index.js';
import type { Finding } from '../finding.js';
import { kernelFileName } from '../kernel-file.js';
import type { KernelVersion } from '../kernel-version.js';
import type { KernelFile, RecordState } from '../record.js';
import { decodeKmsgHeader, type KmsgHeader } from './kmsg-header.js';
import { type Abi, kmsgHeaderOf, signatureAt, zoneHeader } from './layout.js';
import type { PlacedZone } from './places.js';
import { withoutFill } from './remains.js';
import { largestDevice } from './zones.js';

/** A zone of a dump, read by the kernel's rules (psz_kmsg_recover_meta and psz_kmsg_read, fs/pstore/zone.c). */
export interface SlotReading {
  readonly zone: PlacedZone;
  /** The whole zone, on the root medium. */
  readonly stored: ByteRange;
  /** Null when its magic is not there. */
  readonly header: KmsgHeader | null;
  /** `live` as far as the zone itself goes. */
  readonly state: Exclude<RecordState, 'stale'>;
  /** The bytes behind the headers as the kernel takes them; null when the zone holds nothing. */
  readonly source: TracedBytes | null;
  readonly dump: DumpReading | null;
  /** What stands behind the dump, without fill. */
  readonly rest: TracedBytes;
  /** The kernel ends its list here. */
  readonly endsList: boolean;
  readonly findings: readonly Finding[];
}

/** @param content exactly the bytes of the zone; `usual` is the ABI of the other dumps */
export function readSlot(
  zone: PlacedZone,
  content: TracedBytes,
  endian: Endian,
  usual: Abi,
  hints: DumpHints,
  fuel: Fuel,
): SlotReading {
  const { bytes } = content;
  const stored = extent(content) as ByteRange;
  const { datalen } = zoneHeader.decode(bytes, 0, endian);
  const header = decodeKmsgHeader(bytes, zoneHeader.size, endian, usual);
  const capacity = bytes.length - zoneHeader.size;
  const headerSize = Math.min(capacity, header?.size ?? kmsgHeaderOf(usual).size);
  const isSigned = signatureAt(bytes, 0)?.type === 'dmesg';
  const isTooShort = datalen > 0 && datalen < headerSize;
  const isSized = datalen >= headerSize && datalen <= capacity;
  const payloadAt = zoneHeader.size + headerSize;
  const state = !isSigned || header === null || zone.isStray ? 'hidden' : datalen === 0 ? 'erased' : 'live';
  const known = isSized ? slice(content, payloadAt, zoneHeader.size + datalen) : null;
  const behind = slice(content, payloadAt, bytes.length);
  const isEmpty = header === null && datalen === 0;
  const dump = isEmpty ? null : readPayload(known, behind, header?.compressed ?? false, hints, fuel);
  const used = dump === null ? payloadAt : known === null ? endOf(dump.payload, content) : zoneHeader.size + datalen;
  const findings: Finding[] = [];
  const figures = `datalen ${datalen}, capacity ${capacity}`;
  if (!isSigned) findings.push({ code: 'zone.signature', at: stored, detail: `dmesg ${zone.index}` });
  if (isSigned && header === null && !isEmpty) findings.push({ code: 'blk.magic', at: stored });
  if (header?.isSane === false) findings.push({ code: 'blk.field', at: stored });
  if (datalen !== 0 && !isSized) findings.push({ code: 'zone.invalid', at: stored, detail: figures });
  if (zone.isStray) findings.push({ code: 'blk.stray', at: stored });
  const isSeen = state === 'live';
  return {
    zone,
    stored,
    header,
    state: isSeen && !isSized ? 'hidden' : state,
    source: known,
    dump,
    rest: withoutFill(slice(content, used, bytes.length)),
    endsList: isSeen && isTooShort,
    findings,
  };
}

/** The dump of a zone; where the medium does not say how long it is, its own end tells. */
function readPayload(
  known: TracedBytes | null,
  behind: TracedBytes,
  compressed: boolean,
  hints: DumpHints,
  fuel: Fuel,
): DumpReading {
  if (!compressed) return plain(known ?? withoutFill(behind));
  if (known !== null) return readCompressedDump(known, [], hints, fuel);
  const whole = readCompressedDump(behind, [], hints, fuel);
  if (whole.complete && whole.compression !== undefined) return whole;
  // LZ4 and plain text do not tell where they end, and never end in the fill.
  const trimmed = readCompressedDump(withoutFill(behind), [], hints, fuel);
  return trimmed.complete || whole.compression === undefined ? trimmed : whole;
}

function plain(source: TracedBytes): DumpReading {
  return { payload: source, text: source, complete: true, findings: [] };
}

/** Where in the zone the bytes end that a payload was made of. */
function endOf(payload: TracedBytes, content: TracedBytes): number {
  const end = extent(payload)?.end;
  const start = (extent(content) as ByteRange).start;
  return end === undefined ? content.bytes.length : Math.min(content.bytes.length, end - start);
}

/** The file of a live dump. A line in front of a plain one tells the counter. */
export function dumpFile(slot: SlotReading, kernel: KernelVersion): KernelFile | null {
  const { zone, header, dump, source } = slot;
  if (header === null || dump === null || source === null) return null;
  const { seconds } = header.time;
  const fileOf = (content: TracedBytes, isStored: boolean): KernelFile => {
    const name = kernelFileName('dmesg', 'pstore_blk', BigInt(zone.index), isStored, kernel);
    return seconds === 0n ? { name, content } : { name, content, mtime: header.time };
  };
  if (!header.compressed) {
    const line = new TextEncoder().encode(`${header.reason}: Total ${header.counter} times\n`);
    return fileOf(concat(derive(line, source.bytes.length === 0 ? source : slice(source, 0, 1)), source), false);
  }
  const size = zone.isBounded ? zone.end - zone.start : largestDevice;
  const text = kernelDumpText(source, dump, size - zoneHeader.size - header.size, kernel);
  return text === null ? fileOf(source, true) : fileOf(text, false);
}
