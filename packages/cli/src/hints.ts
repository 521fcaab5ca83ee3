import { closeSync, openSync, readSync } from 'node:fs';
import { compressors, type Hints, parseKernelVersion } from '@pstore-decode/formats';
import { parseRamoopsParameters, ramoopsParametersOfCmdline } from '@pstore-decode/formats/ramoops';
import { parseZoneParameters } from '@pstore-decode/formats/zone';
import { CliError, detailOfSystemError, isSystemError } from './errors.js';

/** The flags that say how the medium was written or is to be read. */
export interface HintFlags {
  readonly ramoops?: string;
  readonly blk?: string;
  readonly cmdline?: string;
  readonly compression?: string;
  readonly asKernel?: string;
}

/**
 * What the caller knows, from the flags. A word of `--ramoops` wins over the same word of `--cmdline`.
 * @throws CliError naming the flag and what is wrong with it
 */
export function hintsOf(flags: HintFlags): Hints {
  const named =
    flags.ramoops === undefined ? null : parsed('--ramoops', ramoopsHint, flags.ramoops, parseRamoopsParameters);
  const line = flags.cmdline === undefined ? null : cmdlineParameters(flags.cmdline);
  return {
    ...((named ?? line) && { ramoops: { ...line, ...named } }),
    ...(flags.blk !== undefined && { blk: parsed('--blk', blkHint, flags.blk, parseZoneParameters) }),
    ...(flags.compression !== undefined && { compression: compressorNamed(flags.compression) }),
    ...(flags.asKernel !== undefined && {
      asKernel: parsed('--as-kernel', 'give a release such as 6.1 or 6.1.192', flags.asKernel, parseKernelVersion),
    }),
  };
}

/** The kernel's name for a compressor; LZ4HC makes the streams of LZ4. */
function compressorNamed(flag: string): string {
  const known = compressors.map(({ name }) => name);
  const name = flag === 'lz4hc' ? 'lz4' : flag;
  if (known.includes(name)) return name;
  throw new CliError('--compression', 'no compressor of that name', `known: ${known.join(', ')}, lz4hc`);
}

const ramoopsHint = 'the words of the driver: record_size=0x8000,console_size=32K,ftrace_size=0,pmsg_size=16K,ecc=1';
const blkHint = 'the words of the driver, in KiB: kmsg_size=64,pmsg_size=64,console_size=64,ftrace_size=64';

function cmdlineParameters(flag: string): NonNullable<Hints['ramoops']> {
  const line = flag.startsWith('@') ? readCmdline(flag.slice(1)) : flag;
  const parameters = parsed('--cmdline', ramoopsHint, line, ramoopsParametersOfCmdline);
  if (parameters === null) {
    throw new CliError(
      '--cmdline',
      'no ramoops.* parameter in it',
      'give the command line of the kernel that wrote the medium',
    );
  }
  return parameters;
}

/** The first 64 KiB of a file: kernels take no longer command line. */
function readCmdline(path: string): string {
  const buffer = Buffer.alloc(65536);
  try {
    const fd = openSync(path, 'r');
    try {
      return buffer.toString('utf8', 0, readSync(fd, buffer)).trim();
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CliError(
      `--cmdline @${path}`,
      detailOfSystemError(error),
      'give a file such as @/proc/cmdline, or the line itself in quotes',
    );
  }
}

/** @throws CliError with the words of the parser where it throws RangeError */
export function parsed<T>(flag: string, hint: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CliError(flag, error.message, hint);
  }
}
