import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { afterAll, describe, expect, it } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf, liveRecord, mediumError } from './support/records.js';

/** Each moves a cursor, changes a colour or title, hides or turns text where it is printed as it is. */
const attacks: readonly (readonly [string, string])[] = [
  ['ESC: colour', '\x1b[31m'],
  ['ESC: clear and home', '\x1b[2J\x1b[H'],
  ['ESC: title (OSC 0)', '\x1b]0;owned\x07'],
  ['ESC: link (OSC 8)', '\x1b]8;;file:///etc\x1b\\x\x1b]8;;\x1b\\'],
  ['C1: CSI', '\u009b31m'],
  ['C1: NEL', 'a\u0085b'],
  ['carriage return', 'real\rfake'],
  ['backspace', 'a\b\b\bb'],
  ['DEL', '\x7f'],
  ['NUL', '\0'],
  ['shift out', '\x0e'],
  ['bidi override', '\u202etxt.exe'],
  ['bidi isolate', '\u2066x\u2069'],
  ['zero width', 'a\u200bb\u200d'],
  ['line separator', 'a\u2028b'],
  ['byte order mark', '\ufeff'],
  ['tags', '\u{e0041}'],
];

const root = mkdtempSync(join(tmpdir(), 'pstore-decode-test-'));
afterAll(() => rmSync(root, { recursive: true }));

/** What may reach a terminal: printable characters, line feeds and tabs. */
const safe = /^[\t\n\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2500\ufffd]*$/u;

describe.each(attacks)('%s', (_, attack) => {
  const name = `m${attack}`;
  const record = liveRecord('dmesg-ramoops-0', `line\n${attack}\n`, { id: 1n });
  const bad = liveRecord(`dmesg${attack}`, attack, { id: 2n });
  const error = mediumError('gone', `broken ${attack}`, `try ${attack}`);
  const engine = engineOf({ [name]: { records: [record, bad] }, [`e${attack}`]: { records: [record], error } });

  it.each([
    ['show', [name]],
    ['list', [name, name]],
    ['verify', [name]],
    ['show', [name, '--json']],
    ['show', [name, '--jsonl']],
    ['show', [`e${attack}`]],
    ['show', [`missing${attack}`]],
    ['show', [name, `--no${attack}`]],
    ['show', [name, '--ramoops', `record${attack}=1`]],
    ['show', [name, '--cmdline', `@/nowhere${attack}`]],
    ['show', [name, '--as-kernel', attack]],
    ['help', [attack]],
    ['formats', [attack]],
    ['extract', [name, '-o', `${root}/nowhere${attack}/x`]],
  ])('goes through no channel of %s %j', async (command, rest) => {
    if (attack === '\0') return; // no argument can hold it
    const { stdout, stderr } = await pstoreDecode([command, ...rest], engine);
    expect(stdout + stderr).toMatch(safe);
    expect(stderr).not.toContain('internal error');
  });

  it('stays in the text, escaped', async () => {
    const { stdout } = await pstoreDecode([name, '-q'], engine);
    expect(stdout).toContain('\\x{');
  });

  it('reaches no name on disk, and the manifest in ASCII', async () => {
    if (attack === '\0') return;
    const out = mkdtempSync(join(root, 'o-'));
    expect((await pstoreDecode(['extract', name, '-o', out], engine)).status).toBe(0);
    const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');
    expect(manifest).toMatch(/^[\n\x20-\x7e]*$/);
    const paths = JSON.parse(manifest).records.map((entry: { extracted: { path: string } }) => entry.extracted.path);
    expect(paths).toEqual(['dmesg-ramoops-0', 'recovered/0002-dmesg-2.txt']);
  });
});

test.prop([fc.uint8Array({ maxLength: 64 })])(
  'no bytes of a text reach the output as a control character',
  async (bytes) => {
    const record = { ...liveRecord('dmesg-ramoops-0', ''), text: { bytes, spans: [] } };
    const { bytes: out } = await pstoreDecode(['m'], engineOf({ m: { records: [record] } }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
    expect(out.toString()).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u);
  },
);
