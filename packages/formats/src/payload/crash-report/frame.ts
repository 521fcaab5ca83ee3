import type { ByteRange } from '../../bytes/range.js';
import { capture, type LogLine, type Told } from './told.js';

/** A place in the kernel, as it was printed. Strings are of the alphabet of symbols. */
export interface StackFrame {
  readonly symbol?: string;
  /** From the beginning of the symbol. */
  readonly offset?: bigint;
  /** Bytes to the next symbol. */
  readonly size?: bigint;
  readonly module?: string;
  /** Of the machine that ran: with its KASLR offset. */
  readonly address?: bigint;
  /** False for what was found on the stack and may be left over: `?`, `(unreliable)`, s390's parentheses. */
  readonly reliable: boolean;
  readonly from: ByteRange;
}

/**
 * `name+0x1f/0x200 [module 1234abcd]` or `0xffffffff81000000`: five groups. Symbols have up to 511 characters. OpenWrt's
 * kernels without symbols print `0x82b64874 [module@3e6ee6ae+0x96e0]`.
 */
export const place =
  '(?:([\\w.$]{1,511})\\+0x([0-9a-f]{1,16})/0x([0-9a-f]{1,16})(?: \\[([\\w-]{1,64})(?: [0-9a-f]{4,64})?\\])?|0x([0-9a-f]{1,16})(?: \\[[\\w-]{1,64}@[0-9a-f]{8,16}\\+0x[0-9a-f]{1,16}\\])?)';

/** The frame of five groups that `place` matched. */
export function frameOf(
  groups: readonly (Told<string> | undefined)[],
  from: ByteRange,
  reliable = true,
  address?: string,
): StackFrame {
  const [symbol, offset, size, module, bare] = groups;
  const at = bare?.value ?? address;
  return {
    ...(symbol === undefined ? {} : { symbol: symbol.value }),
    ...(offset === undefined ? {} : { offset: BigInt(`0x${offset.value}`) }),
    ...(size === undefined ? {} : { size: BigInt(`0x${size.value}`) }),
    ...(module === undefined ? {} : { module: module.value }),
    ...(at === undefined ? {} : { address: BigInt(`0x${at}`) }),
    reliable,
    from,
  };
}

/**
 * The frames of most architectures: ` name+0x1f/0x200`, ` ? name+…`, with the address before it up to 4.8 (x86) or still
 * (riscv, mips, s390), with a letter in parentheses behind it for a frame of an exception (arm64, since 6.13).
 */
const plainFrame = new RegExp(
  String.raw`^ {0,4}(\()?(?:<[A-Z]{2,8}> {1,2})?(?:\[<([0-9a-f]{8,16})>\] {0,2})?(\? )?${place} {0,2}\)?(?: \([A-Z]{1,3}\))? {0,2}$`,
  'd',
);

/** MIPS without CONFIG_KALLSYMS sizes, and `0x…` in brackets alone: an address that has no name. */
const bareFrame = /^ {0,4}\[<([0-9a-f]{8,16})>\] {0,2}(?:0x[0-9a-f]{1,16})? {0,2}$/d;

export function plainFrames(line: LogLine): readonly StackFrame[] | null {
  const found = capture(line, plainFrame);
  if (found !== null) {
    const [whole, parenthesis, address, mark, ...groups] = found;
    const reliable = parenthesis === undefined && mark === undefined;
    return [frameOf(groups, whole!.from, reliable, address?.value)];
  }
  const bare = capture(line, bareFrame);
  return bare && [frameOf([], bare[0]!.from, true, bare[1]!.value)];
}

/** A frame as the kernel prints it: `name+0x1f/0x200 [module]`, or the address alone. */
export function formatFrame({ symbol, offset, size, module, address }: StackFrame): string {
  if (symbol === undefined) return `0x${(address ?? 0n).toString(16)}`;
  const within = offset === undefined ? '' : `+0x${offset.toString(16)}/0x${(size ?? 0n).toString(16)}`;
  return `${symbol}${within}${module === undefined ? '' : ` [${module}]`}`;
}
