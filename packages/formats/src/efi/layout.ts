import { parseGuid } from '../bytes/guid.js';
import { bytes, struct, u8, u16, u32, u64 } from '../bytes/struct.js';

/** EFI_SYSTEM_NV_DATA_FV_GUID: a firmware volume that holds variables. Old working blocks are signed with it too. */
export const nvDataGuid = parseGuid('fff12b8d-7696-4c8b-a985-2747075b4f50');
/** gEfiAuthenticatedVariableGuid: a store of authenticated headers, with or without Secure Boot. */
export const authenticatedStoreGuid = parseGuid('aaf32c78-947b-439a-a180-2e144ec37792');
/** gEfiVariableGuid: a store of plain headers. */
export const plainStoreGuid = parseGuid('ddcf3616-3275-4164-98b6-fe85707ffe7d');
/** VSS2 of other vendors: headers of both kinds. */
export const vss2StoreGuid = parseGuid('ddcf3617-3275-4164-98b6-fe85707ffe7d');

/** `_FVH` */
export const volumeSignature = 0x4856465f;
/** `$VSS`, and Apple's `$SVS` and `$NSS`. */
export const vssSignatures: readonly number[] = [0x53535624, 0x53565324, 0x53534e24];
/** Format and state of a store that is in order. */
export const storeFormatted = 0x5a;
export const storeHealthy = 0xfe;
/** StartId of every variable, `aa 55` on the medium. */
export const variableStartId = 0x55aa;

/** EFI_FIRMWARE_VOLUME_HEADER (PI 1.7, volume 3, 3.2.1) without its block map. */
export const volumeHeader = struct<VolumeHeader>('EFI_FIRMWARE_VOLUME_HEADER', {
  zeroVector: bytes(16, 'zeros, or code of a processor'),
  fileSystemGuid: bytes(16, 'fff12b8d-7696-4c8b-a985-2747075b4f50 for variables'),
  length: u64('bytes of the volume: variable store, event log, working block and spare together'),
  signature: u32('0x4856465f, "_FVH"'),
  attributes: u32('0x800: erased bits are 1'),
  headerLength: u16('bytes of the header, block map included; the store follows'),
  checksum: u16('makes the sum of all 16-bit words of the header 0'),
  extHeaderOffset: u16('0: none'),
  reserved: u8('0'),
  revision: u8('2'),
});

export interface VolumeHeader {
  readonly zeroVector: Uint8Array;
  readonly fileSystemGuid: Uint8Array;
  readonly length: bigint;
  readonly signature: number;
  readonly attributes: number;
  readonly headerLength: number;
  readonly checksum: number;
  readonly extHeaderOffset: number;
  readonly reserved: number;
  readonly revision: number;
}

/** EFI_FV_BLOCK_MAP_ENTRY; the map ends with zeros in both. */
export const blockMapEntry = struct<BlockMapEntry>('EFI_FV_BLOCK_MAP_ENTRY', {
  blocks: u32('number of blocks'),
  blockLength: u32('bytes of each'),
});

export interface BlockMapEntry {
  readonly blocks: number;
  readonly blockLength: number;
}

/** VARIABLE_STORE_HEADER (EDK II, VariableFormat.h); VSS2 has the same. */
export const storeHeader = struct<StoreHeader>('VARIABLE_STORE_HEADER', {
  signature: bytes(16, 'which headers the variables have'),
  size: u32('bytes of the store with this header, without that of the volume'),
  format: u8('0x5a: formatted'),
  state: u8('0xfe: healthy'),
  reserved: u16('0'),
  reserved1: u32('0'),
});

export interface StoreHeader {
  readonly signature: Uint8Array;
  readonly size: number;
  readonly format: number;
  readonly state: number;
  readonly reserved: number;
  readonly reserved1: number;
}

/** The store header of VSS (Insyde, Phoenix, Apple). */
export const vssStoreHeader = struct<VssStoreHeader>('VSS store header', {
  signature: u32('"$VSS", "$SVS" or "$NSS"'),
  size: u32('bytes of the store with this header'),
  format: u8('0x5a: formatted'),
  state: u8('0xfe: healthy'),
  reserved: u16('0'),
  reserved1: u32('0'),
});

export interface VssStoreHeader {
  readonly signature: number;
  readonly size: number;
  readonly format: number;
  readonly state: number;
  readonly reserved: number;
  readonly reserved1: number;
}

const head = {
  startId: u16('0x55aa'),
  state: u8('bits that are cleared one after the other: 0x3f added, 0x3d deleted'),
  reserved: u8('0'),
  attributes: u32('7 for dumps: kept, for boot services, at run time'),
};

const tail = {
  nameSize: u32('bytes of the name with its NUL; 0xffffffff: not written'),
  dataSize: u32('bytes of the data; 0xffffffff: not written'),
  vendorGuid: bytes(16, 'cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0 for dumps'),
};

/** VARIABLE_HEADER (EDK II, VariableFormat.h), and the variables of VSS. Name and data follow. */
export const plainVariable = struct<PlainVariable>('VARIABLE_HEADER', { ...head, ...tail });

export interface PlainVariable {
  readonly startId: number;
  readonly state: number;
  readonly reserved: number;
  readonly attributes: number;
  readonly nameSize: number;
  readonly dataSize: number;
  readonly vendorGuid: Uint8Array;
}

/** Apple's form of a VSS variable, where bit 31 of the attributes is set. */
export const checkedVariable = struct<CheckedVariable>('Apple VSS variable header', {
  ...head,
  ...tail,
  dataCrc: u32('CRC-32 of the data'),
});

export interface CheckedVariable extends PlainVariable {
  readonly dataCrc: number;
}

/** AUTHENTICATED_VARIABLE_HEADER (EDK II, VariableFormat.h). */
export const authenticatedVariable = struct<AuthenticatedVariable>('AUTHENTICATED_VARIABLE_HEADER', {
  ...head,
  monotonicCount: u64('of an authenticated write; 0 for dumps'),
  timeStamp: bytes(16, 'EFI_TIME of an authenticated write; zeros for dumps'),
  pubKeyIndex: u32('0 for dumps'),
  ...tail,
});

export interface AuthenticatedVariable extends PlainVariable {
  readonly monotonicCount: bigint;
  readonly timeStamp: Uint8Array;
  readonly pubKeyIndex: number;
}

/** EFI_TIME (UEFI 2.10, 8.3). */
export const efiTime = struct<EfiTime>('EFI_TIME', {
  year: u16('1900 to 9999'),
  month: u8('1 to 12'),
  day: u8('1 to 31'),
  hour: u8('0 to 23'),
  minute: u8('0 to 59'),
  second: u8('0 to 59'),
  pad1: u8('0'),
  nanosecond: u32('0 to 999 999 999'),
  timeZone: u16('minutes, two’s complement; 2047: local time'),
  daylight: u8('bits of daylight saving time'),
  pad2: u8('0'),
});

export interface EfiTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly pad1: number;
  readonly nanosecond: number;
  readonly timeZone: number;
  readonly daylight: number;
  readonly pad2: number;
}
