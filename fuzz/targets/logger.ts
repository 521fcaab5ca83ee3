import { FormatError, trace } from '@pstore-decode/formats/bytes';
import {
  decodeEvent,
  decodeLogEntry,
  decodeLoggerFrame,
  encodeLoggerFrame,
  eventMessage,
  isLoggerLog,
  logcatText,
  parseEventTags,
  parseTagFilter,
  pmsgFiles,
  readLoggerFrames,
  selectEntries,
} from '@pstore-decode/formats/payload';
import type { Seed } from '../mutate.js';
import { promise, type Target, unless } from '../target.js';

const seconds = 1_700_000_000;

function text(priority: number, words: string): Uint8Array {
  return Uint8Array.of(priority, ...new TextEncoder().encode(words));
}

/** A list of an int, a string, a float and a list that holds a long. */
const event = Uint8Array.of(
  ...[0xa2, 0x0a, 0, 0, 3, 4, 0, 42, 0, 0, 0, 2, 3, 0, 0, 0, 0x61, 0x62, 0x63, 4, 0, 0, 0x80, 0x3f],
  ...[3, 1, 1, 255, 255, 255, 255, 255, 255, 255, 255],
);

/** As liblog writes them: texts of some buffers, events, blocks of a file. */
const frames = [
  { id: 0, nanoseconds: 5, payload: text(4, 'ActivityManager\0boot\0') },
  { id: 2, nanoseconds: 999_999_999, payload: event },
  { id: 3, nanoseconds: 2000, payload: text(6, 'logs:boot.txt\0a block\nof lines\n') },
  { id: 4, nanoseconds: 7, payload: text(7, 'libc\0Fatal signal 11\nllll\n\0') },
  { id: 6, nanoseconds: 8, payload: event },
].map((frame) => encodeLoggerFrame({ uid: 1000, pid: 1234, tid: 1235, seconds, ...frame }));

/** `struct logger_entry`, version 4. */
const entry = Uint8Array.of(
  ...[7, 0, 28, 0, 0xd2, 4, 0, 0, 0xd3, 4, 0, 0, 0, 0xf1, 0x53, 0x65, 5, 0, 0, 0, 3, 0, 0, 0, 0xe8, 3, 0, 0],
  ...text(5, 'wifi\0\0'),
);

function seedOf(parts: readonly Uint8Array[]): Seed {
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
  let at = 0;
  const fields = parts.flatMap((part) => {
    const start = at;
    at += part.length;
    const places: readonly [number, number][] = [
      [0, 1],
      [1, 2],
      [7, 1],
      [10, 4],
      [14, 4],
      [18, 1],
    ];
    return places.map(([offset, size]) => ({ offset: start + offset, size }));
  });
  return { bytes, fields };
}

export const loggerTarget: Target = {
  name: 'logger',
  covers: [
    'payload/readLoggerFrames',
    'payload/decodeLoggerFrame',
    'payload/decodeLogEntry',
    'payload/decodeEvent',
    'payload/parseEventTags',
    'payload/parseTagFilter',
  ],
  maxBytes: 4096,
  slice: 1500,
  seeds: () => [seedOf(frames), seedOf([...frames, ...frames.toReversed()]), seedOf([entry, entry, frames[0]!, entry])],
  run(bytes) {
    const reading = readLoggerFrames(bytes);
    const ranges = [...reading.frames.map(({ range }) => range), ...reading.lost];
    let at = 0;
    for (const { start, end } of ranges.sort((a, b) => a.start - b.start)) {
      promise(start === at && end > start, 'frames and lost bytes lie end to end');
      at = end;
    }
    promise(at === bytes.length, 'every byte is in a frame or lost');
    promise(!isLoggerLog(reading, bytes) || reading.frames.length > 0, 'a log has frames');
    const latin = new TextDecoder('latin1').decode(bytes);
    const tags = parseEventTags(latin);
    const entries = reading.frames.map((frame) => decodeLogEntry(frame, tags));
    promise(logcatText(entries).length <= 130 * (bytes.length + 8), 'text of bounded length');
    for (const { content, missing } of pmsgFiles(entries, trace(bytes, 0))) {
      promise(content.bytes.length <= bytes.length + 256, 'files of bounded length');
      promise(missing.length < 256, 'blocks of bounded number');
    }
    const found = decodeEvent(bytes);
    if (found !== null) promise(eventMessage(found).length <= 64 * (bytes.length + 1), 'an event of bounded length');
    const filter = unless(RangeError, () => parseTagFilter(latin, true));
    if (filter !== null) promise(selectEntries(entries, { tags: filter }).length <= entries.length, 'a selection');
    const half = bytes.length >> 1;
    const frame = unless(FormatError, () => decodeLoggerFrame(bytes, { start: half, end: bytes.length }, 'v4'));
    promise(frame === null || frame.payload.length <= bytes.length - half, 'a payload of the bytes given');
  },
};
