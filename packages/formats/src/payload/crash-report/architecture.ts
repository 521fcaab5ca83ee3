import type { ByteRange } from '../../bytes/range.js';
import type { StackFrame } from './frame.js';
import { captureAll, type LogLine } from './told.js';

export interface RegisterValue {
  /** As printed: `RAX`, `x0`, `GPR03`. */
  readonly name: string;
  readonly value: bigint;
  readonly from: ByteRange;
}

/** What one line of a register dump says. */
export interface DumpLine {
  readonly registers: readonly RegisterValue[];
  /** Where the processor stood. */
  readonly at?: StackFrame;
  /** Where it would have returned to: the link register. */
  readonly link?: StackFrame;
  /** True when the registers are those of user space, false when this line says that they are the kernel's. */
  readonly isUser?: boolean;
  /** The line does not say which registers they are: GPR0 stands for the one behind the last of the line before (s390). */
  readonly goesOn?: true;
}

/** How the kernel of one architecture prints registers and stacks. */
export interface Architecture {
  readonly name: 'x86' | 'arm64' | 'arm' | 'riscv' | 'powerpc' | 'mips' | 's390';
  /** Null for a line that is of no register dump. */
  readonly dumpLine: (line: LogLine) => DumpLine | null;
  /** For frames that only this architecture prints; null for other lines. */
  readonly frames?: (line: LogLine) => readonly StackFrame[] | null;
}

/** Each `name value` of a line; the pattern has two groups, name and at most 16 hexadecimal digits, and flags `dg`. */
export function registersIn(line: LogLine, pattern: RegExp): RegisterValue[] {
  return captureAll(line, pattern).flatMap(([whole, name, digits]) => {
    if (whole === undefined || name === undefined || digits === undefined) return [];
    return [{ name: name.value, value: BigInt(`0x${digits.value}`), from: whole.from }];
  });
}
