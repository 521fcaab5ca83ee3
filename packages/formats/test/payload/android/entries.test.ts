import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { trace } from '../../../src/bytes/index.js';
import {
  decodeEvent,
  decodeLogEntry,
  encodeLoggerFrame,
  eventMessage,
  logBuffers,
  logcatText,
  parseEventTags,
  parseTagFilter,
  pmsgFiles,
  readLoggerFrames,
  selectEntries,
  type WrittenFrame,
} from '../../../src/payload/android/index.js';
import { eventPayload, textPayload } from './made-log.js';

const frame: WrittenFrame = {
  id: 0,
  uid: 1000,
  pid: 1234,
  tid: 1235,
  seconds: 1_700_000_000,
  nanoseconds: 5,
  payload: textPayload(4, 'ActivityManager', 'boot'),
};

const entriesOf = (frames: readonly WrittenFrame[]) =>
  readLoggerFrames(new Uint8Array(Buffer.concat(frames.map(encodeLoggerFrame)))).frames.map((found) =>
    decodeLogEntry(found),
  );

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

test.each([
  ['text', frame, '6c2800e803d20400d30400f15365050000000441637469766974794d616e6167657200626f6f7400'],
  [
    'event',
    { ...frame, id: 2, payload: Uint8Array.of(0xa2, 0x0a, 0, 0, 0, 42, 0, 0, 0) },
    '6c1b00e803d20402d30400f1536505000000a20a0000002a000000',
  ],
])('the worked example of a %s frame', (_, written, hex) => {
  expect(Buffer.from(encodeLoggerFrame(written)).toString('hex')).toBe(hex);
  expect(entriesOf([written])[0]?.frame).toMatchObject({
    buffer: logBuffers[written.id],
    uid: 1000,
    pid: 1234,
    tid: 1235,
    seconds: 1_700_000_000,
    nanoseconds: 5,
    damage: [],
  });
});

property.prop([fc.integer({ min: 0, max: 0xffffffff })])('the time is that of a calendar', (seconds) => {
  const [line = ''] = text(logcatText(entriesOf([{ ...frame, seconds }])))
    .split('\n')
    .slice(1);
  expect(line.slice(0, 14)).toBe(`${new Date(seconds * 1000).toISOString().slice(5, 19).replace('T', ' ')}`);
});

describe('a text entry', () => {
  const entryOf = (payload: string) => entriesOf([{ ...frame, payload: Buffer.from(payload, 'latin1') }])[0];
  test.each([
    ['whole', '\x04tag\0said\0', 'tag', 'said'],
    ['of several lines', '\x04tag\0a\n\nb\n\0', 'tag', 'a\n\nb\n'],
    ['without its last zero', '\x04tag\0said', 'tag', 'said'],
    ['whose tag has no zero', '\x04tag: said', 'tag', ' said'],
    ['that is a tag alone', '\x04tag', 'tag', ''],
    ['of nothing', '\x04\0\0', '', ''],
  ])('%s', (_, payload, tag, message) => {
    const entry = entryOf(payload);
    expect([text(entry?.tag ?? Buffer.of()), text(entry?.message ?? Buffer.of())]).toEqual([tag, message]);
  });

  test('what stands in front of a message is cut where logcat cuts it', () => {
    const lines = text(logcatText(entriesOf([{ ...frame, payload: textPayload(4, 't'.repeat(200), 'said') }])));
    expect(lines.split('\n')[1]).toBe(`11-14 22:13:20.000  1234  1235 I ${'t'.repeat(94)}said`);
  });
});

describe('an event', () => {
  const messageOf = (...bytes: number[]) => {
    const event = decodeEvent(Uint8Array.of(1, 0, 0, 0, ...bytes));
    return event === null ? null : text(eventMessage(event));
  };
  test.each([
    ['int', [0, 0xff, 0xff, 0xff, 0xff], '-1'],
    ['long', [1, 0, 0, 0, 0, 0, 0, 0, 0x80], '-9223372036854775808'],
    ['string', [2, 2, 0, 0, 0, 0x68, 0x69], 'hi'],
    ['float', [4, 0, 0, 0x80, 0x7f], 'inf'],
    ['empty list', [3, 0], '[]'],
    ['nothing', [], ''],
    ['unknown type', [9], '!'],
    ['string that is cut', [2, 9, 0, 0, 0, 0x68, 0x69], 'hi!'],
    ['list that is cut', [3, 2, 0, 1, 0, 0, 0], '[1!'],
    ['lists too deep', Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 3 : 1)), `${'['.repeat(16)}!`],
  ])('%s', (_, bytes, message) => expect(messageOf(...bytes)).toBe(message));

  test('nothing of a payload too short for its number', () => expect(decodeEvent(new Uint8Array(3))).toBeNull());

  property.prop([fc.uint8Array({ maxLength: 200 })])('any payload', (payload) => {
    const event = decodeEvent(payload);
    if (event !== null) {
      expect(event.size).toBeLessThanOrEqual(payload.length);
      expect(eventMessage(event).length).toBeLessThan(64 * (payload.length + 1));
    }
  });
});

test('event-log-tags', () => {
  const strange: number[] = [];
  const tags = parseEventTags(
    '# 1 none\n42 answer (to life|3)\r\n 7\tseven\n42 again\n314159265358 too_large\n8 # none\n9 nine # comment\n \nx y\n',
    (line) => strange.push(line),
  );
  expect(strange).toEqual([5, 6, 9]);
  expect([...tags]).toEqual([
    [42, { name: 'answer', format: '(to life|3)' }],
    [7, { name: 'seven', format: '' }],
    [9, { name: 'nine', format: '' }],
  ]);
});

test('of made-up names few become files, and each of a last block alone stays small', () => {
  const blocks = Array.from({ length: 3000 }, (_, i) => ({
    ...frame,
    nanoseconds: 255_000,
    payload: Uint8Array.of(4, ...Buffer.from(`a:${i}\0x`)),
  }));
  const pmsg = new Uint8Array(Buffer.concat(blocks.map(encodeLoggerFrame)));
  const files = pmsgFiles(entriesOf(blocks), trace(pmsg, 0));
  expect(files).toHaveLength(1024);
  for (const { content, missing } of files) expect([content.bytes.length, missing.length]).toEqual([256, 255]);
});

describe('what to show', () => {
  const entries = entriesOf([
    { ...frame, payload: textPayload(4, 'ActivityManager', 'info') },
    { ...frame, payload: textPayload(6, 'wifi', 'error'), pid: 70 },
    { ...frame, payload: textPayload(2, 'wifi', 'verbose'), id: 3 },
    { ...frame, payload: eventPayload(2722, 1, '', 0n), id: 2 },
  ]);
  const shown = (selection: Parameters<typeof selectEntries>[1]) =>
    selectEntries(entries, selection).map((entry) => entries.indexOf(entry));

  test.each([
    ['ActivityManager:I *:S', false, [0]],
    ['ActivityManager:I', true, [0]],
    ['wifi', true, [1, 2]],
    ['wifi:w', false, [0, 1, 3]],
    ['*:e,\twifi:*', false, [1, 2]],
    ['*', false, [0, 1, 3]],
    ['wifi:v wifi:s', true, []],
    ['[2722]', true, [3]],
    ['', false, [0, 1, 2, 3]],
    ['', true, []],
  ])('%s, silent: %s', (expressions, isSilent, expected) => {
    expect(shown({ tags: parseTagFilter(expressions, isSilent) })).toEqual(expected);
  });

  test('of buffers and of a process', () => {
    expect(shown({ buffers: ['system', 'events'] })).toEqual([2, 3]);
    expect(shown({ pid: 70 })).toEqual([1]);
    expect(shown({ pid: 70 + 0x10000 })).toEqual([1]);
    expect(shown({})).toEqual([0, 1, 2, 3]);
  });

  test.each([':E', 'wifi:x', 'wifi:0', 'a b:?'])('no filter: %s', (expressions) => {
    expect(() => parseTagFilter(expressions, false)).toThrow(RangeError);
  });
});
