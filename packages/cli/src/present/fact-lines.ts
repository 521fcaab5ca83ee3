import { type ByteRange, forMessage, hostile, type Span, slice, type TracedBytes } from '@pstore-decode/formats/bytes';
import { hexRange } from './figures.js';

/** One thing that is known: its name, its value for a person, and where on the medium it was read. */
export interface Fact {
  readonly name: string;
  /** Escaped already where it holds text of a medium. */
  readonly value: string;
  readonly origin?: string;
}

/** A value of our own alphabet, or one that is escaped here. */
export function fact(name: string, value: string, origin?: string): Fact {
  return { name, value: forMessage(hostile(value)), ...(origin !== undefined && { origin }) };
}

/** The facts one below the other: names in a column, origins in brackets behind the values. */
export function factLines(facts: readonly Fact[]): string {
  const width = Math.max(0, ...facts.map(({ name }) => name.length));
  return facts
    .map(
      ({ name, value, origin }) => `  ${name.padEnd(width)}  ${value}${origin === undefined ? '' : `  [${origin}]`}\n`,
    )
    .join('');
}

/** Where bytes of a text stand on the medium. */
export function originOf(text: TracedBytes, { start, end }: ByteRange): string {
  return placesOf(slice(text, start, end).spans);
}

/** More are too many to read. */
const mostPlaces = 4;

/** `0x1234-0x1240`; `from 0x24-0x24fe` where bytes were made of all of that. */
export function placesOf(spans: readonly Span[]): string {
  const places = spans.map(({ from, how }) => {
    if (from === null) return how;
    return how === 'copied'
      ? hexRange(from)
      : how === 'derived'
        ? `from ${hexRange(from)}`
        : `${how} ${hexRange(from)}`;
  });
  const different = [...new Set(places)];
  const more = different.length - mostPlaces;
  return [...different.slice(0, mostPlaces), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
