/**
 * The driver's own words (fs/pstore/ram.c, module parameters `ramoops.*`), in bytes. A parameter that is absent is
 * inferred from the bytes of the medium.
 */
export interface RamoopsParameters extends Partial<RamoopsSizes> {
  /** Physical address of the region; on a copy of the region alone it says nothing. */
  readonly memAddress?: number;
}

/** All that cuts a region into zones. */
export interface RamoopsSizes {
  readonly memSize: number;
  readonly recordSize: number;
  readonly consoleSize: number;
  readonly ftraceSize: number;
  readonly pmsgSize: number;
  /** Parity bytes a block of 128, at most 64; 0 is off. The module parameter `ecc=1` means 16. */
  readonly eccSize: number;
}

const words = new Map<string, keyof RamoopsParameters>([
  ['mem_address', 'memAddress'],
  ['mem_size', 'memSize'],
  ['record_size', 'recordSize'],
  ['console_size', 'consoleSize'],
  ['ftrace_size', 'ftraceSize'],
  ['pmsg_size', 'pmsgSize'],
  ['ecc', 'eccSize'],
]);

/** Parameters of the driver that do not change where anything stands. */
const otherWords = new Set(['mem_type', 'mem_name', 'dump_oops', 'max_reason']);

const maxEcc = 64;

/**
 * `record_size=0x8000,console_size=32K,ecc=1`: words of the driver, with or without `ramoops.`, between commas,
 * semicolons or white space. Numbers as the kernel reads them (0x…, 0…, K, M, G).
 * @throws RangeError naming the word that is none
 */
export function parseRamoopsParameters(text: string): RamoopsParameters {
  const parameters: { -readonly [K in keyof RamoopsParameters]: number } = {};
  for (const part of text.split(/[\s,;]+/).filter((word) => word !== '')) {
    const [name = '', value] = part.replace(/^ramoops\./, '').split('=', 2);
    if (otherWords.has(name)) continue;
    const key = words.get(name);
    if (key === undefined || value === undefined) {
      throw new RangeError(`${JSON.stringify(part)} is no ramoops parameter; known: ${[...words.keys()].join(', ')}`);
    }
    const size = parseSize(value, name);
    parameters[key] = name === 'ecc' && size === 1 ? 16 : size;
  }
  if ((parameters.eccSize ?? 0) > maxEcc)
    throw new RangeError(`ecc=${parameters.eccSize}: at most ${maxEcc} parity bytes`);
  return parameters;
}

/**
 * The `ramoops.*` parameters of a kernel command line; null when it has none.
 * @throws RangeError naming the one that is wrong
 */
export function ramoopsParametersOfCmdline(cmdline: string): RamoopsParameters | null {
  const own = cmdline.split(/\s+/).filter((word) => word.startsWith('ramoops.'));
  return own.length === 0 ? null : parseRamoopsParameters(own.join(' '));
}

/** The form that `parseRamoopsParameters` reads. */
export function formatRamoopsParameters(parameters: RamoopsParameters): string {
  const parts: string[] = [];
  for (const [word, key] of words) {
    const value = parameters[key];
    if (value !== undefined) parts.push(`${word}=${key === 'eccSize' ? value : `0x${value.toString(16)}`}`);
  }
  return parts.join(',');
}

/** memparse of the kernel: 0x, leading 0 or decimal, and a binary suffix. */
function parseSize(text: string, name: string): number {
  const found = /^(0[xX][0-9a-fA-F]+|\d+)([kKmMgG]?)$/.exec(text);
  if (found === null) throw new RangeError(`${name}=${JSON.stringify(text)} is no size; write 0x8000, 32768 or 32K`);
  const [, digits = '', suffix = ''] = found;
  const octal = /^0[0-7]+$/.test(digits);
  const size = Number(octal ? `0o${digits.slice(1)}` : digits) * 1024 ** ' KMG'.indexOf(suffix.toUpperCase() || ' ');
  if (!Number.isSafeInteger(size)) throw new RangeError(`${name}=${text} is too large`);
  return size;
}
