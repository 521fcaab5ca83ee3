/** The sizes of the driver (fs/pstore/blk.c, module parameters `pstore_blk.*`), in bytes; 0 is off. */
export interface ZoneSizes {
  readonly kmsgSize: number;
  readonly pmsgSize: number;
  readonly consoleSize: number;
  /** Of the zones of all CPUs together. */
  readonly ftraceSize: number;
}

/** What of them is known; the rest is inferred from the bytes of the medium. */
export type ZoneParameters = Partial<ZoneSizes>;

const words = new Map<string, keyof ZoneSizes>([
  ['kmsg_size', 'kmsgSize'],
  ['pmsg_size', 'pmsgSize'],
  ['console_size', 'consoleSize'],
  ['ftrace_size', 'ftraceSize'],
]);

/** Parameters of the driver that do not change where anything stands. */
const otherWords = new Set(['blkdev', 'max_reason', 'best_effort']);

/** In KiB: no device is used further than 128 MiB. */
const largest = 128 << 10;

/**
 * `kmsg_size=64,pmsg_size=64,console_size=64,ftrace_size=64`: words of the driver, with or without `pstore_blk.`,
 * between commas, semicolons or white space. Numbers are KiB, as the driver takes them (0x…, 0…); 0 and -1 are off.
 * @throws RangeError naming the word that is none
 */
export function parseZoneParameters(text: string): ZoneParameters {
  const parameters: { -readonly [K in keyof ZoneSizes]?: number } = {};
  for (const part of text.split(/[\s,;]+/).filter((word) => word !== '')) {
    const [name = '', value] = part.replace(/^pstore_blk\./, '').split('=', 2);
    if (otherWords.has(name)) continue;
    const key = words.get(name);
    if (key === undefined || value === undefined) {
      throw new RangeError(
        `${JSON.stringify(part)} is no pstore_blk parameter; known: ${[...words.keys()].join(', ')}`,
      );
    }
    parameters[key] = zoneSize(parseKibibytes(value, name));
  }
  return parameters;
}

/** The form that `parseZoneParameters` reads; a size that is no whole number of pages is rounded up to one. */
export function formatZoneParameters(parameters: ZoneParameters): string {
  return [...words]
    .flatMap(([word, key]) => {
      const size = parameters[key];
      return size === undefined ? [] : [`${word}=${(Math.ceil(size / 4096) * 4096) / 1024}`];
    })
    .join(',');
}

/**
 * The bytes that the driver makes of a number of KiB: one that is no multiple of 4 is itself rounded up to a page, in
 * bytes (check_size of fs/pstore/blk.c, 5.8 to 7.2), so that 10 gives 4096.
 */
function zoneSize(kibibytes: number): number {
  if (kibibytes <= 0) return 0;
  return kibibytes % 4 === 0 ? kibibytes * 1024 : Math.ceil(kibibytes / 4096) * 4096;
}

function parseKibibytes(text: string, name: string): number {
  if (text === '-1') return 0;
  if (!/^(0[xX][0-9a-fA-F]+|\d+)$/.test(text)) {
    throw new RangeError(`${name}=${JSON.stringify(text)} is no size in KiB; write 64`);
  }
  const size = Number(/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text);
  if (!(size <= largest)) throw new RangeError(`${name}=${text} is too large: sizes are in KiB`);
  return size;
}
