import { parseGuid } from '../bytes/guid.js';
import { bytes, struct, u8, u32, u64 } from '../bytes/struct.js';

/** gEdkiiWorkingBlockSignatureGuid, of the working block of fault tolerant writes. */
export const workingBlockGuid = parseGuid('9e58292b-7c68-497d-a0ce-6500fd9f1b95');
/** The variable driver as caller of fault tolerant writes: what it writes is a reclaimed store. */
export const variableDriverGuid = parseGuid('fe5cea76-4f72-49e8-986f-2cd899dffe5d');

/** EFI_FAULT_TOLERANT_WORKING_BLOCK_HEADER (EDK II, FaultTolerantWrite.h). */
export const workingBlockHeader = struct<WorkingBlockHeader>('EFI_FAULT_TOLERANT_WORKING_BLOCK_HEADER', {
  signature: bytes(16, '9e58292b-7c68-497d-a0ce-6500fd9f1b95'),
  crc: u32('CRC-32 of this header, with 0xff in this field and in flags'),
  flags: u8('active low: 0x01 valid, 0x02 invalid'),
  reserved: bytes(3, '0xff'),
  writeQueueSize: u64('bytes of the queue behind this header'),
});

export interface WorkingBlockHeader {
  readonly signature: Uint8Array;
  readonly crc: number;
  readonly flags: number;
  readonly reserved: Uint8Array;
  readonly writeQueueSize: bigint;
}

/** EFI_FAULT_TOLERANT_WRITE_HEADER: one write of the queue, its records behind it. */
export const queuedWrite = struct<QueuedWrite>('EFI_FAULT_TOLERANT_WRITE_HEADER', {
  flags: u8('active low: 0x01 header allocated, 0x02 writes allocated, 0x04 complete'),
  reserved: bytes(3, '0xff'),
  caller: bytes(16, 'fe5cea76-4f72-49e8-986f-2cd899dffe5d: the variable driver'),
  padding: bytes(4, 'any'),
  writes: u64('number of records'),
  privateSize: u64('bytes behind each record'),
});

export interface QueuedWrite {
  readonly flags: number;
  readonly reserved: Uint8Array;
  readonly caller: Uint8Array;
  readonly padding: Uint8Array;
  readonly writes: bigint;
  readonly privateSize: bigint;
}

/** EFI_FAULT_TOLERANT_WRITE_RECORD. */
export const writeRecord = struct<WriteRecord>('EFI_FAULT_TOLERANT_WRITE_RECORD', {
  flags: u8('active low: 0x01 boot block, 0x02 spare complete, 0x04 destination complete'),
  reserved: bytes(7, '0xff'),
  lba: u64('block of the destination'),
  offset: u64('bytes from the start of that block'),
  length: u64('bytes written'),
  relativeOffset: u64('of the destination from the spare, two’s complement'),
});

export interface WriteRecord {
  readonly flags: number;
  readonly reserved: Uint8Array;
  readonly lba: bigint;
  readonly offset: bigint;
  readonly length: bigint;
  readonly relativeOffset: bigint;
}
