import { slice, type TracedBytes } from '../bytes/traced.js';

/** A file of ramoops, taken apart: what stands around the payload is text that a kernel made. */
export interface Unwrapped {
  /** Of the line `====SECONDS.MICROSECONDS-C` that kernels up to 3.18 leave in front; absent without it. */
  readonly header?: { readonly seconds: bigint; readonly microseconds: number };
  readonly payload: TracedBytes;
  /** The line behind it, with its line feeds; empty without ECC. */
  readonly notice: TracedBytes;
  /** What the notice counts: bytes that were corrected, blocks that could not be. */
  readonly corrected: number;
  readonly uncorrectable: number;
}

/** Takes header line and ECC notice off. Never fails: what is not there is not taken. */
export function unwrap(content: TracedBytes): Unwrapped {
  const { bytes } = content;
  const [line = '', seconds = '', fraction = ''] = headerLine.exec(latin1(bytes.subarray(0, longestHeader))) ?? [];
  const [notice = '', corrected = 0, uncorrectable = 0] = eccNotice.exec(latin1(bytes.subarray(-longestNotice))) ?? [];
  // The shortest file of all is a header line alone: nothing of it is taken twice.
  const end = Math.max(line.length, bytes.length - notice.length);
  return {
    ...(line === '' ? {} : { header: { seconds: BigInt(seconds), microseconds: Number(fraction) } }),
    payload: slice(content, line.length, end),
    notice: slice(content, end, bytes.length),
    corrected: Number(corrected),
    uncorrectable: Number(uncorrectable),
  };
}

const longestHeader = 40;
const longestNotice = 80;

/** Six digits of microseconds, or fewer where a kernel before 4.18 left out their zeros. */
const headerLine = /^====(-?\d{1,19})\.(\d{1,6})(?:-[CD])?\n/;

/** persistent_ram_ecc_string (fs/pstore/ram_core.c); `ECC: ` since 5.19. */
const eccNotice = /\n(?:ECC: )?(?:No errors detected|(\d{1,10}) Corrected bytes, (\d{1,10}) unrecoverable blocks)\n$/;

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
