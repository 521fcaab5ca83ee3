import type { ByteRange } from '../bytes/range.js';
import { crc32 } from './crc32.js';
import { nvDataGuid } from './layout.js';
import { standsAt } from './store-header.js';
import {
  queuedWrite,
  variableDriverGuid,
  workingBlockGuid,
  workingBlockHeader,
  writeRecord,
} from './working-block-layout.js';

/** What the working block of fault tolerant writes tells. Offsets count from the start of the bytes read. */
export interface WorkingBlock {
  /** Header and queue. */
  readonly range: ByteRange;
  /** The CRC of the header is right. */
  readonly isSound: boolean;
  /** Times that the variable driver wrote the store anew since the block was last cleaned. */
  readonly reclaims: number;
  /** Writes of other drivers. */
  readonly otherWrites: number;
  /** The last write came as far as the spare and no further: what stands there is the store. */
  readonly spareIsAuthoritative: boolean;
}

// Active low: a bit is set once it is cleared.
const allocated = 0x01;
const complete = 0x04;
const spareComplete = 0x02;
const destinationComplete = 0x04;

/** The first working block between `from` and `end`, at a multiple of 16 bytes from `from`; null when there is none. */
export function findWorkingBlock(bytes: Uint8Array, from: number, end: number): WorkingBlock | null {
  for (let at = from; at + workingBlockHeader.size <= end; at += 16) {
    const first = bytes[at];
    if (first !== workingBlockGuid[0] && first !== nvDataGuid[0]) continue;
    if (standsAt(bytes, at, workingBlockGuid) || (standsAt(bytes, at, nvDataGuid) && isSoundHeader(bytes, at))) {
      return readWorkingBlock(bytes, at, end);
    }
  }
  return null;
}

function isSoundHeader(bytes: Uint8Array, at: number): boolean {
  return (
    workingBlockCrc(bytes.subarray(at, at + workingBlockHeader.size)) === workingBlockHeader.decode(bytes, at, 'le').crc
  );
}

/** CRC-32 of a header of a working block, which counts its own field and the flags as erased. */
function workingBlockCrc(header: Uint8Array): number {
  const copy = header.slice();
  copy.fill(0xff, 16, 21);
  return crc32(copy);
}

function readWorkingBlock(bytes: Uint8Array, start: number, limit: number): WorkingBlock {
  const { writeQueueSize } = workingBlockHeader.decode(bytes, start, 'le');
  const queueAt = start + workingBlockHeader.size;
  const room = limit - queueAt;
  const end = queueAt + (writeQueueSize <= BigInt(room) ? Number(writeQueueSize) : room);
  let reclaims = 0;
  let otherWrites = 0;
  let spareIsAuthoritative = false;
  for (let at = queueAt; at + queuedWrite.size <= end; ) {
    const write = queuedWrite.decode(bytes, at, 'le');
    if ((write.flags & allocated) !== 0) break;
    if (standsAt(write.caller, 0, variableDriverGuid)) reclaims += 1;
    else otherWrites += 1;
    const first = at + queuedWrite.size;
    const step = BigInt(writeRecord.size) + write.privateSize;
    const isInterrupted = (write.flags & complete) !== 0;
    spareIsAuthoritative = isInterrupted && isOnlyInSpare(bytes, first, write.writes, step, end);
    const next = BigInt(first) + write.writes * step;
    if (next >= BigInt(end)) break;
    at = Number(next);
  }
  return { range: { start, end }, isSound: isSoundHeader(bytes, start), reclaims, otherWrites, spareIsAuthoritative };
}

function isOnlyInSpare(bytes: Uint8Array, first: number, writes: bigint, step: bigint, end: number): boolean {
  for (let at = BigInt(first), i = 0n; i < writes && at + BigInt(writeRecord.size) <= BigInt(end); at += step, i++) {
    const { flags } = writeRecord.decode(bytes, Number(at), 'le');
    if ((flags & spareComplete) === 0 && (flags & destinationComplete) !== 0) return true;
  }
  return false;
}

/**
 * A working block of 4 KiB with one write for each time that the variable driver wrote a store of `length` bytes anew.
 * @param isInterrupted one more, which came as far as the spare
 * @param spareAt place of the spare in the volume
 */
export function encodeWorkingBlock(
  reclaims: number,
  isInterrupted: boolean,
  length: number,
  spareAt: number,
): Uint8Array {
  const writes = reclaims + (isInterrupted ? 1 : 0);
  const step = queuedWrite.size + writeRecord.size;
  const block = new Uint8Array(0x1000).fill(0xff);
  const fields = {
    signature: workingBlockGuid,
    flags: 0xfe,
    reserved: new Uint8Array(3).fill(0xff),
    writeQueueSize: BigInt(block.length - workingBlockHeader.size),
  };
  const crc = workingBlockCrc(workingBlockHeader.encode({ ...fields, crc: 0 }, 'le'));
  block.set(workingBlockHeader.encode({ ...fields, crc }, 'le'));
  for (let i = 0; i < writes; i++) {
    const isLast = isInterrupted && i === writes - 1;
    const at = workingBlockHeader.size + i * step;
    const write = { reserved: new Uint8Array(3).fill(0xff), caller: variableDriverGuid, padding: new Uint8Array(4) };
    block.set(queuedWrite.encode({ ...write, flags: isLast ? 0xfc : 0xf8, writes: 1n, privateSize: 0n }, 'le'), at);
    const record = { reserved: new Uint8Array(7).fill(0xff), lba: 0n, offset: 0x48n, length: BigInt(length) };
    const relativeOffset = BigInt.asUintN(64, BigInt(-spareAt));
    const flags = isLast ? 0xfd : 0xf9;
    block.set(writeRecord.encode({ ...record, flags, relativeOffset }, 'le'), at + queuedWrite.size);
  }
  return block;
}
