import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { pstoreDecode } from './support/io.js';

const vector = (path: string) => fileURLToPath(new URL(`../../../test-vectors/${path}`, import.meta.url));
const traced = vector('ramoops/ftrace-noecc-7.2/ramoops.bin');

describe('trace', () => {
  test('has the calls of the kernel, named by its symbols', async () => {
    const map = join(mkdtempSync(join(tmpdir(), 'pstore-decode-')), 'System.map');
    writeFileSync(map, gunzipSync(readFileSync(vector('ramoops/ftrace-noecc-7.2/System.map.gz'))));
    const kernel = readFileSync(vector('ramoops/ftrace-noecc-7.2/kernel/ftrace-ramoops-0'), 'utf8')
      .trimEnd()
      .split('\n');
    const { stdout } = await pstoreDecode(['trace', '-q', '--symbols', map, traced]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(kernel.length);
    // Modules are not in a System.map; the kernel prints places, symbol+offset/size.
    for (const [i, line] of kernel.entries()) {
      const callee = / {2}(\S+) <- /.exec(line)?.[1]?.replace(/\+0x.*/, '') ?? '';
      if (!line.includes('[') && !callee.startsWith('0x')) expect(lines[i]).toContain(`  ${callee} <- `);
    }
  });

  test('goes to the tools that show traces', async () => {
    const perfetto = await pstoreDecode(['trace', '-q', '--perfetto', traced]);
    expect(perfetto.bytes[0]).toBe(0x0a);
    const chrome = JSON.parse((await pstoreDecode(['trace', '-q', '--chrome', traced])).stdout);
    expect(chrome.traceEvents.length).toBeGreaterThan(1300);
    expect((await pstoreDecode(['trace', '-q', '--folded', traced])).stdout).toMatch(/^\S+;\S+ \d+\n/);
    const terminal = await pstoreDecode(['trace', '--perfetto', traced], undefined, { terminal: true });
    expect([terminal.status, terminal.bytes.length]).toEqual([2, 0]);
    expect((await pstoreDecode(['trace', '--chrome', '--folded', traced])).status).toBe(2);
  });

  test('says that there is none', async () => {
    const { status, stdout, stderr } = await pstoreDecode(['trace', vector('ramoops/none-6.1/ramoops.bin')]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('# none of the records is a function trace\n');
  });
});

describe('scan', () => {
  test('says where records may begin, and decodes nothing', async () => {
    const { status, stdout } = await pstoreDecode(['scan', '-q', vector('ramoops/deflate-ecc16-6.1/ramoops.bin')]);
    expect(status).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^ +0x0 {2}ramoops {5}medium {2}DBGC$/);
    const json = await pstoreDecode(['scan', '-q', '--json', vector('erst/panic-6.1/erst.bin')]);
    const [first] = json.stdout.split('\n').map((line) => line && JSON.parse(line));
    expect(first).toMatchObject({ schema: 'pstore-decode/place/1', offset: 0, backend: 'erst', confidence: 'high' });
  });

  test('finds nothing in nothing', async () => {
    const empty = join(mkdtempSync(join(tmpdir(), 'pstore-decode-')), 'zeros');
    writeFileSync(empty, new Uint8Array(1 << 20));
    expect((await pstoreDecode(['scan', empty])).status).toBe(1);
    expect((await pstoreDecode(['scan', `${empty}.not`])).status).toBe(2);
  });
});

describe('--at', () => {
  test('reads a named range and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pstore-decode-'));
    const medium = join(folder, 'two.bin');
    const region = readFileSync(vector('ramoops/none-6.1/ramoops.bin'));
    writeFileSync(medium, Buffer.concat([region, new Uint8Array(8 << 20), region]));
    const at = region.length + (8 << 20);
    const records = async (...argv: string[]) =>
      JSON.parse((await pstoreDecode(['--json', '-q', ...argv, medium])).stdout).records;
    expect(await records()).toHaveLength(8);
    const found = await records('--at', `0x${at.toString(16)}+${region.length / 1024}K`);
    expect(found).toHaveLength(4);
    for (const { stored } of found) expect(stored.start).toBeGreaterThanOrEqual(at);
    expect((await pstoreDecode(['--at', '12', medium])).stderr).toMatch(/^pstore-decode: --at 12: is no place\n/);
    expect((await pstoreDecode(['--at', '1T+1K', medium])).status).toBe(2);
  });
});
