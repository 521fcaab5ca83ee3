import { type Architecture, type DumpLine, registersIn } from './architecture.js';
import { frameOf, place, type StackFrame } from './frame.js';
import { capture, type LogLine } from './told.js';

/** `PC is at name+0x6/0x8`, `LR is at …` (__show_regs). arm64 printed the same up to 4.16; the registers tell them apart. */
const named = new RegExp(`^(PC|LR) is at ${place}`, 'd');

const dumpLine = /^(?:pc : \[<|sp : |r\d{1,2} ?: |Control: )/;

/** `r10: 00000004  r9 : c0bfc378`, `pc : [<c02746ea>]    lr : [<c027445b>]    psr: 00010033`; never more than 8 digits. */
const registers = /\b(r\d{1,2}|sp|ip|fp|pc|lr|psr|Control|Table|DAC) ?: {1,2}(?:\[<)?([0-9a-f]{8})(?![0-9a-f])/dg;

/**
 * A line of a stack names two places, the function and its caller (dump_backtrace_entry): ` name from caller+0x55/0xf8`,
 * up to 5.19 `[<c0012345>] (name) from [<c0012345>] (caller+0x55/0xf8)`.
 */
const fromCaller = new RegExp(
  String.raw`^ {0,2}(?:\[<[0-9a-f]{8}>\] \()?(?:([\w.$]{1,511})|0x[0-9a-f]{1,8})(?:\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8})?(?: \[[\w-]{1,64}\])?\)? from (?:\[<([0-9a-f]{8})>\] \()?${place}`,
  'd',
);

export const arm: Architecture = { name: 'arm', dumpLine: readLine, frames };

function readLine(line: LogLine): DumpLine | null {
  const found = capture(line, named);
  if (found !== null) {
    const [whole, which, ...groups] = found;
    const frame = frameOf(groups, whole!.from);
    return which!.value === 'PC' ? { registers: [], at: frame } : { registers: [], link: frame };
  }
  if (!dumpLine.test(line.words)) return null;
  const values = registersIn(line, registers);
  const state = values.find(({ name }) => name === 'psr')?.value;
  if (values.length === 0) return null;
  // Mode 0x10 is user space.
  return { registers: values, ...(state === undefined ? {} : { isUser: (state & 0x1fn) === 0x10n }) };
}

function frames(line: LogLine): readonly StackFrame[] | null {
  const found = capture(line, fromCaller);
  if (found === null) return null;
  const [whole, callee, address, ...groups] = found;
  const caller = frameOf(groups, whole!.from, true, address?.value);
  return callee === undefined ? [caller] : [{ symbol: callee.value, reliable: true, from: callee.from }, caller];
}
