import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { trace } from '../../../src/bytes/index.js';
import {
  decodeLogEntry,
  logcatText,
  parseEventTags,
  pmsgFiles,
  readLoggerFrames,
} from '../../../src/payload/android/index.js';

const root = new URL('../../../../../test-vectors/', import.meta.url);
const folders = readdirSync(new URL('android/', root), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const read = (path: string) => readFileSync(new URL(path, root));
const tags = parseEventTags(read('android/event-log-tags').toString());

interface Expected {
  readonly frames: number;
  readonly lost: readonly [number, number][];
  readonly eventTags?: true;
  readonly damage?: readonly string[][];
  readonly headers?: readonly string[];
  readonly files?: readonly { readonly name: string; readonly content: string; readonly missing: number[] }[];
}

describe.for(folders.map(({ name }) => name))('%s', (name) => {
  const pmsg = new Uint8Array(read(`android/${name}/pmsg.bin`));
  const expected: Expected = JSON.parse(read(`android/${name}/expected.json`).toString());
  const { frames, lost } = readLoggerFrames(pmsg);
  const entries = frames.map((frame) => decodeLogEntry(frame, expected.eventTags ? tags : undefined));

  test('frames and lost bytes', () => {
    expect(frames.length).toBe(expected.frames);
    expect(lost.map(({ start, end }) => [start, end])).toEqual(expected.lost);
    expect(frames.map(({ damage }) => damage)).toEqual(expected.damage ?? frames.map(() => []));
    if (expected.headers !== undefined) expect(frames.map(({ header }) => header)).toEqual(expected.headers);
  });

  test('the text of logcat', () => {
    expect(Buffer.from(logcatText(entries)).toString()).toBe(read(`android/${name}/logcat.txt`).toString());
  });

  test('files', () => {
    const files = pmsgFiles(entries, trace(pmsg, 0));
    expect(
      files.map((file) => ({
        name: Buffer.from(file.name).toString(),
        content: Buffer.from(file.content.bytes).toString(),
        missing: file.missing,
      })),
    ).toEqual(expected.files ?? []);
    for (const { content } of files) {
      expect(content.spans.reduce((sum, { length }) => sum + length, 0)).toBe(content.bytes.length);
    }
  });
});

test('the record that a kernel kept', () => {
  const { frames, lost } = readLoggerFrames(new Uint8Array(read('ramoops/android-pmsg-6.1/kernel/pmsg-ramoops-0')));
  expect(lost).toEqual([]);
  expect(frames.flatMap(({ damage }) => damage)).toEqual([]);
  expect(Buffer.from(logcatText(frames.map((frame) => decodeLogEntry(frame)))).toString()).toBe(`\
--------- beginning of main
11-14 22:13:20.123   321   330 I ActivityManager: Start proc 4242:com.example.app/u0a77 for activity
11-14 22:13:21.123  4242  4242 D ExampleApp: onCreate: cold start
--------- beginning of system
11-14 22:13:22.123   321   333 W system_server: Slow operation: 512ms so far
--------- beginning of crash
11-14 22:13:23.123  4242  4260 E DEBUG   : signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0
11-14 22:13:24.123     1     1 F init    : fatal: unicode ok: café 中文
--------- beginning of events
11-14 22:13:30.000   321   340 I [2722]  : [87,4012,310]
`);
});
