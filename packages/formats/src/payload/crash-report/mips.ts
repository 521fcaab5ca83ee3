import { type Architecture, type DumpLine, type RegisterValue, registersIn } from './architecture.js';
import { frameOf, place } from './frame.js';
import { capture, captureAll, type LogLine } from './told.js';

// Written from the published format (__show_regs, arch/mips/kernel/traps.c); not tried on real text.

/** `epc   : 80101234 name+0x10/0x20`, `ra    : 80101234 name+0x10/0x20`. */
const named = new RegExp(`^(epc|ra) {1,4}: ([0-9a-f]{8,16})(?: ${place})?`, 'd');

/** `$ 4   : 00000000 …`: four registers a line from that number on. */
const general = /^\$ ?(\d{1,2}) {1,4}: /d;
const word = /\b([0-9a-f]{16}|[0-9a-f]{8})(?= |$)/dg;

const special = /^(Hi|Lo|Acx|Status|Cause|BadVA|PrId) {0,5}: {1,2}([0-9a-f]{8,16})(?![0-9a-f])/dg;

export const mips: Architecture = { name: 'mips', dumpLine: readLine };

function readLine(line: LogLine): DumpLine | null {
  const first = capture(line, general)?.[1];
  if (first !== undefined) return { registers: generalRegisters(line, Number(first.value)) };
  const found = capture(line, named);
  if (found === null) {
    const values = registersIn(line, special);
    const status = values.find(({ name }) => name === 'Status')?.value;
    if (values.length === 0) return null;
    // KSU: 2 is user space.
    return { registers: values, ...(status === undefined ? {} : { isUser: (status & 0x18n) === 0x10n }) };
  }
  const [whole, which, address, ...groups] = found;
  const frame = frameOf(groups, whole!.from, true, address!.value);
  const value = { name: which!.value, value: BigInt(`0x${address!.value}`), from: whole!.from };
  return { registers: [value], ...(which!.value === 'epc' ? { at: frame } : { link: frame }) };
}

function generalRegisters(line: LogLine, first: number): RegisterValue[] {
  return captureAll(line, word).map(([whole], i) => {
    return { name: `$${first + i}`, value: BigInt(`0x${whole!.value}`), from: whole!.from };
  });
}
