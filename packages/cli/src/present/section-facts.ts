import { extent, slice, type TracedBytes } from '@pstore-decode/formats/bytes';
import type { SectionField, SectionReading } from '@pstore-decode/formats/payload';
import type { FoundRecord } from '../inputs.js';
import { type Fact, fact, originOf } from './fact-lines.js';
import { count } from './figures.js';

/** More bytes than a person reads. */
const mostShown = 64;
/** More bytes than a document should have of what nothing here can read. */
const mostInJson = 4096;

/** The fields of a binary record, each with its value and where it stands. */
export function sectionFacts({ sections = [] }: FoundRecord): Fact[] {
  return sections.flatMap(({ reading, bytes }) => factsOf(reading, bytes, ''));
}

function factsOf({ title, fields, parts, rest }: SectionReading, bytes: TracedBytes, indent: string): Fact[] {
  const inner = `${indent}  `;
  return [
    fact(`${indent}section`, title),
    ...fields.map((field) => fact(`${inner}${field.name}`, wordsOf(field), originOf(bytes, field.range))),
    ...parts.flatMap((part) => factsOf(part, bytes, inner)),
    ...(rest === null
      ? []
      : [fact(`${inner}bytes`, shortHex(bytes.bytes.subarray(rest.start, rest.end)), originOf(bytes, rest))]),
  ];
}

function wordsOf(field: SectionField): string {
  const shown = field.value instanceof Uint8Array ? shortHex(field.value) : shownValue(field);
  return [shown, field.meaning, field.isValid ? undefined : '(not valid)'].filter(Boolean).join(' ');
}

function shortHex(bytes: Uint8Array): string {
  const more = bytes.length - mostShown;
  return `${hexBytes(bytes.subarray(0, mostShown))}${more > 0 ? ` and ${count(more, 'byte')} more` : ''}`;
}

/** The same as JSON: `schema/record-1.json`, `$defs/section`. */
export function sectionsJson({ sections = [] }: FoundRecord): object[] {
  return sections.map(({ reading, bytes }) => sectionJson(reading, bytes));
}

function sectionJson({ title, fields, parts, rest }: SectionReading, bytes: TracedBytes): object {
  return {
    title,
    fields: fields.map((field) => ({
      name: field.name,
      value: shownValue(field),
      ...(field.meaning !== undefined && { meaning: field.meaning }),
      ...(!field.isValid && { valid: false }),
      ...extent(slice(bytes, field.range.start, field.range.end)),
    })),
    ...(parts.length > 0 && { parts: parts.map((part) => sectionJson(part, bytes)) }),
    ...(rest !== null && {
      rest: {
        length: rest.end - rest.start,
        bytes: hexBytes(bytes.bytes.subarray(rest.start, Math.min(rest.end, rest.start + mostInJson))),
        ...extent(slice(bytes, rest.start, rest.end)),
      },
    }),
  };
}

function shownValue({ value }: SectionField): string {
  return value instanceof Uint8Array ? hexBytes(value) : `0x${value.toString(16)}`;
}

function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
