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

/** The line of kernels since 4.18, with the ten digits that seconds have had since 2001. */
const lineForm = '====0000000000.000000-C\n';

/**
 * The line of kernels since 4.18 with some of its bytes wrong; null when it is none. What it says of the time is
 * believed where every digit of it is one; else it is 0, as of a clock that does not run.
 * @param least of the 24 bytes that must be right; random ones have hardly three, text with numbers a dozen
 */
export function damagedDmesgHeader(log: Uint8Array, least: number): DmesgHeader | null {
  const line = String.fromCharCode(...log.subarray(0, lineForm.length));
  const right = [...lineForm].filter((form, at) => {
    const byte = line[at] ?? '';
    return form === '0' ? /\d/.test(byte) : form === 'C' ? /[CD]/.test(byte) : byte === form;
  });
  if (right.length < least) return null;
  const [, seconds = '0', microseconds = '0'] = /^.{4}(\d{10}).(\d{6})/s.exec(line) ?? [];
  const compressed = line[22] !== 'D';
  return { seconds: BigInt(seconds), microseconds: BigInt(microseconds), compressed, length: lineForm.length };
}

/** True when the minus at `at` is that of a header line, whatever stands before its last digits. */
export function endsDumpLine(bytes: Uint8Array, at: number): boolean {
  const isLetter = bytes[at + 1] === 0x43 || bytes[at + 1] === 0x44;
  if (!isLetter || bytes[at + 2] !== lineFeed || at < 8) return false;
  return /^\d\.\d{6}$/.test(String.fromCharCode(...bytes.subarray(at - 8, at)));
}

/** True when a line begins at `dataAt`, or the end of one stands between `from` and `end`. */
export function hasDumpLine(bytes: Uint8Array, from: number, dataAt: number, end: number): boolean {
  const isBegun = [0, 1, 2, 3].every((i) => bytes[dataAt + i] === equals) && isDigit(bytes[dataAt + 4]);
  if (isBegun) return true;
  for (let at = from; at < end; at++) if (bytes[at] === minus && endsDumpLine(bytes, at)) return true;
  return false;
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
