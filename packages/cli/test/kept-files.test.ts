import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import type { PstoreRecord } from '@pstore-decode/formats';
import { encodeLoggerFrame } from '@pstore-decode/formats/payload';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pathOf, planFiles } from '../src/extract/plan.js';
import type { InputReport } from '../src/inputs.js';
import { pstoreDecode } from './support/io.js';
import { bytesOf, engineOf, liveRecord, recordOf } from './support/records.js';
import { complaints } from './support/schema.js';

let root = '';
let out = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pstore-decode-test-'));
  out = join(root, 'out');
});
afterEach(() => rmSync(root, { recursive: true }));

type Block = readonly [tag: string, block: number, text: string, id?: number];

function pmsgOf(blocks: readonly Block[]): Uint8Array {
  const frames = blocks.map(([tag, block, text, id = 3]) => {
    const payload = Uint8Array.of(4, ...new TextEncoder().encode(`${tag}\0${text}`));
    return encodeLoggerFrame({
      id,
      uid: 0,
      pid: 1,
      tid: 1,
      seconds: 1_700_000_000,
      nanoseconds: block * 1000,
      payload,
    });
  });
  return Uint8Array.from(frames.flatMap((frame) => [...frame]));
}

/** A live record, as the kernel shows it, and one that was erased. */
function engineFor(blocks: readonly Block[]) {
  const payload = bytesOf(pmsgOf(blocks));
  const live = { ...liveRecord('pmsg-ramoops-0', '', { type: 'pmsg' }), payload };
  return engineOf({ m: { records: [live, recordOf('as logcat', { type: 'pmsg', state: 'erased', payload })] } });
}

/** As much of a report as a plan looks at. */
function reportOf(records: readonly PstoreRecord[]): InputReport {
  return { records: records.map((record, i) => ({ input: 'm', index: i + 1, record })) } as unknown as InputReport;
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : [],
  );

describe('files that were kept in pmsg', () => {
  const blocks: Block[] = [
    ['recovery:last_log', 0, 'first block\n'],
    ['recovery:last_log', 2, 'third block\n'],
  ];

  test('are rebuilt beside the file of their record', async () => {
    const { status, stdout } = await pstoreDecode(['extract', 'm', '-o', out], engineFor(blocks));
    expect(status).toBe(0);
    expect(filesIn(out).sort()).toEqual([
      'manifest.json',
      'pmsg-ramoops-0',
      'pmsg-ramoops-0.files/recovery/last_log',
      'recovered/0002-pmsg-0.txt',
      'recovered/0002-pmsg-0.txt.files/recovery/last_log',
    ]);
    expect(stdout).toContain(`${out}/pmsg-ramoops-0.files/recovery/last_log\n`);
    expect(readFileSync(join(out, 'pmsg-ramoops-0.files/recovery/last_log'), 'latin1')).toBe(
      'first block\n\fthird block\n',
    );
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    expect(complaints('report', manifest)).toEqual([]);
    expect(manifest.records[0].files).toMatchObject([
      { path: 'pmsg-ramoops-0.files/recovery/last_log', bytes: 25, name: 'recovery/last_log', missing: [1] },
    ]);
    expect(manifest.records[0].extracted.path).toBe('pmsg-ramoops-0');
    expect(manifest.records[0].recovered).toBeUndefined();
  });

  test('are told by info', async () => {
    const { stdout } = await pstoreDecode(['info', '-q', 'm'], engineFor(blocks));
    expect(stdout).toMatch(
      /^ {2}keeps file +recovery\/last_log, 25 bytes, 1 block missing {2}\[0x\w+-0x\w+, filled, 0x/m,
    );
  });

  test('are none of what a kernel shows', async () => {
    await pstoreDecode(['extract', 'm', '-o', out, '--as-kernel', '6.1'], engineFor(blocks));
    expect(filesIn(out).sort()).toEqual(['manifest.json', 'pmsg-ramoops-0']);
  });

  test('stay below their folder, whatever they are called', async () => {
    const names = [
      '..:..',
      '/:/',
      ':',
      'x/../../etc:passwd',
      'A:b',
      'a:B',
      '.ssh:.',
      'dmesg:dmesg-erst-5',
      'a:manifest.json',
    ];
    const hostile = [
      ...names.map((tag): Block => [tag, 0, `it is ${tag}\n`]),
      ['A:b', 0, 'of another buffer\n', 0] as const,
      [`${'l'.repeat(200)}:x`, 0, 'long\n'] as const,
      [`l:${'x'.repeat(200)}`, 0, 'long\n'] as const,
    ];
    for (const flags of [[], ['--as', 'systemd']]) {
      rmSync(out, { recursive: true, force: true });
      const ran = await pstoreDecode(['extract', 'm', '-o', out, ...flags], engineFor(hostile));
      expect([ran.status, readdirSync(root)]).toEqual([0, ['out']]);
      const kept = filesIn(join(out, 'pmsg-ramoops-0.files'));
      expect(kept).toHaveLength(hostile.length);
      for (const path of kept) expect(path).toMatch(/^(?!\.)[\w.-]{1,100}\/(?!\.)[\w.-]{1,110}$/);
      expect(new Set(kept.map((path) => path.toLowerCase())).size).toBe(kept.length);
      const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
      expect(complaints('report', manifest)).toEqual([]);
      expect(manifest.records[0].files.map(({ name }: { name: string }) => name)).toContain('x/../../etc/passwd');
    }
  });
});

property.prop([fc.array(fc.uint8Array({ minLength: 1, maxLength: 12 }), { maxLength: 20 })])(
  'names made of any bytes lead to places below the folder, each its own',
  (names) => {
    const tags = names.map((name) => Buffer.from([...name.map((byte) => 0x21 + (byte % 0x5e))]).toString('latin1'));
    const record = recordOf('', {
      type: 'pmsg',
      payload: bytesOf(pmsgOf(tags.map((tag) => [`${tag}:${tag}`, 0, 'text']))),
    });
    const files = planFiles([reportOf([record])], false).filter(({ kept }) => kept !== undefined);
    const paths = files.map((file) => pathOf(file).toLowerCase());
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths)
      expect(path).toMatch(/^recovered\/0001-pmsg-0\.txt\.files\/(?!\.)[\w.-]+\/(?!\.)[\w.-]+$/);
  },
);
