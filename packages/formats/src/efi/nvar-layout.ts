import { parseGuid } from '../bytes/guid.js';
import { bytes, struct, u8, u16, u32 } from '../bytes/struct.js';

/** The FFS file in which AMI's firmware keeps its variables. */
export const nvarFileGuid = parseGuid('cef5b9a3-476d-497f-9fdc-e98143e0422c');
/** `NVAR` */
export const nvarSignature = 0x5241564e;

/** EFI_FFS_FILE_HEADER (PI 1.7, volume 3, 3.2.3). */
export const ffsFileHeader = struct<FfsFileHeader>('EFI_FFS_FILE_HEADER', {
  name: bytes(16, 'cef5b9a3-476d-497f-9fdc-e98143e0422c for variables of AMI'),
  headerChecksum: u8('of this header'),
  fileChecksum: u8('of the file'),
  type: u8('kind of the file'),
  attributes: u8('of the file'),
  size: bytes(3, 'bytes of the file with this header, little-endian'),
  state: u8('of the file'),
});

export interface FfsFileHeader {
  readonly name: Uint8Array;
  readonly headerChecksum: number;
  readonly fileChecksum: number;
  readonly type: number;
  readonly attributes: number;
  readonly size: Uint8Array;
  readonly state: number;
}

/** The entry of AMI's store. */
export const nvarEntry = struct<NvarEntry>('NVAR entry', {
  signature: u32('"NVAR"'),
  size: u16('bytes of the entry with this header'),
  next: bytes(3, 'from this entry to that with newer data, little-endian; 0xffffff: this one is the newest'),
  attributes: u8('0x02 ASCII name, 0x04 GUID inline, 0x08 data only, 0x10 extended header, 0x80 valid'),
});

export interface NvarEntry {
  readonly signature: number;
  readonly size: number;
  readonly next: Uint8Array;
  readonly attributes: number;
}
