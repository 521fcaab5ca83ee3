import type { Architecture, DumpLine, RegisterValue } from './architecture.js';
import { arm } from './arm.js';
import { arm64 } from './arm64.js';
import type { StackFrame } from './frame.js';
import { mips } from './mips.js';
import { powerpc } from './powerpc.js';
import { riscv } from './riscv.js';
import { s390 } from './s390.js';
import type { LogLine } from './told.js';
import { x86 } from './x86.js';

/** arm64 stands before arm: its registers are longer, and the older of its lines look like those of arm. */
const architectures: readonly Architecture[] = [x86, arm64, arm, powerpc, riscv, mips, s390];

/** Registers that were printed together. */
export interface RegisterDump {
  readonly registers: RegisterValue[];
  readonly isInTrace: boolean;
  architecture: Architecture['name'];
  at?: StackFrame;
  link?: StackFrame;
  isUser: boolean;
}

/** No architecture prints as many; made-up names shall not make a dump long. */
const mostRegisters = 128;

/** A line of a register dump, and whose. */
export function dumpLineOf(line: LogLine): (DumpLine & { readonly architecture: Architecture['name'] }) | null {
  for (const { name, dumpLine } of architectures) {
    const found = dumpLine(line);
    if (found !== null) return { ...found, architecture: name };
  }
  return null;
}

/** Frames that only one architecture prints, and whose. */
export function ownFramesOf(
  line: LogLine,
): { readonly architecture: Architecture['name']; readonly frames: readonly StackFrame[] } | null {
  for (const { name, frames } of architectures) {
    const found = frames?.(line);
    if (found) return { architecture: name, frames: found };
  }
  return null;
}

/**
 * Puts a line to the last dump, or begins a new one: where a register comes again, where the place does, and where the
 * call trace began in between.
 */
export function addDumpLine(
  dumps: RegisterDump[],
  line: DumpLine & { readonly architecture: Architecture['name'] },
  isInTrace: boolean,
): void {
  const last = dumps.at(-1);
  const isNew =
    last === undefined ||
    last.isInTrace !== isInTrace ||
    (line.at !== undefined && last.at !== undefined) ||
    (line.goesOn !== true && line.registers.some(({ name }) => last.registers.some((each) => each.name === name)));
  const dump = isNew ? { registers: [], isInTrace, isUser: false, architecture: line.architecture } : last;
  if (isNew) dumps.push(dump);
  const numbered = line.goesOn ? dump.registers.filter(({ name }) => name.startsWith('GPR')).length : 0;
  for (const [i, register] of line.registers.entries()) {
    if (dump.registers.length === mostRegisters) break;
    dump.registers.push(line.goesOn ? { ...register, name: `GPR${numbered + i}` } : register);
  }
  // The names of the older lines of arm64 are those of arm; its registers come behind them.
  if (line.registers.length > 0) dump.architecture = line.architecture;
  if (line.at !== undefined) dump.at = line.at;
  if (line.link !== undefined) dump.link = line.link;
  if (line.isUser !== undefined) dump.isUser = line.isUser;
}
