import { type KernelVersion, parseKernelVersion } from '../kernel-version.js';
import { type DumpReason, dumpReasons } from '../record.js';

/** The first line of a part: `Panic#1 Part1` (pstore_dump, fs/pstore/platform.c). */
export interface PartLine {
  readonly reason: DumpReason;
  /** Dumps of that kernel since it booted, this one included. */
  readonly count: number;
  /** 1 holds the newest lines of a dump. */
  readonly part: number;
}

/** Null when the text does not begin with such a line. */
export function parsePartLine(text: Uint8Array): PartLine | null {
  const found = /^([A-Z][a-z]+)#(\d{1,10}) Part(\d{1,10})\n/.exec(String.fromCharCode(...text.subarray(0, 48)));
  const reason = dumpReasons.find((word) => word === found?.[1]);
  if (found === null || reason === undefined) return null;
  return { reason, count: Number(found[2]), part: Number(found[3]) };
}

export function formatPartLine(line: PartLine): string {
  return `${line.reason}#${line.count} Part${line.part}\n`;
}

/** True when a text begins with 256 bytes (or as many as it has) that are printable. */
export function looksLikeText(text: Uint8Array): boolean {
  return text.subarray(0, 256).every((byte) => byte === 0x09 || byte === 0x0a || (byte >= 0x20 && byte < 0x7f));
}

/**
 * The kernel that printed this text: its last banner `Linux version …`, else the release behind the taint of the last
 * oops (`Not tainted 6.1.192 #1`). Null when no line names it.
 */
export function kernelVersionIn(text: Uint8Array): KernelVersion | null {
  const latin = latin1.decode(text);
  const release = lastMatch(latin, /Linux version (\d\d?\.\d{1,3}(?:\.\d{1,5})?)/g) ?? lastMatch(latin, taintedRelease);
  return release === null ? null : parseKernelVersion(release);
}

const taintedRelease = /(?:Not tainted|Tainted:[ A-Z]{1,40}) {1,20}(\d\d?\.\d{1,3}(?:\.\d{1,5})?)/g;

const latin1 = new TextDecoder('latin1');

function lastMatch(text: string, pattern: RegExp): string | null {
  let last: string | null = null;
  for (const found of text.matchAll(pattern)) last = found[1] ?? last;
  return last;
}
