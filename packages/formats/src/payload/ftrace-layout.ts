import { type Endian, type Struct, struct, u32, u64 } from '../bytes/struct.js';

/** `struct pstore_ftrace_record` (include/linux/pstore.h), by ABI and age of the writer. */
export interface FtraceLayout {
  readonly endian: Endian;
  /** Bytes of an address. */
  readonly wordSize: 4 | 8;
  /** Since 4.9 a counter with the CPU in its low byte; before that the CPU alone. */
  readonly stamped: boolean;
  /** 32-bit ARM keeps the CPU in the low bits of ip: this mask; 0 elsewhere (PSTORE_CPU_IN_IP). */
  readonly cpuInIp: 0 | 1 | 3;
  /** Since 7.x addresses are stored without the KASLR offset, those outside the kernel with the top bit cleared. */
  readonly topBitRestored: boolean;
}

const stamped64 = struct<Stamped<bigint>>('pstore_ftrace_record, 64-bit, since 4.9', {
  ip: u64('address of the traced function'),
  parentIp: u64('address it was called from'),
  stamp: u64('counter << 8 | cpu'),
});

const stamped32 = struct<Stamped<number>>('pstore_ftrace_record, 32-bit, since 4.9', {
  ip: u32('address of the traced function'),
  parentIp: u32('address it was called from'),
  stamp: u64('counter << 8 | cpu; the counter alone where ip holds the cpu'),
});

const plain64 = struct<{ ip: bigint; parentIp: bigint; cpu: number; padding: number }>(
  'pstore_ftrace_record, 64-bit, 3.6 to 4.8',
  {
    ip: u64('address of the traced function'),
    parentIp: u64('address it was called from'),
    cpu: u32('cpu'),
    padding: u32('0'),
  },
);

const plain32 = struct<{ ip: number; parentIp: number; cpu: number }>('pstore_ftrace_record, 32-bit, 3.6 to 4.8', {
  ip: u32('address of the traced function'),
  parentIp: u32('address it was called from'),
  cpu: u32('cpu'),
});

const plainArm = struct<{ ip: number; parentIp: number }>('pstore_ftrace_record, 32-bit ARM, 3.6 to 4.8', {
  ip: u32('address of the traced function, cpu in its low bits'),
  parentIp: u32('address it was called from'),
});

type Stamped<Word> = {
  readonly ip: Word;
  readonly parentIp: Word;
  readonly stamp: bigint;
};

/** The layout tables, for documentation and other people's grammars. */
export const ftraceRecords = { stamped64, stamped32, plain64, plain32, plainArm };

/** The table of a layout. */
export function tableOf(layout: FtraceLayout): Struct<RawCall> {
  const { wordSize, stamped, cpuInIp } = layout;
  if (wordSize === 8) return (stamped ? stamped64 : plain64) as Struct<RawCall>;
  if (stamped) return stamped32 as Struct<RawCall>;
  return (cpuInIp === 0 ? plain32 : plainArm) as Struct<RawCall>;
}

type RawCall = { ip: bigint | number; parentIp: bigint | number } & ({ stamp: bigint } | { cpu: number } | object);
