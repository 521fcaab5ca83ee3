import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf } from './support/records.js';

const random = new Uint8Array(0x10000).map((_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
const at = (offset: number, magic: string) => {
  const bytes = random.slice();
  bytes.set(Buffer.from(magic, 'latin1'), offset);
  return bytes;
};

/** A name, the bytes, what is said to have been seen (null: nothing), what is to be tried. */
const cases: readonly (readonly [string, Uint8Array, RegExp | null, RegExp])[] = [
  ['zeros', new Uint8Array(0x10000), /all bytes are 0x00$/, /lost power/],
  ['ones', new Uint8Array(0x10000).fill(0xff), /all bytes are 0xff: erased flash$/, /nothing was ever written/],
  ['random bytes', random, null, /--ramoops/],
  [
    'text',
    Buffer.from('<6>[    0.000000] Linux version 6.1.0\n'.repeat(1000)),
    /plain text$/,
    /give the medium itself/,
  ],
  [
    'UTF-8 cut in a character',
    Buffer.from('ä'.repeat(3000)).subarray(0, 4097),
    /plain text$/,
    /give the medium itself/,
  ],
  ['gzip that ends too early', gzipSync(random).subarray(0, 4), /gzip \(magic at 0x0\)$/, /copy it again/],
  ['ELF', at(0, '\x7fELF'), /ELF .*\(magic at 0x0\)$/, /no core dump/],
  ['qcow2', at(0, 'QFI\xfb'), /qcow2/, /copy it again/],
  ['ext4', at(0x438, '\x53\xef'), /ext4 .*0x438\)$/, /mount it read-only/],
  ['one byte', Uint8Array.of(7), /all bytes are 0x07$/, /lost power/],
];

describe('nothing found is never silent', () => {
  it.each(cases)('%s', async (_, bytes, seen, hint) => {
    const { status, stdout, stderr } = await pstoreDecode(['m'], engineOf({ m: { bytes } }));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    const [said, searched, ...rest] = stderr.trimEnd().split('\n');
    expect(said).toBe('pstore-decode: m: no crash record found');
    expect(searched).toMatch(
      new RegExp(
        `^  searched: .*${bytes.length}.* at every offset; backends: ramoops, pstore_blk, efi, erst, nvram, mtdoops; no signature$`,
      ),
    );
    if (seen !== null) expect(rest.shift()).toMatch(new RegExp(`^  seen: .*${seen.source}`));
    expect(rest).toHaveLength(1);
    expect(rest[0]).toMatch(/^ {2}hint: /);
    expect(rest[0]).toMatch(hint);
  });

  it('says that an input is empty', async () => {
    const { status, stderr } = await pstoreDecode(['m'], engineOf({ m: { bytes: new Uint8Array(0) } }));
    expect(status).toBe(1);
    expect(stderr).toBe(
      'pstore-decode: m: the input is empty\n  hint: copy the medium again; a copy of size 0 holds nothing\n',
    );
  });

  it('says what nearly matched', async () => {
    const { stderr } = await pstoreDecode(['m'], engineOf({ m: { bytes: at(0x8000, 'DBGC') } }));
    expect(stderr).toContain('1 signature in the first 64 KiB, the first at 0x8000, with no record behind');
    expect(stderr).toContain('hint: name the layout');
  });

  it('finds a near match that stands across two pieces of a large medium', async () => {
    const bytes = new Uint8Array(5 << 20);
    bytes.set(Buffer.from('DBGC'), (4 << 20) - 2);
    expect((await pstoreDecode(['m'], engineOf({ m: { bytes } }))).stderr).toContain(
      '1 signature in the first 5 MiB, the first at 0x3ffffe',
    );
  });

  it('tells the damage beside it', async () => {
    const findings = [{ code: 'area.no-layout', at: { start: 0, end: 0x100 }, detail: 'record_size=0x100' }] as const;
    const { stderr } = await pstoreDecode(['m'], engineOf({ m: { findings } }));
    expect(stderr).toMatch(
      / {2}found: damage 0x0-0x100 area\.no-layout: record_size=0x100\n {2}hint: leave out --ramoops, .*\n$/,
    );
  });

  it('keeps to one line with --quiet', async () => {
    const { stderr } = await pstoreDecode(['m', '-q'], engineOf({ m: {} }));
    expect(stderr).toBe('pstore-decode: m: no crash record found\n');
  });
});
