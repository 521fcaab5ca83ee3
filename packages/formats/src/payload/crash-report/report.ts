import type { HostileText } from '../../bytes/hostile.js';
import type { ByteRange } from '../../bytes/range.js';
import type { Architecture, RegisterValue } from './architecture.js';
import type { StackFrame } from './frame.js';
import type { CrashKind } from './headline.js';
import type { Told } from './told.js';

/** The load address of the kernel, as the kernel says it when it panics (`Kernel Offset: 0x… from 0x…`). */
export interface KernelOffset {
  /** What KASLR added; 0 where it was off. */
  readonly offset: bigint;
  /** The address that the kernel was linked for; absent where it says `disabled`. */
  readonly linked?: bigint;
}

export interface LoadedModule {
  readonly name: string;
  /** `OE` of `vboxdrv(OE)`; `+` while it is loaded, `-` while it is unloaded. */
  readonly flags: string;
}

/**
 * One report of the kernel: a panic, an oops, a warning and so on. Absent is what its text does not say. All ranges are
 * bytes of the text; addresses are those of the machine that ran, its KASLR offset included.
 */
export interface CrashReport {
  readonly kind: CrashKind;
  /** The line that names it, as printed. */
  readonly title: Told<HostileText>;
  /** Microseconds since boot, of the title. */
  readonly time?: number;
  /** What was said along with it: `refcount_t: underflow; use-after-free.` */
  readonly message?: Told<HostileText>;
  /** `Oops: 0000 [#1] SMP`, where it is not the title. */
  readonly die?: Told<HostileText>;
  /** Oopses since boot, this one included. */
  readonly dieCount?: Told<number>;
  /** The address that could not be used. */
  readonly faultAddress?: Told<bigint>;
  /** Known by its registers and frames; absent where there are none that only one architecture prints. */
  readonly architecture?: Architecture['name'];
  readonly cpu?: Told<number>;
  readonly uid?: Told<number>;
  readonly pid?: Told<number>;
  readonly comm?: Told<HostileText>;
  /** Letters without blanks, `GDW`; empty for `Not tainted`. `taintFlags` says what they mean. */
  readonly taint?: Told<string>;
  /** `6.1.0-28-amd64` */
  readonly release?: Told<string>;
  /** `#1 SMP PREEMPT_DYNAMIC …`: the rest of that line. */
  readonly version?: Told<HostileText>;
  /** Hexadecimal digits of the kernel's GNU build id (CONFIG_STACKTRACE_BUILD_ID, since 5.14). */
  readonly buildId?: Told<string>;
  readonly hardware?: Told<HostileText>;
  /** Where the processor stood; where that is not printed, where the kernel says it was, else the first frame that is not of the reporting itself. */
  readonly top?: StackFrame;
  /** The link register, of architectures that print it by name. */
  readonly link?: StackFrame;
  /** The kernel's registers when it happened, as printed. */
  readonly registers: readonly RegisterValue[];
  /** Those of the user space that had entered the kernel. */
  readonly userRegisters: readonly RegisterValue[];
  /** Instructions around the place, one item a line, the one in brackets is the place: `… <0f> 0b …`. */
  readonly code: readonly Told<HostileText>[];
  readonly modules: readonly LoadedModule[];
  /** The first call trace, innermost first. */
  readonly trace: readonly StackFrame[];
  readonly kernelOffset?: Told<KernelOffset>;
  /** Equal for equal crashes: see `crashSignature`. */
  readonly signature: string;
  /** From the title to the last line that belongs to it. Other CPUs may have printed in between. */
  readonly range: ByteRange;
}
