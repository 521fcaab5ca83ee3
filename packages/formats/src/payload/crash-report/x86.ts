import { type Architecture, type DumpLine, registersIn } from './architecture.js';
import { frameOf, place } from './frame.js';
import { capture, type LogLine } from './told.js';

/**
 * `RIP: 0010:name+0x5/0x7` (show_ip; `EIP:` on 32-bit, without the segment since 4.20), up to 4.8
 * `RIP: 0010:[<addr>]  [<addr>] name+0x5/0x7`.
 */
const instruction = new RegExp(
  String.raw`^([RE]IP): (?:([0-9a-f]{4}):)?(?:\[<([0-9a-f]{8,16})>\] {0,3}){0,2}${place}`,
  'd',
);

/** 32-bit up to 4.10: `EIP: 0060:[<f8a5c03d>] EFLAGS: …`, and this behind it. */
const named = new RegExp(`^EIP is at ${place}`, 'd');

/** Lines of show_regs begin with one of these names. */
const dumpLine =
  /^ {0,2}(?:RSP|R[ABCD]X|R[SD]I|RBP|R(?:0[89]|1[0-5])|EIP|E[ABCD]X|E[SD]I|EBP|ESP|[CDEFGS]S|CR[0234]|DR[0-7]|EFLAGS|PKRU):/;

const registers = /\b([A-Za-z][A-Za-z0-9_]{1,7}): {0,2}(?:[0-9a-f]{4}:)?([0-9a-f]{4,16})(?![0-9a-f])/dg;

export const x86: Architecture = { name: 'x86', dumpLine: readLine };

function readLine(line: LogLine): DumpLine | null {
  const found = capture(line, instruction);
  if (found === null) {
    const is = capture(line, named);
    if (is !== null) return { registers: [], at: frameOf(is.slice(1), is[0]!.from) };
    return dumpLine.test(line.words) ? { registers: registersIn(line, registers) } : null;
  }
  const [whole, name, segment, address, ...groups] = found;
  const at = frameOf(groups, whole!.from, true, address?.value);
  return {
    // Its value is printed only where there is no name for it.
    registers: at.address === undefined ? [] : [{ name: name!.value, value: at.address, from: whole!.from }],
    at,
    // The two low bits of a code segment are the privilege level.
    ...(segment === undefined ? {} : { isUser: (Number.parseInt(segment.value, 16) & 3) === 3 }),
  };
}
