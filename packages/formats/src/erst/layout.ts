import { parseGuid } from '../bytes/guid.js';
import { bytes, struct, u8, u16, u32, u64 } from '../bytes/struct.js';

/** `CPER` */
export const cperSignature = 0x52455043;
export const cperSignatureEnd = 0xffffffff;
/** Of the header and of a section descriptor: major 1, minor 0. */
export const cperRevision = 0x0100;
/** `ERSTSTOR` */
export const storeMagic = 0x524f545354535245n;
export const storeVersion = 0x0100;
export const smallestSlot = 4096;
/** Entries of the map that name no record. */
export const noRecord = 0n;
export const invalidRecord = 0xffff_ffff_ffff_ffffn;

/** Creator of pstore's records and of those that the kernel keeps of machine checks. */
export const pstoreCreator = parseGuid('75a574e3-5052-4b29-8a8e-be2c6490b89d');

/** EFI_COMMON_ERROR_RECORD_HEADER (UEFI 2.10, N.2.1). Section descriptors follow, then the sections. */
export const cperHeader = struct<CperHeader>('EFI_COMMON_ERROR_RECORD_HEADER', {
  signature: u32('0x52455043, "CPER"'),
  revision: u16('0x0100'),
  signatureEnd: u32('0xffffffff'),
  sectionCount: u16('section descriptors that follow; pstore: 1'),
  errorSeverity: u32('0 recoverable, 1 fatal, 2 corrected, 3 informational; pstore: 1'),
  validationBits: u32('1 platform id, 2 timestamp, 4 partition id; pstore: 2, machine checks of the kernel: 0'),
  recordLength: u32('bytes of the record with this header'),
  timestamp: bytes(8, 'pstore: u64 of seconds since 1970; others: BCD of seconds, minutes, hours, flags to centuries'),
  platformId: bytes(16, 'of the machine; pstore: 0'),
  partitionId: bytes(16, 'of the software domain; pstore: 0'),
  creatorId: bytes(16, '75a574e3-5052-4b29-8a8e-be2c6490b89d for pstore'),
  notificationType: bytes(16, 'how the error was told; pstore: e8f56ffe-919c-4cc5-ba88-65abe14913bb, MCE'),
  recordId: u64('unique in the storage'),
  flags: u32('1 recovered, 2 previous error, 4 simulated; pstore: 2'),
  persistenceInformation: bytes(8, '"ER" and 0 from Linux; others keep more here'),
  reserved: bytes(12, '0'),
});

export interface CperHeader {
  readonly signature: number;
  readonly revision: number;
  readonly signatureEnd: number;
  readonly sectionCount: number;
  readonly errorSeverity: number;
  readonly validationBits: number;
  readonly recordLength: number;
  readonly timestamp: Uint8Array;
  readonly platformId: Uint8Array;
  readonly partitionId: Uint8Array;
  readonly creatorId: Uint8Array;
  readonly notificationType: Uint8Array;
  readonly recordId: bigint;
  readonly flags: number;
  readonly persistenceInformation: Uint8Array;
  readonly reserved: Uint8Array;
}

/** EFI_ERROR_SECTION_DESCRIPTOR (UEFI 2.10, N.2.2). */
export const sectionDescriptor = struct<SectionDescriptor>('EFI_ERROR_SECTION_DESCRIPTOR', {
  sectionOffset: u32('of the section, from the start of the record; pstore: 200'),
  sectionLength: u32('bytes of the section'),
  revision: u16('0x0100'),
  validationBits: u8('1 FRU id, 2 FRU text; pstore: 0'),
  reserved: u8('0'),
  flags: u32(
    '1 primary, 2 containment warning, 4 reset, 8 threshold exceeded, 16 not accessible, 32 latent, 64 propagated, 128 overflow; pstore: 1',
  ),
  sectionType: bytes(16, 'what the section holds'),
  fruId: bytes(16, 'of the field replaceable unit; pstore: 0'),
  sectionSeverity: u32('0 recoverable, 1 fatal, 2 corrected, 3 informational; pstore: 1'),
  fruText: bytes(20, 'name of that unit in ASCII; pstore: 0'),
});

export interface SectionDescriptor {
  readonly sectionOffset: number;
  readonly sectionLength: number;
  readonly revision: number;
  readonly validationBits: number;
  readonly reserved: number;
  readonly flags: number;
  readonly sectionType: Uint8Array;
  readonly fruId: Uint8Array;
  readonly sectionSeverity: number;
  readonly fruText: Uint8Array;
}

/** The start of the backing file of QEMU's device acpi-erst. The map follows: a u64 for each slot. */
export const storeHeader = struct<StoreHeader>('ERST storage header', {
  magic: u64('0x524f545354535245, "ERSTSTOR"'),
  recordSize: u32('bytes of a slot: a power of two, 4096 or more; 8192 by default'),
  storageOffset: u32('of the first slot: 24 and 8 for each slot, rounded up to a slot'),
  version: u16('0x0100'),
  reserved: u16('0'),
  recordCount: u32('entries of the map that name a record'),
});

export interface StoreHeader {
  readonly magic: bigint;
  readonly recordSize: number;
  readonly storageOffset: number;
  readonly version: number;
  readonly reserved: number;
  readonly recordCount: number;
}

export { type MachineCheck, machineCheck } from '../payload/sections/machine-check-layout.js';
