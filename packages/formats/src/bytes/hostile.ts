/**
 * Text from a medium. It is no string on purpose: nothing can print it but a sink, and the sinks stand in this file.
 * The bytes are kept; every view is made from them.
 */
export interface HostileText {
  readonly hostile: Uint8Array;
}

export function hostile(text: Uint8Array | string): HostileText {
  return { hostile: typeof text === 'string' ? new TextEncoder().encode(text) : text };
}

/**
 * For terminals and everything that may end at one. Printable characters, tab and line feed stay. Controls become
 * `\x{1b}`, bytes that are no UTF-8 likewise (`\x{9b}`): two digits are one byte. C1, bidi, zero-width and invisible
 * characters become `\x{202e}`: four digits or more are one code point. A `\x{` of the text itself becomes
 * `\x{5c}x{`. So the escape is reversible, and ordinary text is not changed.
 */
export function forTerminal(text: HostileText): string {
  const { hostile: bytes } = text;
  const plain = looseUtf8.decode(bytes);
  if (!/[^\t\n\x20-\x5b\x5d-\x7e]/.test(plain)) return plain;
  const parts: string[] = [];
  for (const piece of utf8Pieces(bytes)) {
    parts.push(typeof piece === 'number' ? escapeCode(piece, 2) : piece.replace(unprintable, escapeEach));
  }
  return parts.join('');
}

/** Like `forTerminal`, on one line: line feeds and tabs are escaped too. For names and quotations in messages. */
export function forMessage(text: HostileText): string {
  return forTerminal(text).replace(/[\n\t]/g, escapeEach);
}

/** For JSON values: always valid text; where that loses something the bytes go along in base64. */
export interface JsonText {
  readonly text: string;
  readonly lossy?: true;
  readonly base64?: string;
}

export function forJson(text: HostileText): JsonText {
  const { hostile: bytes } = text;
  try {
    return { text: strictUtf8.decode(bytes) };
  } catch {
    return { text: looseUtf8.decode(bytes), lossy: true, base64: base64(bytes) };
  }
}

/** For HTML text and attribute values. Controls are shown as in `forTerminal`, so that a page hides nothing. */
export function forHtml(text: HostileText): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return forTerminal(text).replace(/[&<>"']/g, (c) => entities[c] ?? c);
}

/**
 * For one CSV cell (RFC 4180), quoted. A leading `= + - @` (full-width too), tab or line feed is disarmed by an
 * apostrophe; where apostrophes stand before it already, by one more, so that it can be undone.
 */
export function forCsv(text: HostileText): string {
  const shown = forTerminal(text);
  return `"${(/^'*[=+\-@\t\n\uff1d\uff0b\uff0d\uff20]/.test(shown) ? `'${shown}` : shown).replaceAll('"', '""')}"`;
}

/** A file name of our own alphabet, at most 100 characters; every other byte becomes `_`. Not reversible: the name itself belongs in the manifest. */
export function forFileName(text: HostileText): string {
  const name = Array.from(text.hostile.subarray(0, 100), (b) => String.fromCharCode(b).replace(/[^A-Za-z0-9._-]/, '_'));
  return name.join('').replace(/^\.+/, (dots) => '_'.repeat(dots.length)) || '_';
}

/** JSON of any value in ASCII alone: what `JSON.stringify` leaves as it is above U+007E is escaped too. */
export function asciiJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// C0 without tab and line feed, DEL, C1; soft hyphen, zero-width, bidi, line and paragraph separators, invisible
// operators, fillers, variation selectors, byte order mark, interlinear marks, tags and all other format characters (Cf),
// private use and noncharacters. A list, so that every runtime escapes the same; the two properties never change.
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\p{Co}\p{Noncharacter_Code_Point}]|[\ud800-\udfff]|[\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\\x\{/gu;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const looseUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function escapeCode(code: number, digits: number): string {
  return `\\x{${code.toString(16).padStart(digits, '0')}}`;
}

function escapeEach(found: string): string {
  const code = found.codePointAt(0) ?? 0;
  return escapeCode(code, code < 0x80 ? 2 : 4) + found.slice(code > 0xffff ? 2 : 1);
}

/** Runs of valid UTF-8 as strings, every byte that belongs to none as a number. */
function* utf8Pieces(bytes: Uint8Array): Generator<string | number> {
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > start) yield looseUtf8.decode(bytes.subarray(start, at));
    yield bytes[at] ?? 0;
    at += 1;
    start = at;
  }
  if (at > start) yield looseUtf8.decode(bytes.subarray(start, at));
}

/** Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (length === 0 || length > bytes.length - at) return 0;
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}
