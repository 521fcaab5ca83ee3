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
import { isSame, promise, type Target } from '../target.js';

const texts = [
  '<6>[    1.234567] plain text\n\twith a tab\\and a backslash\n',
  '\u001b[31mred\u001b[0m \u001b]8;;https://example.org\u0007link\u001b]8;;\u0007 \u009b2J\r\u0007\u0000',
  'bidi \u202e\u2066txt.exe\u2069 zero\u200bwidth\u200d \ufeff\u00ad\u2028\u2029 tag\u{e0041} \ud83d\ude00 \u{10ffff}',
  'escaped already \\x{1b} \\x{5c}x{1b} \\x{202e} \\x \\x{',
  '=cmd|\' /C calc\'!A0,"quoted",+1,-1,@x\r\n<script>alert(1)</script>&amp;',
  '../../../etc/passwd\u0000.txt CON __proto__ .. .',
];

/** What a terminal must not be given; written without the table of the sink. */
const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;

export const sinksTarget: Target = {
  name: 'sinks',
  covers: [
    'bytes/forTerminal',
    'bytes/forMessage',
    'bytes/forJson',
    'bytes/forHtml',
    'bytes/forCsv',
    'bytes/forFileName',
    'bytes/asciiJson',
  ],
  maxBytes: 4096,
  slice: 2000,
  seeds: () => texts.map((text) => ({ bytes: new TextEncoder().encode(text) })),
  run(bytes) {
    const text = hostile(bytes);
    const shown = forTerminal(text);
    promise(!forbidden.test(shown.replace(/[\n\t]/g, '')), 'nothing invisible reaches a terminal');
    promise(isSame(unescaped(shown), bytes), 'the escapes of a terminal are reversible');
    const message = forMessage(text);
    promise(!forbidden.test(message), 'a message is one line');
    promise(isSame(unescaped(message), bytes), 'the escapes of a message are reversible');

    const json = forJson(text);
    const kept =
      json.base64 === undefined
        ? new TextEncoder().encode(json.text)
        : Uint8Array.from(atob(json.base64), (c) => c.charCodeAt(0));
    promise(isSame(kept, bytes), 'JSON loses nothing');
    const ascii = asciiJson(json, 1);
    promise(/^[\n\x20-\x7e]*$/.test(ascii), 'asciiJson is ASCII');
    promise(JSON.stringify(JSON.parse(ascii)) === JSON.stringify(json), 'asciiJson is JSON of the same value');

    promise(!/[<>"']|&(?!(amp|lt|gt|quot|#39);)/.test(forHtml(text)), 'HTML text opens no tag and no attribute');
    promise(/^"(?![=+\-@\t\r])([^"]|"")*"$/.test(forCsv(text)), 'a CSV cell stays a cell and is no formula');
    promise(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(forFileName(text)), 'a file name is of our own alphabet');
  },
};

/** The inverse of the escapes of `forTerminal`, written from its description. */
function unescaped(shown: string): Uint8Array {
  const encoder = new TextEncoder();
  const bytes = shown.split(/(\\x\{[0-9a-f]+\})/).flatMap((piece) => {
    const digits = /^\\x\{([0-9a-f]+)\}$/.exec(piece)?.[1];
    if (digits === undefined) return [...encoder.encode(piece)];
    const code = Number.parseInt(digits, 16);
    return digits.length === 2 ? [code] : [...encoder.encode(String.fromCodePoint(code))];
  });
  return Uint8Array.from(bytes);
}
