import { bound, bytes, FormatError, need, struct, u8, u16, u32, u64 } from '@pstore-decode/formats/bytes';
import type { FieldPlace } from '../mutate.js';
import { isSame, promise, type Target, unless } from '../target.js';

/** One field of every kind: what a backend's layout is made of. */
export const everyField = struct<{ a: number; b: bigint; c: number; d: Uint8Array; e: number }>('every field', {
  a: u32('a'),
  b: u64('b'),
  c: u16('c'),
  d: bytes(3, 'd'),
  e: u8('e'),
});

const controls: readonly FieldPlace[] = [0, 8].map((offset) => ({ offset, size: 8 }));

/** The first 16 bytes are claims, the others the bytes to read from. A claim can be infinite or no number, as sums may be. */
function claimsOf(input: Uint8Array): { claims: number[]; big: bigint; content: Uint8Array } {
  const head = new Uint8Array(16);
  head.set(input.subarray(0, 16));
  const view = new DataView(head.buffer);
  const big = view.getBigInt64(0);
  const claims = [view.getInt32(4), view.getUint32(12), Math.trunc(view.getFloat64(0)), Math.trunc(view.getFloat64(8))];
  return { claims, big, content: input.subarray(16) };
}

export const needTarget: Target = {
  name: 'need',
  covers: ['bytes/need', 'bytes/bound'],
  maxBytes: 256,
  slice: 2000,
  seeds: () => [{ bytes: new Uint8Array(64).map((_, i) => i), fields: controls }],
  run(input) {
    const { claims, big, content } = claimsOf(input);
    for (const offset of claims) {
      for (const length of claims) {
        const view = unless(FormatError, () => need(content, offset, length));
        const fits = offset >= 0 && length >= 0 && offset + length <= content.length;
        if (fits) promise(view?.length === length, 'need gives what is there');
        else promise(view === null, 'need refuses what is not there');
      }
      const admitted = unless(FormatError, () => bound(big, content.length));
      promise((admitted !== null) === (big >= 0n && big <= BigInt(content.length)), 'bound admits 0 to max');
    }
  },
};

export const structTarget: Target = {
  name: 'struct',
  covers: [],
  maxBytes: 256,
  slice: 2000,
  seeds: () => [{ bytes: new Uint8Array(64).map((_, i) => i * 7), fields: controls }],
  run(input) {
    const { claims, content } = claimsOf(input);
    for (const endian of ['le', 'be'] as const) {
      for (const at of [...claims, 0, content.length - everyField.size, 1 + content.length - everyField.size]) {
        const value = unless(FormatError, () => everyField.decode(content, at, endian));
        if (value === null) continue;
        promise(at >= 0 && at + everyField.size <= content.length, 'a struct is read from bytes that are there');
        const stored = content.subarray(at, at + everyField.size);
        promise(isSame(everyField.encode(value, endian), stored), 'encode gives back what decode read');
      }
    }
  },
};
