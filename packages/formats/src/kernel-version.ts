/** A release of the kernel. Without `sublevel` every release of that series is meant. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  readonly sublevel?: number;
}

/** The newest kernel whose rules are known, taken where nothing tells the version. */
export const newestKernel: KernelVersion = { major: 7, minor: 2 };

/**
 * `6.1`, `6.1.192` or a whole release name such as `6.1.0-28-amd64`.
 * @throws RangeError when it does not begin with two numbers
 */
export function parseKernelVersion(text: string): KernelVersion {
  const found = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,5}))?(?!\d)/.exec(text);
  if (found === null) throw new RangeError(`no kernel version: ${JSON.stringify(text)}`);
  const version = { major: Number(found[1]), minor: Number(found[2]) };
  return found[3] === undefined ? version : { ...version, sublevel: Number(found[3]) };
}

export function formatKernelVersion(version: KernelVersion): string {
  const { major, minor, sublevel } = version;
  return sublevel === undefined ? `${major}.${minor}` : `${major}.${minor}.${sublevel}`;
}

/** True when `version` is release `major.minor` or a later one. */
export function isSince(version: KernelVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

/** LINUX_VERSION_CODE: major, minor and sublevel (at most 255) in one number. */
export function versionCode(version: KernelVersion): number {
  return (version.major << 16) | (version.minor << 8) | Math.min(version.sublevel ?? 0, 255);
}

/** The inverse of `versionCode`; null where the number is no plausible version: 3.0 to 9.31, no series ever went beyond 20. */
export function versionOfCode(code: number): KernelVersion | null {
  const major = code >>> 16;
  const minor = (code >>> 8) & 0xff;
  return major >= 3 && major <= 9 && minor < 32 ? { major, minor, sublevel: code & 0xff } : null;
}
