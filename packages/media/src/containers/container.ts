import type { Report } from '@pstore-decode/formats';
import type { ByteRange, Span } from '@pstore-decode/formats/bytes';
import type { RandomAccessSource } from '../source.js';

/** A format that media come in. What it holds is an address space of its own. */
export interface Container {
  /** As people call the format: in details of findings. */
  readonly name: string;
  /** By the first `headSize` bytes of a medium, or all bytes of a shorter one. */
  recognizes(head: Uint8Array): boolean;
  /**
   * Reads what it must to find its way; the rest is read when it is asked for, damage included. Findings of these first
   * steps have no range: no place inside says where a header stands.
   * @returns null when nothing can be got out of it; why is a finding with its range in `medium`, which is then searched
   * as it stands
   * @throws the reason of `signal` when it is aborted
   */
  open(medium: Unwrapped, report: Report, signal?: AbortSignal): Promise<ContainedSource | null>;
}

/** Bytes by which a container is recognized. */
export const headSize = 64;

/**
 * A source inside of another one. Ranges that are asked for, ranges of spans and ranges of findings are all of its own
 * address space, as if it were the medium: `copied` are the bytes that the container has, however it packs them;
 * `filled` are its holes, which are told only where they hide something that was lost.
 */
export interface ContainedSource extends RandomAccessSource {
  /** What it went through, the outermost first. */
  readonly containers: readonly string[];
  /** The medium that all of them stand on. */
  readonly root: RandomAccessSource;
  /** What an offset is besides: `physical`, the address of physical memory of the machine that was dumped. */
  readonly addresses?: 'physical';
  /**
   * The way back: where these bytes stand on the root medium, in spans whose lengths sum to the range. `copied`: as they
   * are; `derived`: unpacked from all of that range; `filled`, from null: nowhere. Whether they can be read it does not say.
   * @throws RangeError when the range does not lie within 0 and `size`
   */
  toRoot(range: ByteRange): Promise<readonly Span[]>;
  /**
   * Where anything is stored, ascending and disjoint: a search can leave out the rest, which is only zeros and may be
   * long. Tells what was lost in between.
   * @throws the reason of `signal` when it is aborted
   */
  dataRanges(report: Report, signal?: AbortSignal): Promise<readonly ByteRange[]>;
}

/** A medium or what was found inside of it; the members of the latter are absent where it is no container. */
export type Unwrapped = RandomAccessSource & Partial<ContainedSource>;

/** An offset of `medium` in the words of the machine, as `physical 0x3c00000`; null where it is an offset and no more. */
export function addressOf(medium: Unwrapped, offset: number): string | null {
  return medium.addresses === undefined ? null : `${medium.addresses} 0x${offset.toString(16)}`;
}
