import { machineCheck } from './machine-check-layout.js';
import { fieldsAt, flagged, named, restBehind, type SectionReading } from './reading.js';

/** Of IA32_MCi_STATUS (Intel SDM vol. 3, Machine-Check Architecture); the lower half is the error code. */
const statusBits = {
  57: 'context corrupt',
  58: 'address valid',
  59: 'misc valid',
  60: 'enabled',
  61: 'uncorrected',
  62: 'overflow',
  63: 'valid',
};

const meanings = {
  status: (value: number | bigint) => {
    const set = flagged(statusBits)(value);
    const code = `error code 0x${(BigInt(value) & 0xffffn).toString(16).padStart(4, '0')}`;
    return set === undefined ? code : `${code}: ${set}`;
  },
  mcgStatus: flagged({ 0: 'restart possible', 1: 'error at the instruction', 2: 'in progress' }),
  cpuVendor: named([
    'Intel',
    'Cyrix',
    'AMD',
    'UMC',
    undefined,
    'Centaur',
    undefined,
    'Transmeta',
    'NSC',
    'Hygon',
    'Zhaoxin',
  ]),
};

/** A machine check as pstore keeps it, of whatever kernel: those fields that its length has. */
export function readMachineCheck(payload: Uint8Array): SectionReading {
  const fields = fieldsAt(machineCheck, payload, 0, 'le', meanings);
  return { title: 'machine check', fields, parts: [], rest: restBehind(payload, fields) };
}
