import type { StackFrame } from './frame.js';
import type { CrashKind } from './headline.js';

/** Functions that report, warn, wait or wrap, by kernel: they stand on top of what went wrong, and name nothing. */
const reporting =
  /^(?:dump_stack|dump_stack_lvl|dump_backtrace|show_stack|show_regs|show_trace_log_lvl|unwind_backtrace|v?panic|nmi_panic|die|__?die|oops_end|bust_spinlocks|__warn|__warn_printk|warn_slowpath_(?:fmt|null|common)|report_bug|__stack_chk_fail|ubsan_\w{1,40}|__ubsan_handle_\w{1,60}|kasan_report|kasan_report_\w{1,40}|print_report|print_address_description|__asan_\w{1,40}|__kasan_\w{1,40}|kfence_report_error|__might_sleep|__might_resched|___might_sleep|__schedule_bug|__schedule|schedule|schedule_timeout|schedule_preempt_disabled|io_schedule|oom_kill_process|dump_header|out_of_memory|sched_show_task|dump_cpu_task|rcu_dump_cpu_stacks|rcu_sched_clock_irq|rcu_check_callbacks|print_cpu_stall|update_process_times|tick_\w{1,40}|__hrtimer_run_queues|hrtimer_interrupt|__?timer_interrupt|watchdog_timer_fn|nmi_cpu_backtrace)$/;

/** Where user space enters, an interrupt comes in, or a thread begins: the same under everything. */
const entry =
  /^(?:do_syscall_64|entry_SYSCALL\w{0,40}|entry_INT80\w{0,20}|do_int80\w{0,20}|x64_sys_call|ia32_sys_call|do_fast_syscall_32|invoke_syscall|el0\w{0,40}|el0t?_\w{0,40}|do_el0_svc|ret_fast_syscall|ret_from_fork\w{0,20}|ret_from_kernel_thread|kernel_thread_starter|kthread|system_call\w{0,40}|syscall_common|handle_sys\w{0,10}|do_trap_ecall_u|ret_from_syscall|__do_syscall|asm_\w{1,60}|common_interrupt|handle_exception)$/;

/** What compilers put behind the name of a function that they split or copied. */
const suffix = /\.(?:constprop|isra|part|cold|llvm|lto_priv|kcfi|pfi)\b.*$/;

/** Frames that a signature has at most. */
const depth = 5;

/** The name of a function as its source has it: `.lkdtm_BUG` and `foo.isra.0` become `lkdtm_BUG` and `foo`. */
function functionName(symbol: string): string {
  return symbol.replace(/^\./, '').replace(suffix, '');
}

/** Whether a frame is of the reporting and waiting on top of what went wrong. */
export function isReporting({ symbol }: StackFrame): boolean {
  return symbol !== undefined && reporting.test(functionName(symbol));
}

/**
 * A text that is equal for crashes of one kind at one place: `v1:oops:lkdtm_ACCESS_NULL<lkdtm_do_action<…`, the innermost
 * first, at most five functions, no offsets, addresses, modules or suffixes of the compiler. Left out are the
 * frames of the reporting itself, repetitions, and frames that are not reliable; where no other names a function these are
 * taken, each with a `?` behind it. It ends where the kernel was entered; `v1:oops:?` when no function is known. The rules
 * of one version never change; better ones get the next number.
 */
export function crashSignature(kind: CrashKind, top: StackFrame | undefined, trace: readonly StackFrame[]): string {
  const frames = top === undefined ? trace : [top, ...trace];
  const names = callChain(frames.filter(({ reliable }) => reliable));
  const chain = names.length > 0 ? names : callChain(frames).map((name) => `${name}?`);
  return `v1:${kind}:${chain.length === 0 ? '?' : chain.join('<')}`;
}

function callChain(frames: readonly StackFrame[]): string[] {
  const names: string[] = [];
  for (const frame of frames) {
    if (frame.symbol === undefined || isReporting(frame)) continue;
    const name = functionName(frame.symbol);
    if (entry.test(name) || names.length === depth) break;
    if (names.at(-1) !== name) names.push(name);
  }
  return names;
}
