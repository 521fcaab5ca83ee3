import { findingKinds } from '@pstore-decode/formats';
import { encodeCper } from '@pstore-decode/formats/erst';
import { describe, expect, test } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { bytesOf, engineOf, recordOf } from './support/records.js';
import { complaints } from './support/schema.js';

/** Platform memory with a valid address and error type, then a section that nobody knows. */
function foreign() {
  const memory = new Uint8Array(80);
  const view = new DataView(memory.buffer);
  view.setBigUint64(0, (1n << 1n) | (1n << 14n), true);
  view.setBigUint64(16, 0x12345678000n, true);
  memory[72] = 3;
  const type = (first: readonly number[]) => Uint8Array.of(...first, ...new Uint8Array(16 - first.length));
  const platformMemory = type([
    0x14, 0x11, 0xbc, 0xa5, 0x64, 0x6f, 0xde, 0x4e, 0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1,
  ]);
  const header = { recordId: 7n, errorSeverity: 2, creatorId: type([1]), notificationType: type([2]) };
  const bytes = encodeCper(header, [
    { descriptor: { sectionType: platformMemory }, body: memory },
    { descriptor: { sectionType: type([3]) }, body: new Uint8Array(100).fill(0xab) },
  ]);
  expect(Object.keys(findingKinds)).toContain('erst.foreign');
  return recordOf('a CPER record\n', {
    backend: 'erst',
    type: 'unknown',
    payload: bytesOf(bytes, 0x1000),
    findings: [{ code: 'erst.foreign', at: { start: 0x1000, end: 0x1000 + bytes.length } }],
  });
}

const check = new Uint8Array(88);
new DataView(check.buffer).setBigUint64(0, 0xbe00_0000_0080_0400n, true);
const engine = engineOf({
  m: {
    records: [
      foreign(),
      recordOf('text', { type: 'mce', payload: bytesOf(check, 0x2000) }),
      recordOf('text', { type: 'rtas', payload: bytesOf(Uint8Array.of(1, 0xac, 0x10, 9, 0, 0, 0, 0, 0xfe), 0x3000) }),
      recordOf('text', { type: 'unknown' }),
    ],
  },
});

describe('binary records', () => {
  test('are read field by field', async () => {
    const { stdout } = await pstoreDecode(['info', '-q', 'm'], engine);
    for (const line of [
      /^ {2}section +platform memory$/m,
      /^ {4}physicalAddress +0x12345678000 {2}\[0x1120-0x1128\]$/m,
      /^ {4}card +0x0 \(not valid\) {2}\[/m,
      /^ {4}errorType +0x3 multi-bit ECC {2}\[0x1158-0x1159\]$/m,
      /^ {2}section +00000003-0000-0000-0000-000000000000$/m,
      /^ {4}bytes +(?:ab){64} and 36 bytes more {2}\[0x1160-0x11c4\]$/m,
      /^ {4}status +0xbe00000000800400 error code 0x0400: context corrupt, .*uncorrected.* {2}\[0x2000-0x2008\]$/m,
      /^ {4}type +0x9 uncorrected ECC {2}\[0x3003-0x3004\]$/m,
      /^ {4}bytes +fe {2}\[0x3008-0x3009\]$/m,
    ]) {
      expect(stdout).toMatch(line);
    }
  });

  test('are the same in JSON of every command', async () => {
    for (const command of ['show', 'list', 'info', 'verify']) {
      const document = JSON.parse((await pstoreDecode([command, '--json', '-q', 'm'], engine)).stdout);
      expect(complaints('report', document)).toEqual([]);
      const [[memory, unknown], [mce], [rtas], none] = document.records.map(
        ({ sections }: { sections: unknown[] }) => sections,
      );
      expect(memory.fields).toContainEqual({
        name: 'errorType',
        value: '0x3',
        meaning: 'multi-bit ECC',
        start: 0x1158,
        end: 0x1159,
      });
      expect(memory.fields).toContainEqual({ name: 'card', value: '0x0', valid: false, start: 0x1132, end: 0x1134 });
      expect(unknown.rest).toEqual({ length: 100, bytes: 'ab'.repeat(100), start: 0x1160, end: 0x11c4 });
      expect([mce.title, rtas.title]).toEqual(['machine check', 'RTAS error log']);
      expect(none).toBeUndefined();
    }
  });

  test('do not reach over the end, whatever their lengths claim', async () => {
    const record = foreign();
    const { bytes } = record.payload;
    for (const length of [0, 128, 200, 272, bytes.length - 1]) {
      const cut = engineOf({ m: { records: [{ ...record, payload: bytesOf(bytes.subarray(0, length), 0x1000) }] } });
      const document = JSON.parse((await pstoreDecode(['info', '--json', '-q', 'm'], cut)).stdout);
      expect(complaints('report', document)).toEqual([]);
    }
  });
});
