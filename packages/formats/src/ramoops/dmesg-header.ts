/** The line before a dump: `====SECONDS.FRACTION-T` (ramoops_write_kmsg_hdr, fs/pstore/ram.c). */
export interface DmesgHeader {
  /** Wall clock of the dump; negative values are accepted as the kernel accepts them. */
  readonly seconds: bigint;
  /** The number behind the point: microseconds, whether zero-padded (4.18 and later) or not (before). */
  readonly microseconds: bigint;
  readonly compressed: boolean;
  /** Bytes up to the payload, all white space behind the line included. */
  readonly length: number;
}

const equals = 0x3d;
const minus = 0x2d;
const dot = 0x2e;
const lineFeed = 0x0a;

/**
 * Reads the line as the kernel's sscanf does, with `====%lld.%lu-%c\n%n` and then `====%lld.%lu\n%n`; null when
 * neither fits. Whatever white space follows is swallowed, a line feed is not needed, and the end of the log counts
 * as a 00 byte.
 */
export function parseDmesgHeader(log: Uint8Array): DmesgHeader | null {
  for (let i = 0; i < 4; i++) if (log[i] !== equals) return null;
  const seconds = scanNumber(log, 4, true);
  if (seconds === null || log[seconds.end] !== dot) return null;
  const fraction = scanNumber(log, seconds.end + 1, false);
  if (fraction === null) return null;
  const values = { seconds: BigInt.asIntN(64, seconds.value), microseconds: BigInt.asUintN(64, fraction.value) };
  const letter = log[fraction.end + 1];
  if (log[fraction.end] === minus && letter !== undefined && letter !== 0) {
    return { ...values, compressed: letter === 0x43, length: skipSpace(log, fraction.end + 2) };
  }
  return { ...values, compressed: false, length: skipSpace(log, fraction.end) };
}

/** The line of kernels since 4.18: microseconds zero-padded to six digits. */
export function formatDmesgHeader(seconds: bigint, microseconds: number, compressed: boolean): string {
  return `====${seconds}.${microseconds.toString().padStart(6, '0')}-${compressed ? 'C' : 'D'}\n`;
}

/** Where the payload begins if only the line feed belongs to the header: the kernel swallows more (`length`). */
export function lineEnd(log: Uint8Array, header: DmesgHeader): number {
  const at = log.subarray(0, header.length).indexOf(lineFeed);
  return at < 0 ? header.length : at + 1;
}

/** Offsets at which a whole header line stands in a log, ascending, each with a line feed: dumps behind dumps. */
export function findDmesgHeaders(log: Uint8Array, from: number): number[] {
  const found: number[] = [];
  for (let at = log.indexOf(equals, from); at >= 0; at = log.indexOf(equals, at + 1)) {
    if (isHeaderLine(log.subarray(at, at + maxHeader))) found.push(at);
  }
  return found;
}

/** Longest line since 5.2 (RAMOOPS_KERNMSG_HDR and a 64-bit time). */
const maxHeader = 36;

function isHeaderLine(window: Uint8Array): boolean {
  if (window[1] !== equals || window[2] !== equals || window[3] !== equals) return false;
  return /^====\d{1,20}\.\d{1,20}(?:-[CD])?\n/.test(String.fromCharCode(...window));
}

function scanNumber(log: Uint8Array, from: number, signed: boolean): { value: bigint; end: number } | null {
  let at = skipSpace(log, from);
  const negative = signed && log[at] === minus;
  if (negative) at += 1;
  let value = 0n;
  let digits = 0;
  for (; isDigit(log[at]); at++, digits++) value = BigInt.asUintN(64, value * 10n + BigInt((log[at] as number) - 0x30));
  return digits === 0 ? null : { value: negative ? -value : value, end: at };
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** White space of the kernel's ctype: 09 to 0d, 20 and a0. */
function skipSpace(log: Uint8Array, from: number): number {
  let at = from;
  for (let byte = log[at]; byte !== undefined && isSpace(byte); byte = log[at]) at += 1;
  return at;
}

function isSpace(byte: number): boolean {
  return (byte >= 0x09 && byte <= 0x0d) || byte === 0x20 || byte === 0xa0;
}
