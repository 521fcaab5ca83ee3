import { type MachineCheck, machineCheck } from './layout.js';

/** The form of kernels up to 4.8; every later one begins with it. */
const oldestSize = 88;
const microcodeEnd = 116;

/** `struct mce` of whatever kernel, told by its length; fields that it does not have are 0. Null when it is too short. */
export function decodeMachineCheck(payload: Uint8Array): MachineCheck | null {
  if (payload.length < oldestSize) return null;
  const whole = new Uint8Array(machineCheck.size);
  whole.set(payload.subarray(0, machineCheck.size));
  return machineCheck.decode(whole, 0, 'le');
}

/** What the kernel prints of a machine check (print_mce, arch/x86/kernel/cpu/mce/core.c), without its prefix. */
export function machineCheckText(check: MachineCheck, length: number): string {
  const hex = (value: bigint | number, digits = 0) => value.toString(16).padStart(digits, '0');
  const isException = (check.mcgStatus & 4n) !== 0n;
  const what = `Machine Check${isException ? ' Exception' : ''}: ${hex(check.mcgStatus)}`;
  const lines = [`CPU ${check.extCpu}: ${what} Bank ${check.bank}: ${hex(check.status, 16)}`];
  if (check.ip !== 0n) {
    const inexact = (check.mcgStatus & 2n) === 0n ? '!INEXACT! ' : '';
    lines.push(`RIP ${inexact}${hex(check.cs, 2)}:<${hex(check.ip, 16)}>`);
  }
  const values = (['addr', 'misc', 'synd', 'ipid', 'ppin'] as const).filter((name) => check[name] !== 0n);
  lines.push([`TSC ${hex(check.tsc)}`, ...values.map((name) => `${name.toUpperCase()} ${hex(check[name])}`)].join(' '));
  const microcode = length >= microcodeEnd ? ` microcode ${hex(check.microcode)}` : '';
  const place = `SOCKET ${check.socketId} APIC ${hex(check.apicId)}${microcode}`;
  lines.push(`PROCESSOR ${check.cpuVendor}:${hex(check.cpuid)} TIME ${check.time} ${place}`);
  return `${lines.join('\n')}\n`;
}
