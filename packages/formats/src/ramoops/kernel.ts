import type { TracedBytes } from '../bytes/traced.js';
import { formatKernelVersion, isSince, type KernelVersion } from '../kernel-version.js';
import { kernelVersionIn } from '../payload/dmesg.js';
import type { Timestamp } from '../record.js';
import type { DmesgHeader } from './dmesg-header.js';
import type { ZoneReading } from './zone.js';

/**
 * Which kernel wrote a region: the version in its ftrace signatures, else the one its texts name (the newest text
 * first). Null when nothing tells.
 */
export function writerOf(readings: readonly ZoneReading[], texts: readonly TracedBytes[]): KernelVersion | null {
  const signed = commonVersion(readings.flatMap(({ version }) => version ?? []));
  if (signed !== null) return signed;
  for (const text of texts) {
    const named = kernelVersionIn(text.bytes);
    if (named !== null) return named;
  }
  return null;
}

/**
 * Which ftrace signature a kernel accepts: its own. Where `kernel` names a series only, the release of that series
 * that most zones were written by; null when there is none.
 */
export function acceptedFtrace(readings: readonly ZoneReading[], kernel: KernelVersion): KernelVersion | null {
  const sane = (reading: ZoneReading) => !reading.findings.some(({ code }) => code === 'zone.invalid');
  const ordered = [...readings.filter(sane), ...readings.filter((reading) => !sane(reading))];
  return commonVersion(
    ordered.flatMap(({ version }) => (version !== null && isRelease(version, kernel) ? version : [])),
  );
}

export function isRelease(version: KernelVersion, of: KernelVersion): boolean {
  const sublevel = of.sublevel === undefined || Math.min(of.sublevel, 255) === version.sublevel;
  return version.major === of.major && version.minor === of.minor && sublevel;
}

/** `psinfo->bufsize` of ramoops, from which the room for the text of a compressed dump follows. */
export function dumpBufferSize(
  capacity: number,
  recordSize: number,
  consoleSize: number,
  kernel: KernelVersion,
): number {
  if (isSince(kernel, 4, 20)) return capacity;
  return Math.max(recordSize, consoleSize > 0 ? 1024 : 0);
}

/** The time of a dump; absent when its clock was not running. */
export function dumpTime(header: DmesgHeader): Timestamp | undefined {
  return header.seconds === 0n
    ? undefined
    : { seconds: header.seconds, nanoseconds: nanoseconds(header.microseconds * 1000n) };
}

/** The mtime that the kernel gives the file: up to 3.11 none, up to 5.3 the microseconds taken for nanoseconds. */
export function fileTime(header: DmesgHeader, kernel: KernelVersion): Timestamp | undefined {
  if (header.seconds === 0n || !isSince(kernel, 3, 12)) return undefined;
  const scale = isSince(kernel, 5, 4) ? 1000n : 1n;
  return { seconds: header.seconds, nanoseconds: nanoseconds(header.microseconds * scale) };
}

/** A damaged fraction that is no fraction of a second counts as none. */
function nanoseconds(value: bigint): number {
  return value < 1_000_000_000n ? Number(value) : 0;
}

/** The version that occurs most, the first of equals. */
function commonVersion(versions: readonly KernelVersion[]): KernelVersion | null {
  const counts = new Map<string, number>();
  for (const version of versions) {
    const name = formatKernelVersion(version);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const most = Math.max(0, ...counts.values());
  return versions.find((version) => counts.get(formatKernelVersion(version)) === most) ?? null;
}
