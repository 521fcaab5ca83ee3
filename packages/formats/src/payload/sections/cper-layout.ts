import { bytes, struct, u8, u16, u32, u64 } from '../../bytes/struct.js';

// Sections of error records as UEFI 2.10 gives them, appendix N.2.4 to N.2.10, little-endian. Of those that go on with
// lists (IA-32 and x64, ARM) the fixed part.

const requester = {
  requestorId: u64('who asked'),
  responderId: u64('who answered'),
};

/** N.2.4.1 */
export const processorSection = struct('processor, generic', {
  validation: u64('which fields are valid'),
  processorType: u8('0 IA-32 and x64, 1 Itanium, 2 ARM'),
  isa: u8('instruction set that ran'),
  errorType: u8('1 cache, 2 TLB, 4 bus, 8 micro-architecture'),
  operation: u8('0 unknown, 1 data read, 2 data write, 3 instruction execution'),
  flags: u8('1 restartable, 2 precise, 4 overflow, 8 corrected'),
  level: u8('of the cache, bus or TLB'),
  reserved: u16('0'),
  cpuVersion: u64('CPUID of the processor'),
  brand: bytes(128, 'its name in ASCII'),
  processorId: u64('its number'),
  targetAddress: u64('of the operation'),
  ...requester,
  instruction: u64('instruction pointer'),
});

/** N.2.4.2, up to its lists. */
export const x86Section = struct('processor, IA-32 and x64', {
  validation: u64('which fields are valid, and how many structures follow'),
  apicId: u64('local APIC id'),
  cpuid: bytes(48, 'EAX, EBX, ECX and EDX of CPUID leaf 1, 8 bytes each'),
});

/** N.2.4.4, up to its lists. */
export const armSection = struct('processor, ARM', {
  validation: u32('which fields are valid'),
  errorCount: u16('structures of errors that follow'),
  contextCount: u16('structures of registers that follow'),
  sectionLength: u32('bytes with all that follows'),
  affinityLevel: u8('of the error'),
  reserved: bytes(3, '0'),
  mpidr: u64('MPIDR_EL1'),
  midr: u64('MIDR_EL1'),
  runningState: u32('1 running'),
  psciState: u32('where it does not run'),
});

/** N.2.5; up to UEFI 2.2 it ends behind `errorType`. */
export const memorySection = struct('platform memory', {
  validation: u64('which fields are valid'),
  errorStatus: u64('N.2.11'),
  physicalAddress: u64('of the error'),
  physicalAddressMask: u64('which bits of it count'),
  node: u16('of memory'),
  card: u16('of memory'),
  module: u16('which DIMM'),
  bank: u16('or bank address and group'),
  device: u16('of the module'),
  row: u16('lowest 16 bits'),
  column: u16('of the device'),
  bitPosition: u16('within a word'),
  ...requester,
  targetId: u64('of the operation'),
  errorType: u8('what happened'),
  extended: u8('bits 16 and 17 of the row, chip'),
  rank: u16('of the module'),
  cardHandle: u16('SMBIOS type 16'),
  moduleHandle: u16('SMBIOS type 17'),
});

/** N.2.6 */
export const memory2Section = struct('platform memory 2', {
  validation: u64('which fields are valid'),
  errorStatus: u64('N.2.11'),
  physicalAddress: u64('of the error'),
  physicalAddressMask: u64('which bits of it count'),
  node: u16('of memory'),
  card: u16('of memory'),
  module: u16('which DIMM'),
  bank: u16('or bank address and group'),
  device: u32('of the module'),
  row: u32('of the device'),
  column: u32('of the device'),
  rank: u32('of the module'),
  bitPosition: u32('within a word'),
  chipId: u8('of a stack'),
  errorType: u8('what happened'),
  status: u8('1: it was corrected'),
  reserved: u8('0'),
  ...requester,
  targetId: u64('of the operation'),
  cardHandle: u32('SMBIOS type 16'),
  moduleHandle: u32('SMBIOS type 17'),
});

/** N.2.7 */
export const pcieSection = struct('PCI Express', {
  validation: u64('which fields are valid'),
  portType: u32('of the device'),
  version: u32('minor and major in BCD'),
  command: u16('command register'),
  status: u16('status register'),
  reserved: u32('0'),
  vendor: u16('of the device'),
  deviceId: u16('of the device'),
  classCode: bytes(3, 'of the device'),
  function: u8('number'),
  device: u8('number'),
  segment: u16('number'),
  bus: u8('number'),
  secondaryBus: u8('number behind a bridge'),
  slot: u16('number << 3'),
  reserved2: u8('0'),
  serialNumber: u64('of the device'),
  bridgeStatus: u16('secondary status register'),
  bridgeControl: u16('control register'),
  capability: bytes(60, 'PCI Express capability structure'),
  aer: bytes(96, 'advanced error reporting capability structure'),
});

/** N.2.8 */
export const pciBusSection = struct('PCI or PCI-X bus', {
  validation: u64('which fields are valid'),
  errorStatus: u64('N.2.11'),
  errorType: u16('what happened'),
  bus: u16('segment << 8 | number'),
  reserved: u32('0'),
  address: u64('on the bus'),
  data: u64('on the bus'),
  command: u64('on the bus'),
  requestorId: u64('who asked'),
  completerId: u64('who answered'),
  targetId: u64('of the operation'),
});

/** N.2.9, up to its list of registers. */
export const pciDeviceSection = struct('PCI or PCI-X device', {
  validation: u64('which fields are valid'),
  errorStatus: u64('N.2.11'),
  vendor: u16('of the device'),
  deviceId: u16('of the device'),
  classCode: bytes(3, 'of the device'),
  function: u8('number'),
  device: u8('number'),
  bus: u8('number'),
  segment: u8('number'),
  reserved: bytes(5, '0'),
  memoryCount: u32('pairs of memory registers that follow'),
  ioCount: u32('pairs of I/O registers that follow'),
});

/** N.2.10 */
export const firmwareSection = struct('firmware error record reference', {
  type: u8('0 IPF SAL, 1 SOC of type 1, 2 SOC of type 2'),
  revision: u8('of this structure'),
  reserved: bytes(6, '0'),
  recordId: u64('of the record of the firmware'),
  recordGuid: bytes(16, 'its kind'),
});
