import type { Architecture, DumpLine, RegisterValue } from './architecture.js';
import { frameOf, place } from './frame.js';
import { capture, captureAll, type LogLine } from './told.js';

// Written from the published format (show_registers, arch/s390/kernel/dumpstack.c); not tried on real text.

/** `Krnl PSW : 0704c00180000000 000000001fa1d6c4 (name+0x2c/0x40)`: mask and address. */
const programStatus = new RegExp(
  String.raw`^(Krnl|User) PSW : ([0-9a-f]{8,16}) ([0-9a-f]{8,16})(?: \((?:\[<[0-9a-f]{8,16}>\] )?${place}\))?`,
  'd',
);

/** `Krnl GPRS: ` and four values, then three lines of four values behind blanks. */
const general = /^((?:Krnl|User) GPRS:| {10})(?: [0-9a-f]{16}){4} {0,2}$/d;
const word = /[0-9a-f]{16}/dg;

export const s390: Architecture = { name: 's390', dumpLine: readLine };

function readLine(line: LogLine): DumpLine | null {
  const found = capture(line, programStatus);
  if (found === null) return generalRegisters(line);
  const [whole, which, mask, address, ...groups] = found;
  const registers: RegisterValue[] = [mask!, address!].map(({ value, from }, i) => {
    return { name: i === 0 ? 'PSW mask' : 'PSW address', value: BigInt(`0x${value}`), from };
  });
  const isUser = which!.value === 'User';
  return { registers, isUser, ...(isUser ? {} : { at: frameOf(groups, whole!.from, true, address!.value) }) };
}

/** Only the first line says that they are the general registers. */
function generalRegisters(line: LogLine): DumpLine | null {
  const heading = capture(line, general)?.[1]?.value;
  if (heading === undefined) return null;
  const registers = captureAll(line, word).map(([whole], i) => {
    return { name: `GPR${i}`, value: BigInt(`0x${whole!.value}`), from: whole!.from };
  });
  return { registers, ...(heading.trim() === '' ? { goesOn: true } : {}) };
}
