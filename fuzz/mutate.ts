import type { Rng } from './rng.js';

/** Where the structure of a seed has a field that is worth aiming at. */
export interface FieldPlace {
  readonly offset: number;
  readonly size: number;
}

/** A good input to begin with. */
export interface Seed {
  readonly bytes: Uint8Array;
  readonly fields?: readonly FieldPlace[];
}

/** The input of one run: a seed after one to eight mutations, now and then the seed itself or noise. */
export function mutated(rng: Rng, seeds: readonly Seed[], maxBytes: number): Uint8Array<ArrayBuffer> {
  const seed = rng.pick(seeds);
  if (rng.oneIn(64)) return noise(rng, maxBytes);
  let bytes = seed.bytes.slice(0, maxBytes);
  for (let left = rng.oneIn(256) ? 0 : 1 + rng.below(1 << rng.below(4)); left > 0; left--) {
    bytes = rng.pick(mutations)(rng, bytes, seed, rng.pick(seeds)).slice(0, maxBytes);
  }
  return bytes;
}

/** May change `bytes` and give it back. */
type Mutation = (rng: Rng, bytes: Bytes, seed: Seed, other: Seed) => Bytes;
type Bytes = Uint8Array<ArrayBuffer>;

const flipBits: Mutation = (rng, bytes) => {
  for (let left = 1 << rng.below(7); left > 0; left--) bytes[rng.below(bytes.length)]! ^= 1 << rng.below(8);
  return bytes;
};

/** A burst: bit errors close together, as a failing memory row or a bad block gives. */
const flipBurst: Mutation = (rng, bytes) => {
  const { start, end } = block(rng, bytes, 64);
  for (let at = start; at < end; at++) if (rng.oneIn(2)) bytes[at] = rng.below(256);
  return bytes;
};

const setByte: Mutation = (rng, bytes) => {
  bytes[rng.below(bytes.length)] = rng.oneIn(2) ? rng.below(256) : rng.pick([0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x3d]);
  return bytes;
};

const setNumber: Mutation = (rng, bytes) => {
  return writeNumber(rng, bytes, rng.below(bytes.length), rng.pick([2, 4, 4, 4, 8]));
};

/** Aims at a field that the seed names, with a number that a size or offset there could trip over. */
const setField: Mutation = (rng, bytes, seed, other) => {
  const fields = seed.fields ?? [];
  if (fields.length === 0) return setNumber(rng, bytes, seed, other);
  const field = rng.pick(fields);
  return writeNumber(rng, bytes, field.offset, field.size);
};

/** One field gets the bytes of another: of this seed, of a field of the same width. */
const swapFields: Mutation = (rng, bytes, seed, other) => {
  const fields = seed.fields ?? [];
  if (fields.length === 0) return setNumber(rng, bytes, seed, other);
  const to = rng.pick(fields);
  const from = rng.pick(fields.filter(({ size }) => size === to.size));
  if (to.offset + to.size <= bytes.length) bytes.copyWithin(to.offset, from.offset, from.offset + from.size);
  return bytes;
};

const copyBlock: Mutation = (rng, bytes) => {
  const { start, end } = block(rng, bytes);
  bytes.copyWithin(place(rng, bytes), start, end);
  return bytes;
};

const swapBlocks: Mutation = (rng, bytes) => {
  const a = block(rng, bytes);
  const b = block(rng, bytes);
  const first = bytes.slice(a.start, a.end);
  bytes.copyWithin(a.start, b.start, Math.min(b.end, b.start + first.length));
  bytes.set(first.subarray(0, Math.max(0, bytes.length - b.start)), b.start);
  return bytes;
};

const insertBlock: Mutation = (rng, bytes) => {
  const { start, end } = block(rng, bytes);
  const at = place(rng, bytes);
  return joined(bytes.subarray(0, at), bytes.subarray(start, end), bytes.subarray(at));
};

const removeBlock: Mutation = (rng, bytes) => {
  const { start, end } = block(rng, bytes);
  return joined(bytes.subarray(0, start), bytes.subarray(end));
};

const fillBlock: Mutation = (rng, bytes) => {
  const { start, end } = block(rng, bytes);
  return bytes.fill(rng.pick([0, 0, 0xff, 0xff, rng.below(256)]), start, end);
};

const truncate: Mutation = (rng, bytes) => bytes.slice(0, place(rng, bytes));

const extend: Mutation = (rng, bytes) => {
  const tail = new Uint8Array(1 + rng.below(1 << rng.below(13))).fill(rng.pick([0, 0xff]));
  return joined(bytes, rng.oneIn(2) ? tail : noise(rng, tail.length));
};

const splice: Mutation = (rng, bytes, _, other) => {
  const { start, end } = block(rng, other.bytes);
  const at = rng.oneIn(2) ? start : place(rng, bytes);
  return joined(bytes.subarray(0, at), other.bytes.subarray(start, end), bytes.subarray(at + (end - start)));
};

const mutations: readonly Mutation[] = [
  flipBits,
  flipBits,
  flipBurst,
  setByte,
  setNumber,
  setField,
  setField,
  swapFields,
  copyBlock,
  swapBlocks,
  insertBlock,
  removeBlock,
  fillBlock,
  truncate,
  extend,
  splice,
];

function writeNumber(rng: Rng, bytes: Bytes, at: number, size: number): Bytes {
  if (at + size > bytes.length) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const littleEndian = !rng.oneIn(3);
  if (size === 4) view.setUint32(at, number(rng, view.getUint32(at, littleEndian), bytes.length), littleEndian);
  else if (size === 2) view.setUint16(at, number(rng, view.getUint16(at, littleEndian), bytes.length), littleEndian);
  else if (size === 8) {
    const low = number(rng, view.getUint32(at + (littleEndian ? 0 : 4), littleEndian), bytes.length);
    const high = rng.pick([0, 0, 0, 1, 0x1f_ffff, 0x20_0000, 0x7fff_ffff, 0xffff_ffff]);
    view.setBigUint64(at, (BigInt(high) << 32n) | BigInt(low >>> 0), littleEndian);
  } else bytes[at] = number(rng, bytes[at] ?? 0, bytes.length);
  return bytes;
}

/** Near what stands there, near the size of the whole, or near an edge of the number's own range. */
function number(rng: Rng, old: number, length: number): number {
  const near = rng.pick([-1, 0, 1, 2, -2, 4, -12, 12]);
  switch (rng.below(6)) {
    case 0:
      return old + near;
    case 1:
      return old ^ (1 << rng.below(32));
    case 2:
      return length + near;
    case 3:
      return rng.pick([0, 1, 12, 128, 2 ** 15, 2 ** 16, 2 ** 24, 2 ** 31, 2 ** 32]) + near;
    case 4:
      return Math.floor(length / (1 << rng.below(12))) + near;
    default:
      return rng.next();
  }
}

function place(rng: Rng, bytes: Uint8Array): number {
  const at = rng.below(bytes.length + 1);
  return rng.oneIn(2) ? at : at & -(1 << rng.below(16));
}

/** A stretch of at most `max` bytes, short ones more often, half of them at a round offset. */
function block(rng: Rng, bytes: Uint8Array, max = bytes.length): { start: number; end: number } {
  const start = place(rng, bytes);
  const length = 1 + rng.below(1 << rng.below(17));
  return { start, end: Math.min(bytes.length, start + Math.min(length, max)) };
}

function noise(rng: Rng, maxBytes: number): Bytes {
  const bytes = new Uint8Array(rng.below(Math.min(maxBytes, 1 << rng.below(14))));
  for (let at = 0; at < bytes.length; at++) bytes[at] = rng.below(256);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
