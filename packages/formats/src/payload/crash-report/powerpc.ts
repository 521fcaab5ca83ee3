import { type Architecture, type DumpLine, type RegisterValue, registersIn } from './architecture.js';
import { frameOf, place, type StackFrame } from './frame.js';
import { capture, captureAll, type LogLine } from './told.js';

/** `NIP [c0000000002c5f40] .lkdtm_BUG+0x0/0x4`, `LR [c0…] …` (show_regs). */
const named = new RegExp(String.raw`^(NIP|LR) \[([0-9a-f]{8,16})\] ${place}`, 'd');

const dumpLine = /^(?:NIP: {1,2}|REGS: |MSR: |CFAR: |IRQMASK: |DAR: |GPR\d\d: )/;

const registers =
  /\b(NIP|LR|CTR|REGS|TRAP|MSR|CR|XER|CFAR|DAR|DSISR|DEAR|ESR|IRQMASK): {1,2}([0-9a-f]{1,16})(?![0-9a-f])/dg;

/** `GPR04: …` and the registers that follow it: four a line in 64 bits, eight in 32. */
const general = /^GPR(\d\d): /d;
const word = /([0-9a-f]{16}|[0-9a-f]{8})(?= |$)/dg;

/** `[sp] [address] name+0x30/0x44 (unreliable)` (show_stack). */
const frame = new RegExp(String.raw`^\[[0-9a-f]{8,16}\] \[([0-9a-f]{8,16})\] ${place}( \(unreliable\))?`, 'd');

export const powerpc: Architecture = { name: 'powerpc', dumpLine: readLine, frames };

function readLine(line: LogLine): DumpLine | null {
  const found = capture(line, named);
  if (found !== null) {
    const [whole, which, address, ...groups] = found;
    const at = frameOf(groups, whole!.from, true, address!.value);
    return which!.value === 'NIP' ? { registers: [], at } : { registers: [], link: at };
  }
  if (!dumpLine.test(line.words)) return null;
  const first = capture(line, general)?.[1];
  const values = first === undefined ? registersIn(line, registers) : generalRegisters(line, Number(first.value));
  const state = values.find(({ name }) => name === 'MSR')?.value;
  // MSR[PR], problem state: user space.
  return { registers: values, ...(state === undefined ? {} : { isUser: (state & 0x4000n) !== 0n }) };
}

function generalRegisters(line: LogLine, first: number): RegisterValue[] {
  return captureAll(line, word).map(([whole], i) => {
    const name = `GPR${String(first + i).padStart(2, '0')}`;
    return { name, value: BigInt(`0x${whole!.value}`), from: whole!.from };
  });
}

function frames(line: LogLine): readonly StackFrame[] | null {
  const found = capture(line, frame);
  if (found === null) return null;
  const [whole, address, ...rest] = found;
  return [frameOf(rest.slice(0, 5), whole!.from, rest[5] === undefined, address!.value)];
}
