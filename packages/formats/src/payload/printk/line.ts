import type { ByteRange } from '../../bytes/range.js';
import { printkFacilities, printkLevels } from './level.js';

/** One line of a kernel log. Ranges are bytes of the text that it stands in. */
export interface PrintkLine {
  /** The whole line, its line feed left out. */
  readonly range: ByteRange;
  /** What the kernel said: the line without prefix and carriage return. A line that has no prefix is all message. */
  readonly message: ByteRange;
  /** 0 (emerg) to 7 (debug). */
  readonly level?: number;
  /** 0 is the kernel; what user space wrote to /dev/kmsg has others. */
  readonly facility?: number;
  /** Microseconds since boot, as printed. */
  readonly time?: number;
  /** `T` and a thread or `C` and a CPU (CONFIG_PRINTK_CALLER, since 5.1). */
  readonly caller?: string;
  /** Goes on the line before it (KERN_CONT of 3.5 and later). */
  readonly continues?: true;
}

/**
 * The prefix of a line, every part of it optional:
 * - `<6>` priority of the log buffer, `<c>` continuation, `<d>` default (up to 3.5), the same behind SOH (0x01, 3.6 and
 *   later, in a buffer that was copied raw), or the words of `dmesg -x`
 * - `[   12.345678]` since boot (printk.time)
 * - `[    T123]`, `[    C0]` caller
 */
const prefix = new RegExp(
  [
    String.raw`^(?:<(?:(\d{1,4})|([cd]))>|\x01([0-7cd])|`,
    `(${printkFacilities.join('|')}) {0,3}:(${printkLevels.join('|')}) {0,3}: )?`,
    String.raw`(?:\[ {0,11}(\d{1,9})\.(\d{6})\])?(?:\[ {0,9}([TC]\d{1,9})\])?`,
  ].join(''),
);

/** More than any prefix has; the rest of a line is not looked at, however long it is. */
const longestPrefix = 96;

/** Every line of a log, none left out: those that do not parse are all message. The last one may lack its line feed. */
export function printkLines(text: Uint8Array): PrintkLine[] {
  const lines: PrintkLine[] = [];
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf(0x0a, start);
    const end = feed < 0 ? text.length : feed;
    lines.push(printkLine(text, { start, end }));
    start = end + 1;
  }
  return lines;
}

function printkLine(text: Uint8Array, range: ByteRange): PrintkLine {
  const head = String.fromCharCode(...text.subarray(range.start, Math.min(range.end, range.start + longestPrefix)));
  const [found = '', priority, letter, soh, facility, level, seconds, micros, caller] = prefix.exec(head) ?? [];
  const spaced = (seconds ?? caller) !== undefined && head[found.length] === ' ' ? 1 : 0;
  const end = range.end > range.start && text[range.end - 1] === 0x0d ? range.end - 1 : range.end;
  const start = Math.min(range.start + found.length + spaced, end);
  const code = soh ?? letter;
  return {
    range,
    message: { start, end },
    ...priorityOf(priority ?? (code === undefined || /\d/.test(code) ? code : undefined)),
    ...(level === undefined
      ? {}
      : { level: indexIn(printkLevels, level), facility: indexIn(printkFacilities, facility) }),
    ...(seconds === undefined ? {} : { time: Number(seconds) * 1e6 + Number(micros) }),
    ...(caller === undefined ? {} : { caller }),
    ...(code === 'c' ? { continues: true } : {}),
  };
}

function priorityOf(digits: string | undefined): Pick<PrintkLine, 'level' | 'facility'> {
  if (digits === undefined) return {};
  return { level: Number(digits) & 7, facility: Number(digits) >> 3 };
}

function indexIn(names: readonly string[], name: string | undefined): number {
  return name === undefined ? -1 : names.indexOf(name);
}
