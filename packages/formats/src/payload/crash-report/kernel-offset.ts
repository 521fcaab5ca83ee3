import type { KernelOffset } from './report.js';
import { capture, type LogLine, type Told } from './told.js';

/** `Kernel Offset: 0x24600000 from 0xffffffff81000000 (relocation range: …)` or `Kernel Offset: disabled` (dump_kernel_offset). */
const pattern = /^Kernel Offset: (?:disabled|0x([0-9a-f]{1,16}) from 0x([0-9a-f]{1,16}))/d;

export function kernelOffsetIn(line: LogLine): Told<KernelOffset> | null {
  const found = capture(line, pattern);
  if (found === null) return null;
  const [whole, offset, linked] = found;
  const isMoved = offset !== undefined && linked !== undefined;
  const value = isMoved ? { offset: BigInt(`0x${offset.value}`), linked: BigInt(`0x${linked.value}`) } : { offset: 0n };
  return { value, from: whole!.from };
}
