import {
  type CperHeader,
  cperHeader,
  cperRevision,
  cperSignature,
  cperSignatureEnd,
  pstoreCreator,
  type SectionDescriptor,
  sectionDescriptor,
  storeHeader,
  storeMagic,
  storeVersion,
} from './layout.js';
import { mceNotification, type PstoreSection, pstoreSections } from './names.js';
import { storageOffsetOf } from './store.js';
import { encodeSeconds } from './timestamp.js';

/** One section of a record to be written: what is absent has the value that pstore writes. */
export interface CperSection {
  readonly descriptor?: Partial<SectionDescriptor>;
  readonly body: Uint8Array;
}

/** A record of pstore to be written. */
export interface ErstRecord {
  readonly id: bigint;
  readonly section: PstoreSection;
  /** As it stands in the section: text, a compressed stream, a `struct mce`. */
  readonly payload: Uint8Array;
  /** Seconds since 1970; absent: the header does not have it, as of machine checks. */
  readonly time?: bigint;
}

/** A slot to be written. */
export interface ErstSlot {
  /** From `encodeCper` or `encodeErstRecord`. */
  readonly record: Uint8Array;
  /** Default: the record's own id. */
  readonly entry?: bigint;
}

/** The backing file of QEMU's ERST device, to be written. */
export interface ErstMedium {
  /** Undefined: a slot that was never used. */
  readonly slots: readonly (ErstSlot | undefined)[];
  /** Default: 8192. */
  readonly recordSize?: number;
  /** Bytes of the file. Default: as many slots as are given, and the header. */
  readonly size?: number;
}

/** A CPER record: its header, a descriptor for each section, the sections one after the other. */
export function encodeCper(header: Partial<CperHeader>, sections: readonly CperSection[]): Uint8Array<ArrayBuffer> {
  const headers = cperHeader.size + sections.length * sectionDescriptor.size;
  const recordLength = sections.reduce((sum, { body }) => sum + body.length, headers);
  const bytes = new Uint8Array(recordLength);
  bytes.set(cperHeader.encode({ ...pstoreHeader(sections.length, recordLength), ...header }, 'le'));
  let at = headers;
  for (const [i, { descriptor, body }] of sections.entries()) {
    const place = cperHeader.size + i * sectionDescriptor.size;
    bytes.set(sectionDescriptor.encode({ ...pstoreDescriptor(at, body.length), ...descriptor }, 'le'), place);
    bytes.set(body, at);
    at += body.length;
  }
  return bytes;
}

/** A record as the kernel writes it. */
export function encodeErstRecord({ id, section, payload, time }: ErstRecord): Uint8Array<ArrayBuffer> {
  const timed = time === undefined ? { validationBits: 0 } : { timestamp: encodeSeconds(time) };
  const descriptor = { sectionType: pstoreSections[section] };
  return encodeCper({ recordId: id, ...timed }, [{ descriptor, body: payload }]);
}

/**
 * The file as the device leaves it: behind a record its slot is 0xff, a slot that was never used is 0.
 * @throws RangeError when a record or the slots do not fit
 */
export function encodeErst({ slots, recordSize = 8192, size }: ErstMedium): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size ?? fileSize(slots.length, recordSize));
  const storageOffset = storageOffsetOf(Math.floor(bytes.length / recordSize), recordSize);
  if (storageOffset + slots.length * recordSize > bytes.length)
    throw new RangeError(`no room for ${slots.length} slots`);
  const view = new DataView(bytes.buffer);
  let recordCount = 0;
  for (const [i, slot] of slots.entries()) {
    if (slot === undefined) continue;
    const { record, entry = new DataView(record.buffer, record.byteOffset).getBigUint64(96, true) } = slot;
    const at = storageOffset + i * recordSize;
    if (record.length > recordSize) throw new RangeError(`${record.length} bytes for a slot of ${recordSize}`);
    bytes.fill(0xff, at, at + recordSize);
    bytes.set(record, at);
    view.setBigUint64(storeHeader.size + 8 * (at / recordSize), entry, true);
    if (entry !== 0n) recordCount += 1;
  }
  const figures = { magic: storeMagic, version: storeVersion, reserved: 0, recordSize, storageOffset, recordCount };
  bytes.set(storeHeader.encode(figures, 'le'));
  return bytes;
}

/** The smallest file with so many slots. */
function fileSize(slots: number, recordSize: number): number {
  let count = slots + 1;
  while (storageOffsetOf(count, recordSize) / recordSize + slots > count) count += 1;
  return count * recordSize;
}

function pstoreHeader(sectionCount: number, recordLength: number): CperHeader {
  return {
    signature: cperSignature,
    revision: cperRevision,
    signatureEnd: cperSignatureEnd,
    sectionCount,
    errorSeverity: 1,
    validationBits: 2,
    recordLength,
    timestamp: new Uint8Array(8),
    platformId: new Uint8Array(16),
    partitionId: new Uint8Array(16),
    creatorId: pstoreCreator,
    notificationType: mceNotification,
    recordId: 0n,
    flags: 2,
    persistenceInformation: Uint8Array.of(0x45, 0x52, 0, 0, 0, 0, 0, 0),
    reserved: new Uint8Array(12),
  };
}

function pstoreDescriptor(sectionOffset: number, sectionLength: number): SectionDescriptor {
  return {
    sectionOffset,
    sectionLength,
    revision: cperRevision,
    validationBits: 0,
    reserved: 0,
    flags: 1,
    sectionType: pstoreSections.dmesg,
    fruId: new Uint8Array(16),
    sectionSeverity: 1,
    fruText: new Uint8Array(20),
  };
}
