import { struct, u8, u16, u32 } from '../../bytes/struct.js';

/** Log buffers by id (log_id_t, liblog/include/android/log.h). */
export const logBuffers = ['main', 'radio', 'events', 'system', 'crash', 'stats', 'security', 'kernel'] as const;

export type LogBuffer = (typeof logBuffers)[number];

/** Buffers whose entries are binary events. */
export function isBinaryBuffer(id: number): boolean {
  return id === 2 || id === 5 || id === 6;
}

/** Letters of the priorities by number (android_LogPriority): 0 unknown, 1 default, 2 verbose to 7 fatal, 8 silent. */
export const priorityLetters = '??VDIWEFS';

export const lowestPriority = 2;
export const highestPriority = 7;

/** `l`, LOGGER_MAGIC. */
export const loggerMagic = 0x6c;

/** Bytes of a payload at most: 4068 now, 4076 before, 5120 the limit of the readers (LOGGER_ENTRY_MAX_LEN). */
export const largestPayload = 5120;

/**
 * What liblog writes to /dev/pmsg0 since Android 5.0, always little-endian: android_pmsg_log_header_t and
 * android_log_header_t (private/android_logger.h).
 */
export const pmsgHeader = struct<PmsgHeader>('android_pmsg_log_header_t, android_log_header_t', {
  magic: u8('0x6c, "l"'),
  length: u16('bytes of the frame with both headers'),
  uid: u16('lowest 16 bits of the user id of the writer'),
  pid: u16('lowest 16 bits of its process id'),
  id: u8('log buffer'),
  tid: u16('lowest 16 bits of its thread id'),
  seconds: u32('since 1970 UTC'),
  nanoseconds: u32('0 to 999999999; of a block of a file 1000 times its number'),
});

export interface PmsgHeader {
  readonly magic: number;
  readonly length: number;
  readonly uid: number;
  readonly pid: number;
  readonly id: number;
  readonly tid: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

const entryFields = {
  length: u16('bytes of the payload'),
  headerSize: u16('bytes of this header; 0 in version 1'),
  pid: u32('process id of the writer'),
  tid: u32('its thread id'),
  seconds: u32('since 1970 UTC'),
  nanoseconds: u32('0 to 999999999'),
};

/**
 * `struct logger_entry` of the readers (log/log_read.h): what the logger devices of Android up to 4.4, logd and
 * `logcat -B` give. liblog never writes it to pmsg; vendors’ own collectors do.
 */
export const loggerEntries = {
  v1: struct<EntryHeader>('logger_entry', entryFields),
  v2: struct<EntryHeader & { euid: number }>('logger_entry_v2', { ...entryFields, euid: u32('user id of the writer') }),
  v3: struct<EntryHeader & { id: number }>('logger_entry_v3', { ...entryFields, id: u32('log buffer') }),
  v4: struct<EntryHeader & { id: number; uid: number }>('logger_entry_v4', {
    ...entryFields,
    id: u32('log buffer'),
    uid: u32('user id of the writer'),
  }),
};

export interface EntryHeader {
  readonly length: number;
  readonly headerSize: number;
  readonly pid: number;
  readonly tid: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}
