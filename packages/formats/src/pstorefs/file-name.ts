import { type RecordType, recordTypes } from '../record.js';

/** What the name of a file in pstorefs says. */
export interface KernelFileName {
  /** `unknown` for a type without a name of its own too (`type9-…`, kernels before 3.12). */
  readonly type: RecordType;
  /** The kernel's name for it, as it stands: `efi` and `efi_pstore` are one backend before and since 6.2. */
  readonly backend: string;
  /** Unsigned 64 bits. Absent where kernels before 3.19 print none (console, ftrace). */
  readonly id?: bigint;
  /** `.enc.z` stands behind it: the kernel could not decompress it. */
  readonly compressed: boolean;
}

/** All that ever registered with pstore. */
const backendNames = ['ramoops', 'efi_pstore', 'efi', 'erst', 'nvram', 'pstore_blk'];

/**
 * The inverse of `kernelFileName`, for the names of every kernel since 3.2 (pstore_mkfile, fs/pstore/inode.c). Kernels
 * before 4.18 print an id from 2^63 on as a negative number.
 * @param name without folders
 * @returns null when no kernel makes such a name
 */
export function parseKernelFileName(name: string): KernelFileName | null {
  const [, type = '', backend = '', digits, mark] = pattern.exec(name) ?? [];
  if (type === '') return null;
  const id = digits === undefined ? undefined : BigInt(digits);
  if (id === undefined ? type !== 'console' && type !== 'ftrace' : id < -(2n ** 63n) || id >= 2n ** 64n) return null;
  return {
    type: recordTypes.find((known) => known === type) ?? 'unknown',
    backend,
    ...(id === undefined ? {} : { id: BigInt.asUintN(64, id) }),
    compressed: mark !== undefined,
  };
}

const number = '0|-?[1-9]\\d{0,19}';
const pattern = new RegExp(
  `^(${recordTypes.join('|')}|unknown|type(?:${number}))-(${backendNames.join('|')})(?:-(${number}))?(\\.enc\\.z)?$`,
);
