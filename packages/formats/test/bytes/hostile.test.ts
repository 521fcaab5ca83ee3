import { fc, test } from '@fast-check/vitest';
import {
  asciiJson,
  forCsv,
  forFileName,
  forHtml,
  forJson,
  forMessage,
  forTerminal,
  hostile,
} from '@pstore-decode/formats/bytes';
import { describe, expect } from 'vitest';

const runs = { seed: 842, numRuns: 1000 };

/** What no sink for people may let through: controls but tab and line feed, and everything that does not show itself. */
const forbidden =
  /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/u;

/** The characters that the escape is about, so that they meet often. */
const nasty = fc.constantFrom(
  '\\',
  '\\x',
  '\\x{',
  '\\x{41}',
  '\\x{5c}',
  '{',
  '}',
  'x',
  '41}',
  '\x1b',
  '\x1b[2J',
  '\x07',
  '\0',
  '\r',
  '\n',
  '\t',
  '\x7f',
  '\u0085',
  '\u009b',
  '\u00ad',
  '\u200b',
  '\u200d',
  '\u202e',
  '\u2028',
  '\u2066',
  '\ufeff',
  '\ufe0f',
  '\u{e0041}',
  '\u{1f600}',
  '\ue000',
  '\uffff',
  '\u{10ffff}',
  'ä',
  '€',
  '\u0301',
  '=',
  '+',
  '-',
  '@',
  "'",
  '"',
  '""',
  ',',
  '<',
  '>',
  '&',
  '&lt;',
  '＝',
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join('')),
);
const utf8 = (from: string) => new TextEncoder().encode(from);
/** Any bytes: noise, text, and text with bytes cut out or put in. */
const medium = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  text.map(utf8),
  fc
    .array(fc.oneof(text.map(utf8), fc.uint8Array({ minLength: 1, maxLength: 3 })), { maxLength: 6 })
    .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part]))),
  fc.tuple(text.map(utf8), fc.nat()).map(([bytes, n]) => bytes.slice(n % (bytes.length + 1))),
);

/** Two digits are a byte, four or more a code point. */
function unescaped(shown: string): Uint8Array {
  const out: number[] = [];
  let at = 0;
  for (const { 0: whole, 1: digits = '', index } of shown.matchAll(/\\x\{([0-9a-f]{2}|[0-9a-f]{4,6})\}/g)) {
    out.push(...utf8(shown.slice(at, index)));
    const code = Number.parseInt(digits, 16);
    out.push(...(digits.length === 2 ? [code] : utf8(String.fromCodePoint(code))));
    at = index + whole.length;
  }
  out.push(...utf8(shown.slice(at)));
  return Uint8Array.from(out);
}

describe('forTerminal', () => {
  const rows: [name: string, given: string | number[], shown: string][] = [
    ['nothing', '', ''],
    [
      'ordinary text',
      '<4>[    0.000000] Linux\n\ttab \\ and \\n and x{41}',
      '<4>[    0.000000] Linux\n\ttab \\ and \\n and x{41}',
    ],
    ['letters of the world', 'äöü 日本語 עברית 😀 e\u0301', 'äöü 日本語 עברית 😀 e\u0301'],
    ['an escape sequence', '\x1b[31mred', '\\x{1b}[31mred'],
    ['carriage return', 'good\rbad', 'good\\x{0d}bad'],
    ['NUL and DEL', '\0\x7f', '\\x{00}\\x{7f}'],
    ['C1 as a byte', [0x9b, 0x33, 0x31, 0x6d], '\\x{9b}31m'],
    ['C1 as a character', '\u009b31m', '\\x{009b}31m'],
    ['bidi', 'a\u202eb\u2066c', 'a\\x{202e}b\\x{2066}c'],
    ['zero width', 'a\u200bb\ufeffc', 'a\\x{200b}b\\x{feff}c'],
    ['tags', 'a\u{e0041}', 'a\\x{e0041}'],
    ['the escape itself', 'a\\x{1b}b', 'a\\x{5c}x{1b}b'],
    ['a backslash before an escape', '\\\x1b', '\\\\x{1b}'],
    ['half of an escape before a control', '\\x\x1b', '\\x\\x{1b}'],
    ['a byte order mark in front', '\ufeffa', '\\x{feff}a'],
    ['a cut character', [0x61, 0xe2, 0x82], 'a\\x{e2}\\x{82}'],
    ['an overlong slash', [0xc0, 0xaf], '\\x{c0}\\x{af}'],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80], '\\x{ed}\\x{a0}\\x{80}'],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '\\x{f4}\\x{90}\\x{80}\\x{80}'],
    ['a lone trail byte between letters', [0x61, 0x80, 0x62], 'a\\x{80}b'],
    ['U+FFFD itself', '\ufffd', '\ufffd'],
  ];
  test.each(rows)('%s', (_, given, shown) => {
    const bytes = typeof given === 'string' ? given : Uint8Array.from(given);
    expect(forTerminal(hostile(bytes))).toBe(shown);
  });

  test('escapes every code point that must be, and no other', () => {
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      const shown = forTerminal(hostile(character));
      if ((shown !== character) !== forbidden.test(character)) wrong.push(code.toString(16));
      if (forbidden.test(shown)) wrong.push(`${code.toString(16)} shown`);
    }
    expect(wrong).toEqual([]);
  });

  test.prop([medium], runs)('holds nothing forbidden', (bytes) => {
    expect(forTerminal(hostile(bytes))).not.toMatch(forbidden);
  });

  test.prop([medium], runs)('can be undone, byte for byte', (bytes) => {
    expect(unescaped(forTerminal(hostile(bytes)))).toEqual(Uint8Array.from(bytes));
  });

  test.prop([text], runs)('leaves ordinary text as it is', (any) => {
    const ordinary = any.replace(new RegExp(forbidden, 'gu'), '').replaceAll('\\x{', '');
    fc.pre(!ordinary.includes('\\x{'));
    expect(forTerminal(hostile(ordinary))).toBe(ordinary);
  });
});

describe('forMessage', () => {
  test('is one line', () => {
    expect(forMessage(hostile('a\nb\tc\r\n'))).toBe('a\\x{0a}b\\x{09}c\\x{0d}\\x{0a}');
  });

  test.prop([medium], runs)('has no line feed and no tab, and can be undone', (bytes) => {
    const shown = forMessage(hostile(bytes));
    expect(shown).not.toMatch(/[\n\t]/);
    expect(shown).not.toMatch(forbidden);
    expect(unescaped(shown)).toEqual(Uint8Array.from(bytes));
  });
});

describe('forJson', () => {
  test.prop([medium], runs)('gives the text, or says that it is lossy and gives the bytes', (bytes) => {
    const given = forJson(hostile(bytes));
    if (given.lossy === undefined) {
      expect(given).toEqual({ text: given.text });
      expect(utf8(given.text)).toEqual(Uint8Array.from(bytes));
    } else {
      expect(given.lossy).toBe(true);
      expect(given.text).toContain('\ufffd');
      expect(new Uint8Array(Buffer.from(given.base64 ?? '', 'base64'))).toEqual(Uint8Array.from(bytes));
      expect(given.base64).toBe(Buffer.from(bytes).toString('base64'));
    }
  });

  test.prop([text], runs)('is not lossy for text', (any) => {
    expect(forJson(hostile(any))).toEqual({ text: any });
  });

  test('gives base64 of bytes in any number', () => {
    for (const length of [1, 2, 3, 0x7fff, 0x8000, 0x8001, 200_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => 0x80 | (i * 7));
      expect(forJson(hostile(bytes)).base64 === Buffer.from(bytes).toString('base64')).toBe(true);
    }
  });

  test('keeps a byte order mark, and U+FFFD of the text itself is not lossy', () => {
    expect(forJson(hostile('\ufeffa'))).toEqual({ text: '\ufeffa' });
    expect(forJson(hostile('\ufffd'))).toEqual({ text: '\ufffd' });
  });
});

describe('asciiJson', () => {
  const value = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 });

  test.prop([value, fc.constantFrom(undefined, 2)], runs)('is printable ASCII and means the same', (given, indent) => {
    const shown = asciiJson(given, indent);
    expect(shown).toMatch(/^[\x20-\x7e\n]*$/);
    expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(given)));
  });

  test.prop([text], runs)('any text', (any) => {
    expect(asciiJson(any)).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(asciiJson(any))).toBe(any);
  });

  test('what JSON.stringify leaves as it is', () => {
    expect(asciiJson('\x7f\u009b\u202e\u2028😀\ud800')).toBe('"\\u007f\\u009b\\u202e\\u2028\\ud83d\\ude00\\ud800"');
  });
});

describe('forCsv', () => {
  /** One cell as RFC 4180 reads it, and the apostrophe taken away. */
  function uncell(cell: string): string {
    expect(cell).toMatch(/^"(?:[^"]|"")*"$/);
    const shown = cell.slice(1, -1).replaceAll('""', '"');
    return /^'+[=+\-@\t\n＝＋－＠]/.test(shown) ? shown.slice(1) : shown;
  }

  const rows: [given: string, cell: string][] = [
    ['', '""'],
    ['a,b\n"c"', '"a,b\n""c"""'],
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\n=1', `"'\n=1"`],
    ['\r=1', '"\\x{0d}=1"'],
    ['＝1', `"'＝1"`],
    ["'=1", `"''=1"`],
    ["'a", `"'a"`],
    ['a=1', '"a=1"'],
  ];
  test.each(rows)('%j', (given, cell) => {
    expect(forCsv(hostile(given))).toBe(cell);
  });

  test.prop([medium], runs)('can be undone, and no cell begins a formula', (bytes) => {
    const cell = forCsv(hostile(bytes));
    expect(unescaped(uncell(cell))).toEqual(Uint8Array.from(bytes));
    expect(cell).not.toMatch(/^"[=+\-@\t\r\n]/);
    expect(cell).not.toMatch(forbidden);
  });
});

describe('forHtml', () => {
  test('is safe in text and in attributes', () => {
    expect(forHtml(hostile(`<a href="x" id='y'>&amp;\x1b`))).toBe(
      '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;\\x{1b}',
    );
  });

  test.prop([medium], runs)('has no raw mark, and means what the terminal shows', (bytes) => {
    const html = forHtml(hostile(bytes));
    expect(html).not.toMatch(/[<>"']/);
    expect(html).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/);
    const marks = new Map([
      ['&lt;', '<'],
      ['&gt;', '>'],
      ['&quot;', '"'],
      ['&#39;', "'"],
      ['&amp;', '&'],
    ]);
    expect(html.replace(/&[^;]+;/g, (entity) => marks.get(entity) ?? entity)).toBe(forTerminal(hostile(bytes)));
  });
});

describe('forFileName', () => {
  const rows: [given: string, name: string][] = [
    ['dmesg-ramoops-0', 'dmesg-ramoops-0'],
    ['', '_'],
    ['.', '_'],
    ['..', '__'],
    ['.hidden', '_hidden'],
    ['../../etc/passwd', '___.._etc_passwd'],
    ['a b\0c\n', 'a_b_c_'],
    ['ä', '__'],
    ['x'.repeat(200), 'x'.repeat(100)],
  ];
  test.each(rows)('%j', (given, name) => {
    expect(forFileName(hostile(given))).toBe(name);
  });

  test.prop([medium], runs)('is of our alphabet, short and not hidden', (bytes) => {
    expect(forFileName(hostile(bytes))).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/);
  });
});
