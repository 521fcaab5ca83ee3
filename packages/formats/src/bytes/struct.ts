import { need } from './need.js';

export type Endian = 'le' | 'be';

/** One field: how wide it is, how it is read and written, and where its meaning is specified. */
export interface Field<T> {
  readonly kind: 'u8' | 'u16' | 'u32' | 'u64' | 'bytes';
  /** Width in bytes. */
  readonly size: number;
  /** What the field says, and its source. */
  readonly doc: string;
  get(view: DataView, at: number, littleEndian: boolean): T;
  set(view: DataView, at: number, value: T, littleEndian: boolean): void;
}

export interface PlacedField {
  readonly name: string;
  /** From the start of the struct, in bytes. */
  readonly offset: number;
  readonly field: Field<unknown>;
}

/** A fixed layout. One table gives decoding, encoding, sizes and offsets, in both byte orders. */
export interface Struct<T> {
  readonly name: string;
  readonly size: number;
  readonly fields: readonly PlacedField[];
  /** @throws FormatError `bytes.short` when fewer than `size` bytes stand at `at` */
  decode(bytes: Uint8Array, at: number, endian: Endian): T;
  /** Exactly `size` bytes. @throws RangeError when a value does not fit its field */
  encode(value: T, endian: Endian): Uint8Array<ArrayBuffer>;
}

type Fields<T> = { readonly [K in keyof T]: Field<T[K]> };

/** Fields stand one after the other without padding, in the order of the table. */
export function struct<T extends object>(name: string, table: Fields<T>): Struct<T> {
  let size = 0;
  const fields: PlacedField[] = [];
  for (const [key, field] of Object.entries(table) as [string, Field<unknown>][]) {
    fields.push({ name: key, offset: size, field });
    size += field.size;
  }
  return {
    name,
    size,
    fields,
    decode(bytes, at, endian) {
      const window = need(bytes, at, size);
      const view = new DataView(window.buffer, window.byteOffset, size);
      return Object.fromEntries(fields.map((f) => [f.name, f.field.get(view, f.offset, endian === 'le')])) as T;
    },
    encode(value, endian) {
      const bytes = new Uint8Array(size);
      const view = new DataView(bytes.buffer);
      for (const f of fields) f.field.set(view, f.offset, value[f.name as keyof T], endian === 'le');
      return bytes;
    },
  };
}

export function u8(doc: string): Field<number> {
  return integer('u8', 1, doc, DataView.prototype.getUint8, DataView.prototype.setUint8);
}

export function u16(doc: string): Field<number> {
  return integer('u16', 2, doc, DataView.prototype.getUint16, DataView.prototype.setUint16);
}

export function u32(doc: string): Field<number> {
  return integer('u32', 4, doc, DataView.prototype.getUint32, DataView.prototype.setUint32);
}

export function u64(doc: string): Field<bigint> {
  return {
    kind: 'u64',
    size: 8,
    doc,
    get: (view, at, littleEndian) => view.getBigUint64(at, littleEndian),
    set(view, at, value, littleEndian) {
      if (value < 0n || value >= 1n << 64n) throw new RangeError(`${value} does not fit in u64`);
      view.setBigUint64(at, value, littleEndian);
    },
  };
}

/** Raw bytes; decoding gives a copy. */
export function bytes(size: number, doc: string): Field<Uint8Array> {
  return {
    kind: 'bytes',
    size,
    doc,
    get: (view, at) => new Uint8Array(view.buffer, view.byteOffset + at, size).slice(),
    set(view, at, value) {
      if (value.length !== size) throw new RangeError(`${value.length} bytes for a field of ${size}`);
      new Uint8Array(view.buffer, view.byteOffset + at, size).set(value);
    },
  };
}

function integer(
  kind: 'u8' | 'u16' | 'u32',
  size: number,
  doc: string,
  get: (this: DataView, at: number, littleEndian?: boolean) => number,
  set: (this: DataView, at: number, value: number, littleEndian?: boolean) => void,
): Field<number> {
  return {
    kind,
    size,
    doc,
    get: (view, at, littleEndian) => get.call(view, at, littleEndian),
    set(view, at, value, littleEndian) {
      if (!(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * size))) {
        throw new RangeError(`${value} does not fit in ${kind}`);
      }
      set.call(view, at, value, littleEndian);
    },
  };
}
