import { describe, expect, test } from 'vitest';
import { fuel, trace } from '../src/bytes/index.js';
import { eccNotice, kernelFileName } from '../src/kernel-file.js';
import { type KernelVersion, parseKernelVersion, versionCode } from '../src/kernel-version.js';
import { ftraceRecords } from '../src/payload/index.js';
import {
  type Arrangement,
  arrangementOf,
  arrangements,
  eccGeometry,
  encodeRamoops,
  parseDmesgHeader,
  ramoopsZones,
  readRamoops,
  zoneHeader,
  zoneSignature,
} from '../src/ramoops/index.js';
import { formatPage, tableBehind } from './format-page.js';

const page = formatPage('ramoops.md');

const table = (heading: string) => tableBehind(page, `#+ ${heading}$`);

/** `·` stands for a line feed. */
const dotted = (text: string) => text.replaceAll('\n', '·');

test('zone header', () => {
  const fields = zoneHeader.fields.map(({ name, offset, field }) => [`${offset}`, `${field.size}`, name, field.doc]);
  expect(table('Zone header')).toEqual(fields);
});

test('signatures', () => {
  const bytesOf = (sig: number, endian: 'le' | 'be') =>
    [...zoneHeader.encode({ sig, start: 0, size: 0 }, endian).subarray(0, 4)]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(' ');
  const rows = table('Signatures');
  expect(rows.length).toBeGreaterThan(2);
  for (const [writer = '', ...bytes] of rows) {
    const [, release] = /^ftrace, (.*)$/.exec(writer) ?? [];
    const value = release === undefined ? 0 : versionCode(parseKernelVersion(release));
    const sig = (zoneSignature ^ value) >>> 0;
    expect(bytes, writer).toEqual([bytesOf(sig, 'le'), bytesOf(sig, 'be')]);
  }
});

test('ECC geometry', () => {
  const rows = table('ECC');
  const expected = rows.map(([size = '']) => {
    const since = eccGeometry(Number(size), 16, 'shared');
    const before = eccGeometry(Number(size), 16, 'whole');
    return [size, since?.capacity, since?.blocks, before?.capacity, before?.blocks].map(String);
  });
  expect(rows.length).toBeGreaterThan(5);
  expect(rows).toEqual(expected);
});

test('arrangements', () => {
  const row = (one: Arrangement) => [
    `${one.since.major}.${one.since.minor}`,
    one.memSizePowerOfTwo ? 'power of two' : 'as it is',
    one.dumpZones,
    one.afterConsole,
    one.ftracePerCpu ? 'one a CPU' : 'one',
    `${one.blockCount} formula`,
  ];
  expect(table('Arrangements')).toEqual(arrangements.map(row));
});

test('header lines', () => {
  const rows = table('Header line');
  const expected = rows.map(([log = '']) => {
    const header = parseDmesgHeader(new TextEncoder().encode(log.replaceAll('·', '\n')));
    if (header === null) return [log, 'none', '', '', ''];
    const { seconds, microseconds, compressed, length } = header;
    return [log, `${seconds}`, `${microseconds}`, compressed ? 'yes' : 'no', `${length}`];
  });
  expect(rows.length).toBeGreaterThan(5);
  expect(rows).toEqual(expected);
});

describe('what the kernel shows', () => {
  test('reading order', () => {
    const sizes = { memSize: 0x8000, recordSize: 0x2000, consoleSize: 0x2000, ftraceSize: 0x2000, pmsgSize: 0x2000 };
    const order = (kernel: KernelVersion) => {
      const zones = ramoopsZones({ ...sizes, eccSize: 0 }, arrangementOf(kernel), 1) ?? [];
      const records = zones.map(({ type }) => ({ type, payload: new TextEncoder().encode('x'.repeat(24)) }));
      const medium = encodeRamoops({ zones, records, kernel });
      const area = { range: { start: 0, end: medium.length }, content: trace(medium, 0), hits: [] };
      const found = readRamoops(area, () => undefined, { ramoops: sizes, asKernel: kernel }, fuel());
      return [...found].map(({ type, state }) => `${type} ${state}`).join(', ');
    };
    const [before, since] = table('Reading order').map(([, list = '']) => list.replaceAll(/\w+/g, '$& live'));
    expect(order({ major: 4, minor: 8 })).toBe(before);
    expect(order({ major: 4, minor: 9 })).toBe(since);
  });

  test('file names', () => {
    const names = (kernel: KernelVersion) => [
      kernelFileName('dmesg', 'ramoops', 2n, false, kernel),
      kernelFileName('dmesg', 'ramoops', 2n, true, kernel),
      ...(['console', 'ftrace', 'pmsg'] as const).map((type) => kernelFileName(type, 'ramoops', 0n, false, kernel)),
    ];
    const rows = table('File names');
    expect(rows.map(([, before]) => before)).toEqual(names({ major: 3, minor: 18 }));
    expect(rows.map(([, , since]) => since)).toEqual(names({ major: 3, minor: 19 }));
  });

  test('ECC notice', () => {
    const rows = table('ECC notice');
    expect(rows.length).toBe(3);
    for (const [kernels = '', clean, damaged] of rows) {
      for (const release of kernels.split(' – ')) {
        const kernel = parseKernelVersion(release);
        expect(dotted(eccNotice({ size: 16, corrected: 0, uncorrectable: 0 }, kernel)), release).toBe(clean);
        expect(dotted(eccNotice({ size: 16, corrected: 3, uncorrectable: 1 }, kernel)), release).toBe(damaged);
      }
    }
  });
});

test('trace records', () => {
  const rows = table('Trace records').map(([name, , ...rest]) => [name, ...rest]);
  const expected = Object.entries(ftraceRecords).map(([name, layout]) => [
    name,
    layout.fields.map((field) => `${field.name} (${field.offset})`).join(', '),
    `${layout.size}`,
  ]);
  expect(rows).toEqual(expected);
});
