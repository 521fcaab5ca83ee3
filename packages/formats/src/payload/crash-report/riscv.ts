import { type Architecture, type DumpLine, registersIn } from './architecture.js';
import { frameOf, place } from './frame.js';
import { capture, type LogLine } from './told.js';

// Written from the published format (show_regs, arch/riscv/kernel/process.c); not tried on real text.

/** `epc : name+0x10/0x20`, ` ra : name+0x10/0x20` (since 5.8). */
const named = new RegExp(`^ {0,1}(epc|ra) : ${place}`, 'd');

/** Three a line, `epc : … ra : … sp : …` to ` t5 : … t6 : …`, then status, badaddr (stval) and cause. */
const dumpLine = /^ ?(?:epc ?: |gp ?: |t\d ?: |s\d{1,2} ?: |a\d ?: |status: |badaddr: |cause: )/;

const registers =
  /\b(epc|ra|sp|gp|tp|t\d|s\d{1,2}|a\d|status|badaddr|cause) {0,2}: {1,2}([0-9a-f]{8,16})(?![0-9a-f])/dg;

export const riscv: Architecture = { name: 'riscv', dumpLine: readLine };

function readLine(line: LogLine): DumpLine | null {
  const found = capture(line, named);
  if (found !== null) {
    const [whole, which, ...groups] = found;
    const frame = frameOf(groups, whole!.from);
    return which!.value === 'epc' ? { registers: [], at: frame } : { registers: [], link: frame };
  }
  if (!dumpLine.test(line.words)) return null;
  const values = registersIn(line, registers);
  const status = values.find(({ name }) => name === 'status')?.value;
  if (values.length === 0) return null;
  // SPP, the privilege before the trap: 0 is user space.
  return { registers: values, ...(status === undefined ? {} : { isUser: (status & 0x100n) === 0n }) };
}
