import { bytes, struct, u32, u64 } from '../bytes/struct.js';

const head = {
  name: bytes(1024, 'UCS-2 with a NUL, the rest zeros'),
  vendorGuid: bytes(16, 'cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0 for dumps'),
};
const data = bytes(1024, 'as many bytes as dataSize says, the rest zeros');
const attributes = u32('7 for dumps: kept, for boot services, at run time');

/** What the file `raw_var` holds (struct efi_variable, drivers/firmware/efi of 3.0 to 5.19) on 64-bit machines. */
export const rawVariable64 = struct<RawVariable64>('struct efi_variable, 64-bit', {
  ...head,
  dataSize: u64('bytes of data'),
  data,
  status: u64('EFI_STATUS of the last call'),
  attributes,
});

/** The same on 32-bit machines; a 64-bit kernel gives it to a 32-bit program too. */
export const rawVariable32 = struct<RawVariable32>('struct efi_variable, 32-bit', {
  ...head,
  dataSize: u32('bytes of data'),
  data,
  status: u32('EFI_STATUS of the last call'),
  attributes,
});

interface RawVariable {
  readonly name: Uint8Array;
  readonly vendorGuid: Uint8Array;
  readonly data: Uint8Array;
  readonly attributes: number;
}

export interface RawVariable64 extends RawVariable {
  readonly dataSize: bigint;
  readonly status: bigint;
}

export interface RawVariable32 extends RawVariable {
  readonly dataSize: number;
  readonly status: number;
}

/**
 * What `dmpstore -s` of the UEFI shell puts before each variable (EDK II, DmpStore.c). Name, `dmpstoreMiddle`, data and
 * a CRC-32 of all that follow.
 */
export const dmpstoreHeader = struct<DmpstoreHeader>('dmpstore header', {
  nameSize: u32('bytes of the name with its NUL'),
  dataSize: u32('bytes of the data'),
});

export interface DmpstoreHeader {
  readonly nameSize: number;
  readonly dataSize: number;
}

export const dmpstoreMiddle = struct<DmpstoreMiddle>('dmpstore middle', {
  vendorGuid: bytes(16, 'cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0 for dumps'),
  attributes,
});

export interface DmpstoreMiddle {
  readonly vendorGuid: Uint8Array;
  readonly attributes: number;
}
