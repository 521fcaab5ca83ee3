import type { ByteRange } from '../../bytes/range.js';
import type { Endian, Struct } from '../../bytes/struct.js';

/** A field of a section: what it is called, where it stands, what it says. */
export interface SectionField {
  readonly name: string;
  /** In the bytes that were read. */
  readonly range: ByteRange;
  readonly value: number | bigint | Uint8Array;
  /** The value in words, where it has any. */
  readonly meaning?: string;
  /** False when the section itself says that nothing was put there. */
  readonly isValid: boolean;
  /** What the field is, and its source. */
  readonly doc: string;
}

/** A section of an error record, or a part of one. */
export interface SectionReading {
  readonly title: string;
  readonly fields: readonly SectionField[];
  readonly parts: readonly SectionReading[];
  /** Bytes behind the fields that nothing here names, parts excluded; null when there are none. */
  readonly rest: ByteRange | null;
}

/** What the values of a table mean, by the names of its fields. */
export type Meanings = { readonly [field: string]: (value: number | bigint) => string | undefined };

/** The bit of the validity word that vouches for a field, by its name; fields without one are always valid. */
export interface Validity {
  readonly word: number | bigint;
  readonly bits: { readonly [field: string]: number };
}

/** Fields of `table` at `at` that are whole within `bytes`: a shorter form of the struct has the first of them. */
export function fieldsAt<T>(
  table: Struct<T>,
  bytes: Uint8Array,
  at: number,
  endian: Endian,
  meanings: Meanings = {},
  validity: Validity = { word: 0, bits: {} },
): SectionField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return table.fields
    .filter(({ offset, field }) => at + offset + field.size <= bytes.length)
    .map(({ name, offset, field }) => {
      const value = field.get(view, at + offset, endian === 'le') as SectionField['value'];
      const meaning = value instanceof Uint8Array ? undefined : meanings[name]?.(value);
      const bit = validity.bits[name];
      return {
        name,
        range: { start: at + offset, end: at + offset + field.size },
        value,
        ...(meaning === undefined ? {} : { meaning }),
        isValid: bit === undefined || ((BigInt(validity.word) >> BigInt(bit)) & 1n) === 1n,
        doc: field.doc,
      };
    });
}

/** What lies behind the last of `fields` and `parts` in `bytes`. */
export function restBehind(bytes: Uint8Array, fields: readonly SectionField[], end = 0): ByteRange | null {
  const start = Math.max(end, ...fields.map(({ range }) => range.end));
  return start < bytes.length ? { start, end: bytes.length } : null;
}

/** Names by number. */
export function named(names: readonly (string | undefined)[]): (value: number | bigint) => string | undefined {
  return (value) => names[Number(value)];
}

/** Names of the bits that are set, lowest first; none when no named one is. */
export function flagged(names: Readonly<Record<number, string>>): (value: number | bigint) => string | undefined {
  return (value) => {
    const set = Object.entries(names).filter(([bit]) => ((BigInt(value) >> BigInt(bit)) & 1n) === 1n);
    return set.length === 0 ? undefined : set.map(([, name]) => name).join(', ');
  };
}

/** A section for a person: a line a field, numbers and bytes in hexadecimal; the bytes of the rest too. */
export function sectionText(reading: SectionReading, bytes: Uint8Array): string {
  return linesOf(reading, bytes, '').join('');
}

function linesOf({ title, fields, parts, rest }: SectionReading, bytes: Uint8Array, indent: string): string[] {
  const inner = `${indent}  `;
  return [
    `${indent}${title}\n`,
    ...fields.map(({ name, value, meaning, isValid }) => {
      const shown = value instanceof Uint8Array ? hexBytes(value) : `0x${value.toString(16)}`;
      return `${inner}${name}: ${shown}${meaning === undefined ? '' : ` ${meaning}`}${isValid ? '' : ' (not valid)'}\n`;
    }),
    ...parts.flatMap((part) => linesOf(part, bytes, inner)),
    ...(rest === null ? [] : [`${inner}rest: ${hexBytes(bytes.subarray(rest.start, rest.end))}\n`]),
  ];
}

function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
