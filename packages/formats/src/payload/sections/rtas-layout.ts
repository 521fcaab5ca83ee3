import { bytes, struct, u8, u16, u32 } from '../../bytes/struct.js';

/** The fixed part of an error log of RTAS (PAPR, RTAS Error and Event Information), big-endian. */
export const rtasHeader = struct<RtasHeader>('RTAS error log', {
  version: u8('0 none, 1 to 6'),
  summary: u8('severity << 5 | disposition << 3 | extended << 2'),
  origin: u8('initiator << 4 | target'),
  type: u8('what happened'),
  extendedLength: u32('bytes that follow'),
});

export interface RtasHeader {
  readonly version: number;
  readonly summary: number;
  readonly origin: number;
  readonly type: number;
  readonly extendedLength: number;
}

/** The extended log of version 6 begins with this; its sections follow. */
export const rtasExtended = struct<RtasExtended>('RTAS extended event log, version 6', {
  state: u8('128 valid, 64 unrecoverable, 32 recoverable, 16 bypassed, 8 predictive'),
  reserved: u8('0'),
  format: u8('14 in the lower half: sections of platform events follow'),
  reserved2: u8('0'),
  reserved3: bytes(8, '0'),
  company: bytes(4, '"IBM" and 0'),
});

export interface RtasExtended {
  readonly state: number;
  readonly reserved: number;
  readonly format: number;
  readonly reserved2: number;
  readonly reserved3: Uint8Array;
  readonly company: Uint8Array;
}

/** The head of a section of a platform event log. */
export const rtasSection = struct<RtasSection>('platform event log section', {
  id: u16('two letters: PH private header, UH user header, PS primary reference code, …'),
  length: u16('bytes with this head'),
  version: u8('of the form of the section'),
  subtype: u8('of the section'),
  creator: u16('component that made it'),
});

export interface RtasSection {
  readonly id: number;
  readonly length: number;
  readonly version: number;
  readonly subtype: number;
  readonly creator: number;
}
