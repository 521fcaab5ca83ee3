import { struct, u8, u32, u64 } from '../../bytes/struct.js';

/**
 * `struct mce` of x86, the newest form; older ones end earlier: 88 bytes (4.4), 112 (4.9), 120 (4.18 to 5.7), 128 (since
 * 5.8).
 */
export const machineCheck = struct<MachineCheck>('struct mce', {
  status: u64('MCi_STATUS of the bank'),
  misc: u64('MCi_MISC of the bank'),
  addr: u64('MCi_ADDR of the bank'),
  mcgStatus: u64('MCG_STATUS'),
  ip: u64('instruction pointer'),
  tsc: u64('time stamp counter'),
  time: u64('seconds since 1970'),
  cpuVendor: u8('of the processor, in the kernel’s numbers'),
  injectFlags: u8('of an error that was made for a test'),
  severity: u8('the kernel’s grade'),
  pad: u8('0'),
  cpuid: u32('CPUID leaf 1, EAX'),
  cs: u8('code segment'),
  bank: u8('of machine check registers'),
  cpu: u8('number of the processor, its lowest byte'),
  finished: u8('the entry is complete'),
  extCpu: u32('number of the processor'),
  socketId: u32('of the processor'),
  apicId: u32('of the processor'),
  mcgCap: u64('MCG_CAP'),
  synd: u64('MCA_SYND of AMD; since 4.9'),
  ipid: u64('MCA_IPID of AMD; since 4.9'),
  ppin: u64('protected processor inventory number; since 4.9'),
  microcode: u32('its revision; since 4.18'),
  pad2: u32('0'),
  kflags: u64('who handled it; since 5.8'),
});

export interface MachineCheck {
  readonly status: bigint;
  readonly misc: bigint;
  readonly addr: bigint;
  readonly mcgStatus: bigint;
  readonly ip: bigint;
  readonly tsc: bigint;
  readonly time: bigint;
  readonly cpuVendor: number;
  readonly injectFlags: number;
  readonly severity: number;
  readonly pad: number;
  readonly cpuid: number;
  readonly cs: number;
  readonly bank: number;
  readonly cpu: number;
  readonly finished: number;
  readonly extCpu: number;
  readonly socketId: number;
  readonly apicId: number;
  readonly mcgCap: bigint;
  readonly synd: bigint;
  readonly ipid: bigint;
  readonly ppin: bigint;
  readonly microcode: number;
  readonly pad2: number;
  readonly kflags: bigint;
}
