import { type Architecture, type DumpLine, registersIn } from './architecture.js';
import { frameOf, place } from './frame.js';
import { capture, type LogLine } from './told.js';

/** `pc : name+0x8/0xc`, `lr : …` (__show_regs, since 4.17); `PC is at name+0x8/0xc` before that. */
const named = new RegExp(`^(?:(pc|lr) : |(PC|LR) is at )${place}`, 'd');

const dumpLine = /^(?:pstate: |sp : |x\d{1,2} ?: |pc : \[<)/;

/** `x9 : 00…`, `sp : ff…`, `pstate: 60000005`; up to 4.16 also `pc : [<ff…>] lr : [<ff…>]`. 16 digits: 32-bit ARM has 8. */
const registers = /\b(x\d{1,2}|sp|pc|lr) ?: (?:\[<)?([0-9a-f]{16})(?![0-9a-f])/dg;
const processorState = /\b(pstate): ([0-9a-f]{8,16})\b/dg;

export const arm64: Architecture = { name: 'arm64', dumpLine: readLine };

function readLine(line: LogLine): DumpLine | null {
  const found = capture(line, named);
  if (found !== null) {
    const [whole, now, before, ...groups] = found;
    const frame = frameOf(groups, whole!.from);
    return /^pc/i.test((now ?? before)!.value) ? { registers: [], at: frame } : { registers: [], link: frame };
  }
  if (!dumpLine.test(line.words)) return null;
  const values = [...registersIn(line, registers), ...registersIn(line, processorState)];
  // EL0 is user space: the low four bits of the state.
  const state = values.find(({ name }) => name === 'pstate')?.value;
  if (values.length === 0) return null;
  return { registers: values, ...(state === undefined ? {} : { isUser: (state & 15n) === 0n }) };
}
