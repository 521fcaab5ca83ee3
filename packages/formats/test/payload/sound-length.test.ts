import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { soundLength } from '../../src/payload/sound-length.js';

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const line = (second: number, text = 'usb 1-1: new device') => `<6>[${second.toFixed(6).padStart(12)}] ${text}\n`;
const head = 'Panic#1 Part1\n';
const sound = head + [1, 2, 3, 4].map((second) => line(second)).join('');

/** What is kept of a text, in lines. */
const kept = (text: string, isCut = true) => text.slice(0, soundLength(bytes(text), isCut));

describe('soundLength', () => {
  test.each([
    ['a text that was cut behind a line', sound],
    ['in a line', `${sound}<6>[    5.0000`],
    ['in a priority', `${sound}<`],
    ['without times', `${head}<6>usb 1-1: new device\n<4>abc\n`],
    ['with callers', `${head}<6>[    0.000000][    T0] Linux version 6.1\n<6>[    0.000001][   C12] x\n`],
    ['two CPUs', head + line(2) + line(1.5) + line(2.1)],
    ['text in another script', `${head}<6>[    0.000001] \xc3\xa9\n`],
    ['the first line alone', head],
    ['nothing', ''],
  ])('all of it: %s', (_, text) => expect(kept(text)).toBe(text));

  test.each([
    ['no priority', 'pci 0000:00\n'],
    ['no time', '<6>pci 0000:00\n'],
    ['a time long before', line(1)],
    ['more than printk holds', line(5, 'a'.repeat(1200))],
    ['a repetition', `${line(4.5, 'a line of some forty characters, no less')}`.repeat(2)],
    ['a control character', line(5, 'a\x01b')],
    ['a last piece that begins no line', 'pci'],
  ])('up to the line before the one with %s', (name, wrong) => {
    const before = head + (name === 'a repetition' ? [1, 2, 3, 4] : [1, 2, 3]).map((second) => line(second)).join('');
    expect(kept(sound + wrong)).toBe(before);
    if (wrong.endsWith('\n')) expect(kept(`${sound}${wrong}${line(6)}`)).toBe(before);
  });

  test('without its last lines where the stream broke and no line shows it', () => {
    expect(kept(`${sound}<6>[    5.0`, false)).toBe(head + [1, 2, 3].map((second) => line(second)).join(''));
  });

  test('never into the first line', () => expect(kept(`${head}garbage\n`)).toBe(head));

  property.prop([fc.uint8Array()])('any bytes: a part of them, up to the end or behind a line feed', (text) => {
    const length = soundLength(text, true);
    expect(length === text.length || length === 0 || text[length - 1] === 0x0a).toBe(true);
  });
});
