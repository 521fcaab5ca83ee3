import { describe, expect, test } from 'vitest';
import { withoutGarbage } from '../../src/dump/without-garbage.js';
import { type PstoreRecord, trace } from '../../src/index.js';

const lines = Array.from({ length: 20 }, (_, i) => `<6>[${`${i}`.padStart(5)}.000000] usb 1-1: device ${i}\n`);
const dump = `Oops#1 Part1\n${lines.join('')}`;

/** The record of a text that the kernel does not show. */
function recordOf(text: string, more: Partial<PstoreRecord> = {}): PstoreRecord {
  const content = trace(new Uint8Array(Buffer.from(text, 'latin1')), 0);
  const stored = { start: 0, end: text.length };
  return {
    backend: 'efi',
    type: 'dmesg',
    state: 'erased',
    grade: 'certain',
    compression: 'deflate',
    stored,
    payload: content,
    text: content,
    findings: [],
    ...more,
  };
}

const textOf = ({ text }: PstoreRecord) => Buffer.from(text.bytes).toString('latin1');
const garbage = '<6>[  5.0pci 00\n\x01\x02b00:1f\n';

describe('stays as it is', () => {
  test.each<[string, PstoreRecord]>([
    ['a sound dump', recordOf(dump)],
    ['a dump with one odd line', recordOf(`${dump}odd\n${lines.join('')}`)],
    ['lines that repeat, and a time that falls', recordOf(`${dump}${lines[3]}${lines[3]}`)],
    ['a live record', recordOf(dump + garbage, { state: 'live' })],
    ['what no decompressor read', recordOf(garbage, { compression: 'unknown' })],
    ['traces', recordOf('\x00'.repeat(99), { type: 'ftrace' })],
    ['binary messages', recordOf(`l\x00\x01${'\x05'.repeat(99)}`, { type: 'pmsg' })],
  ])('%s', (_, record) => expect(withoutGarbage(record)).toBe(record));
});

test('a stream is cut before the first of several lines that no kernel writes', () => {
  const record = withoutGarbage(recordOf(dump + garbage + lines.join('')));
  expect(textOf(record)).toBe(dump);
  expect(record.grade).toBe('probable');
  expect(record.findings.map(({ code }) => code)).toEqual(['compress.broken']);
});

test('of plain text the garbage is left out', () => {
  const { compression: _, ...plain } = recordOf(`${dump}${'\x01\x80'.repeat(40)}\n${lines.join('')}`);
  const record = withoutGarbage(plain);
  expect(textOf(record)).toContain(dump);
  expect(textOf(record)).toContain(lines.join(''));
  expect(textOf(record)).not.toContain('\x80');
  expect(record.findings.map(({ code }) => code)).toEqual(['recovered.gaps']);
});

test('bytes that are no text are shown as they stand, and are possible', () => {
  const { compression: _, ...plain } = recordOf('\x01\x80'.repeat(40));
  expect(withoutGarbage(plain)).toEqual({ ...plain, grade: 'possible' });
});
