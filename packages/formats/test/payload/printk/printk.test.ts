import { readdirSync, readFileSync } from 'node:fs';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  deriveClock,
  formatLineTime,
  type LineTimeFormat,
  type PrintkLine,
  parsePrintkFacilities,
  parsePrintkLevels,
  printkLines,
  selectLines,
  sinceBoot,
} from '../../../src/payload/printk/index.js';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const message = (text: string, line: PrintkLine) => text.slice(line.message.start, line.message.end);

describe('a line', () => {
  test.each<[line: string, said: string, values: Partial<PrintkLine>]>([
    ['<6>[    0.123456] hello', 'hello', { level: 6, facility: 0, time: 123456 }],
    ['<12>[  812.332104] user', 'user', { level: 4, facility: 1, time: 812_332_104 }],
    ['<191>[123456.000001]', '', { level: 7, facility: 23, time: 123_456_000_001 }],
    ['<4>[    1.000000][    T123] caller', 'caller', { level: 4, facility: 0, time: 1e6, caller: 'T123' }],
    ['[    1.000000][    C0] caller', 'caller', { time: 1e6, caller: 'C0' }],
    ['<6>[    T1] no time', 'no time', { level: 6, facility: 0, caller: 'T1' }],
    ['<5>no time', 'no time', { level: 5, facility: 0 }],
    ['<6>  indented', '  indented', { level: 6, facility: 0 }],
    ['[    1.000000]  a_frame+0x1/0x2', ' a_frame+0x1/0x2', { time: 1e6 }],
    ['[    1.000000] ends\r', 'ends', { time: 1e6 }],
    ['<c>goes on', 'goes on', { continues: true }],
    ['<d>default', 'default', {}],
    ['\x016soh', 'soh', { level: 6, facility: 0 }],
    ['\x01csoh', 'soh', { continues: true }],
    ['kern  :info  : [    0.000000] decoded', 'decoded', { level: 6, facility: 0, time: 0 }],
    ['daemon:err   : [    2.500000] decoded', 'decoded', { level: 3, facility: 3, time: 2_500_000 }],
    ['<0x6>no', '<0x6>no', {}],
    ['[ not a time ] x', '[ not a time ] x', {}],
    ['[1.5] x', '[1.5] x', {}],
    ['Panic#1 Part1', 'Panic#1 Part1', {}],
    ['\r', '', {}],
    ['', '', {}],
  ])('%j', (text, said, values) => {
    const [line, ...more] = printkLines(bytes(`${text}\n`));
    expect(more).toEqual([]);
    const { range, message: at, ...found } = line!;
    expect(message(text, line!)).toBe(said);
    expect(found).toEqual(values);
    expect(range).toEqual({ start: 0, end: text.length });
    expect(at.end).toBeLessThanOrEqual(range.end);
  });

  property.prop([fc.string({ unit: 'binary', maxLength: 200 })])('is where it stands, and none is lost', (text) => {
    const input = bytes(text);
    const lines = printkLines(input);
    const joined = lines.map(({ range }) => Buffer.from(input.subarray(range.start, range.end)).toString('latin1'));
    expect(`${joined.join('\n')}${text.endsWith('\n') ? '\n' : ''}`).toBe(Buffer.from(input).toString('latin1'));
  });

  test('every line that a kernel stored has its time', () => {
    const folder = new URL('../../../../../test-vectors/ramoops/', import.meta.url);
    const dumps = readdirSync(folder).flatMap((name) => {
      try {
        return [readFileSync(new URL(`${name}/kernel/dmesg-ramoops-0`, folder))];
      } catch {
        return [];
      }
    });
    expect(dumps.length).toBeGreaterThan(5);
    for (const dump of dumps) {
      const lines = printkLines(new Uint8Array(dump)).slice(1);
      const broken = lines.filter(({ time, level }) => time === undefined || level === undefined);
      // A dump may end within a line, and with the notice of ECC.
      expect(broken.length).toBeLessThanOrEqual(3);
    }
  });
});

describe('a selection', () => {
  const text = bytes(
    '<3>[    1.000000] bad news\n<6>[    2.000000] good news\n<30>[    3.000000] from systemd\nnothing known\n<2>[    4.000000] caf\xc3\xa9\n',
  );
  const lines = printkLines(text);
  test.each<[Parameters<typeof selectLines>[2], number[]]>([
    [{}, [0, 1, 2, 3, 4]],
    [{ levels: parsePrintkLevels('err+') }, [0, 4]],
    [{ levels: parsePrintkLevels('+err') }, [0, 1, 2]],
    [{ levels: parsePrintkLevels('info,crit') }, [1, 2, 4]],
    [{ levels: parsePrintkLevels('warning') }, []],
    [{ facilities: parsePrintkFacilities('daemon') }, [2]],
    [{ since: 2e6 }, [1, 2, 4]],
    [{ since: 2e6, until: 3e6 }, [1, 2]],
    [{ pattern: /NEWS/i }, [0, 1]],
    [{ pattern: /news/gy }, [0, 1]],
    [{ pattern: /^caf\u00e9$/ }, [4]],
    [{ pattern: /known/ }, [3]],
  ])('%j', (selection, kept) => {
    expect(selectLines(lines, text, selection).map((line) => lines.indexOf(line))).toEqual(kept);
  });

  test('an expression sees the beginning of a long line only', () => {
    const long = bytes(`${'a'.repeat(1024)}b\n`);
    expect(selectLines(printkLines(long), long, { pattern: /b/ })).toEqual([]);
  });

  test('unknown names are the fault of the caller', () => {
    expect(() => parsePrintkLevels('err,bad')).toThrow(RangeError);
    expect(() => parsePrintkFacilities('kernel')).toThrow(RangeError);
  });
});

describe('time', () => {
  const [first, second, none] = printkLines(bytes('<6>[    1.500000] a\n<6>[ 3601.750000] b\nc\n'));
  const written = { seconds: 1_795_000_000n, nanoseconds: 250_000_000 };
  const clock = deriveClock([first!, second!, none!], written);

  test.each<[LineTimeFormat, string, string]>([
    ['raw', '[    1.500000]', '[ 3601.750000]'],
    ['delta', '[<    0.000000>]', '[< 3600.250000>]'],
    ['iso', '2026-11-18T10:06:40.000000Z', '2026-11-18T11:06:40.250000Z'],
    ['ctime', '[Wed Nov 18 10:06:40 2026]', '[Wed Nov 18 11:06:40 2026]'],
  ])('%s', (format, of1, of2) => {
    expect(formatLineTime(first!, format, clock)).toBe(of1);
    expect(formatLineTime(second!, format, clock, first)).toBe(of2);
    expect(formatLineTime(none!, format, clock)).toBe('');
  });

  test('none is given to a record without a clock', () => {
    expect(deriveClock([first!], undefined)).toBeNull();
    expect(deriveClock([first!], { seconds: 0n, nanoseconds: 0 })).toBeNull();
    expect(deriveClock([none!], written)).toBeNull();
    expect(formatLineTime(first!, 'iso', null)).toBe('[    1.500000]');
    expect(formatLineTime(first!, 'ctime', null)).toBe('[    1.500000]');
  });

  test('a wall clock time becomes one since boot', () => {
    expect(sinceBoot(clock!, written)).toBe(3_601_750_000);
  });

  property.prop([fc.bigInt({ min: 1n, max: 253_402_300_799n }), fc.nat(999_999_999)])(
    'as Date has it',
    (seconds, nanoseconds) => {
      const [line] = printkLines(bytes('[    0.000000] a\n'));
      const found = formatLineTime(line!, 'iso', deriveClock([line!], { seconds, nanoseconds }));
      const wanted = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
      expect(found).toBe(`${wanted}.${String(Math.floor(nanoseconds / 1000)).padStart(6, '0')}Z`);
      const words = new Date(Number(seconds) * 1000).toUTCString();
      expect(formatLineTime(line!, 'ctime', deriveClock([line!], { seconds, nanoseconds })).slice(1, 4)).toBe(
        words.slice(0, 3),
      );
    },
  );
});
