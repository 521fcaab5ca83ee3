import type { ByteRange } from '../bytes/range.js';
import { walkNvar } from './nvar.js';
import { ffsFileHeader } from './nvar-layout.js';
import { type StoreHead, standsAt, storeAt, unknownStore } from './store-header.js';
import { type StoreReading, walkVariables } from './variable-store.js';

/** A store that was found and walked. Offsets count from the start of the bytes it was found in. */
export interface FoundStore {
  /** Our name of the kind of store. */
  readonly name: string;
  readonly range: ByteRange;
  readonly firstVariable: number;
  readonly reading: StoreReading;
  /** Bytes that it claims to have. */
  readonly claimed: number;
  readonly hasHeader: boolean;
  /** The firmware uses it; false for a copy. */
  readonly isCurrent: boolean;
  /** Times that it was written anew, as the working block counts them; null where there is none. */
  readonly reclaims: number | null;
}

/** `_FDC` of Insyde's factory copy, so many bytes in front of the store: its own header and that of a volume. */
const factorySignature = [0x5f, 0x46, 0x44, 0x43];
const factoryHeader = 0x50;

/**
 * The store that begins at `at`. Without a legible header it is one only where variables are found.
 * @param limit where it ends at the latest
 * @param dumps as in `walkVariables`
 */
export function readStore(
  bytes: Uint8Array,
  at: number,
  limit: number,
  dumps: readonly number[],
  isCurrent: boolean,
): FoundStore | null {
  const head = storeAt(bytes, at);
  const shape: StoreHead = head ?? { ...unknownStore, claimed: limit - at };
  if (shape.headerSize > limit - at) return null;
  // A size that cannot be is not believed: the store goes on to the limit.
  const size = shape.claimed < shape.headerSize ? limit - at : Math.min(shape.claimed, limit - at);
  const range = { start: at, end: at + size };
  const { kinds, alignment } = shape;
  const firstVariable = Math.min(range.end, at + Math.ceil(shape.headerSize / alignment) * alignment);
  const reading = walkVariables(bytes, { range, firstVariable, kinds, alignment, origin: at }, dumps);
  if (head === null && reading.variables.length === 0) return null;
  const isFactory = at >= factoryHeader && standsAt(bytes, at - factoryHeader, factorySignature);
  return {
    name: shape.name,
    range,
    firstVariable,
    reading: head === null ? unreached(reading) : reading,
    claimed: shape.claimed,
    hasHeader: head !== null,
    isCurrent: isCurrent && !isFactory,
    reclaims: null,
  };
}

/** AMI's store in the file whose header stands at `at`. */
export function readNvarFile(bytes: Uint8Array, at: number, limit: number): FoundStore {
  const { size } = ffsFileHeader.decode(bytes, at, 'le');
  const claimed = (size[0] as number) | ((size[1] as number) << 8) | ((size[2] as number) << 16);
  const firstVariable = at + ffsFileHeader.size;
  const isPossible = claimed >= ffsFileHeader.size && claimed <= limit - at;
  const range = { start: at, end: isPossible ? at + claimed : limit };
  return {
    name: 'NVAR',
    range,
    firstVariable,
    reading: walkNvar(bytes, { start: firstVariable, end: range.end }),
    claimed,
    hasHeader: true,
    isCurrent: true,
    reclaims: null,
  };
}

/** Firmware does not walk a store whose header it does not know: it makes a new one. */
function unreached(reading: StoreReading): StoreReading {
  return { ...reading, variables: reading.variables.map((variable) => ({ ...variable, isReached: false })) };
}
