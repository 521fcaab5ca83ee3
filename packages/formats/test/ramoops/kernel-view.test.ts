import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { defaultLimits, fuel, type KernelVersion, parseKernelVersion } from '../../src/index.js';
import {
  arrangementOf,
  encodeRamoops,
  type RamoopsMedium,
  type RamoopsRecord,
  ramoopsZones,
} from '../../src/ramoops/index.js';
import { bytesOf, codesOf, readAll, text } from './read.js';

const sizes = {
  memSize: 0x10000,
  recordSize: 0x2000,
  consoleSize: 0x2000,
  ftraceSize: 0,
  pmsgSize: 0x2000,
  eccSize: 0,
};
const time = { seconds: 1700000000n, nanoseconds: 123_000 };
const oops = bytesOf('Oops#1 Part1\n<4>[    1.000000] it broke\n');
const panic = bytesOf('Panic#2 Part1\n<0>[    2.000000] it died\n');

function medium(
  records: readonly RamoopsRecord[],
  kernel: KernelVersion,
  options: Partial<RamoopsMedium & typeof sizes> = {},
): Uint8Array<ArrayBuffer> {
  const own = { ...sizes, ...options };
  const { blockCount, ...arrangement } = arrangementOf(kernel);
  const zones = ramoopsZones(own, { ...arrangement, blockCount }, 1) ?? [];
  return encodeRamoops({ zones, records, memSize: own.memSize, eccSize: own.eccSize, blockCount, kernel });
}

/** Name, content and time of the files that a kernel would show. */
function files(bytes: Uint8Array, kernel: string, eccSize = 0): [string, string, string][] {
  const { records } = readAll(bytes, { ramoops: { ...sizes, eccSize }, asKernel: parseKernelVersion(kernel) });
  return records.flatMap(({ file }) =>
    file === undefined
      ? []
      : [
          [
            file.name,
            text(file.content.bytes),
            file.mtime === undefined ? '' : `${file.mtime.seconds}.${file.mtime.nanoseconds}`,
          ],
        ],
  );
}

function dump(payload: Uint8Array, index = 0): RamoopsRecord {
  return { type: 'dmesg', index, payload, time };
}

describe('the same medium through the eyes of kernels', () => {
  const v = parseKernelVersion('6.1');
  const console: RamoopsRecord = { type: 'console', payload: bytesOf('[    0.000000] hello\n') };
  const written = (eccSize = 0) => medium([dump(oops), console], v, { eccSize });

  test.for([
    ['7.2', 'dmesg-ramoops-0', 'console-ramoops-0', '1700000000.123000'],
    ['5.4', 'dmesg-ramoops-0', 'console-ramoops-0', '1700000000.123000'],
    ['5.3', 'dmesg-ramoops-0', 'console-ramoops-0', '1700000000.123'],
    ['4.9', 'dmesg-ramoops-0', 'console-ramoops-0', '1700000000.123'],
    ['3.19', 'dmesg-ramoops-0', 'console-ramoops-0', '1700000000.123'],
    ['3.16', 'dmesg-ramoops-0', 'console-ramoops', '1700000000.123'],
  ] as const)('names and times of %s', ([kernel, dmesg, ring, mtime]) => {
    const found = files(written(), kernel);
    expect(found.map(([name, , at]) => [name, at])).toEqual([
      [dmesg, mtime],
      [ring, ''],
    ]);
  });

  test.for([
    ['7.2', '\nECC: No errors detected\n'],
    ['5.19', '\nECC: No errors detected\n'],
    ['5.10', '\nNo errors detected\n'],
    ['3.10', '\nNo errors detected\n'],
  ] as const)('ECC notice of %s', ([kernel, notice]) => {
    expect(files(written(16), kernel, 16).map(([, content]) => content)).toEqual([
      (kernel === '3.10' ? '====1700000000.000123-D\n' : '') + text(oops) + notice,
      `[    0.000000] hello\n${notice}`,
    ]);
  });

  test('the header stays in the file up to 3.18, and has no time up to 3.11', () => {
    expect(files(written(), '3.18')[0]?.[1]).toBe(`====1700000000.000123-D\n${text(oops)}`);
    expect(files(written(), '3.11')[0]?.[2]).toBe('');
  });

  test('counts of repaired bytes and lost blocks are in the notice', () => {
    const bytes = written(16);
    bytes[0] = (bytes[0] ?? 0) ^ 0xff;
    bytes[60] = (bytes[60] ?? 0) ^ 0xff;
    expect(files(bytes, '7.2', 16)[0]?.[1]).toContain('\nECC: 2 Corrected bytes, 0 unrecoverable blocks\n');
    for (let at = 52; at < 72; at++) bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    expect(files(bytes, '7.2', 16)[0]?.[1]).toContain('\nECC: 1 Corrected bytes, 1 unrecoverable blocks\n');
  });

  test('6.2 and later look for pmsg where ftrace was before', () => {
    const own = { ...sizes, ftraceSize: 0x2000 };
    const zones = ramoopsZones(own, arrangementOf(v), 1) ?? [];
    const bytes = encodeRamoops({
      zones,
      records: [{ type: 'pmsg', payload: bytesOf('user text\n') }],
      memSize: own.memSize,
      kernel: v,
    });
    const names = (kernel: string) =>
      readAll(bytes, { ramoops: own, asKernel: parseKernelVersion(kernel) })
        .records.filter(({ file }) => file)
        .map(({ file }) => file?.name);
    expect(names('6.1')).toEqual(['pmsg-ramoops-0']);
    expect(names('6.2')).toEqual([]);
  });
});

describe('compressed dumps', () => {
  const long = bytesOf(`Panic#1 Part1\n${'<6>[    1.000000] the same line again\n'.repeat(200)}`);
  const raw = new Uint8Array(deflateRawSync(long));
  const zlib12 = new Uint8Array(deflateSync(long, { windowBits: 12, memLevel: 4 }));
  const zlib15 = new Uint8Array(deflateSync(long));
  const names = (payload: Uint8Array, kernel: string) =>
    files(medium([{ ...dump(payload), compressed: true }], parseKernelVersion('6.1')), kernel).map(([name]) => name);

  test.for([
    ['raw deflate', raw, '7.2', 'dmesg-ramoops-0'],
    ['raw deflate', raw, '4.18', 'dmesg-ramoops-0'],
    ['raw deflate', raw, '4.17', 'dmesg-ramoops-0.enc.z'],
    ['zlib, window 12', zlib12, '4.17', 'dmesg-ramoops-0'],
    ['zlib, window 12', zlib12, '3.18', 'dmesg-ramoops-0.enc.z'],
    ['zlib, window 12', zlib12, '6.1', 'dmesg-ramoops-0.enc.z'],
    ['zlib, window 15', zlib15, '4.17', 'dmesg-ramoops-0.enc.z'],
  ] as const)('%s in %s', ([, payload, kernel, name]) => {
    expect(names(payload, kernel)).toEqual([name]);
  });

  test('the text is ours whatever the kernel makes of it', () => {
    for (const payload of [raw, zlib12, zlib15]) {
      const { records } = readAll(medium([{ ...dump(payload), compressed: true }], parseKernelVersion('6.1')));
      expect(text(records[0]?.payload.bytes ?? new Uint8Array(0))).toBe(text(long));
      expect(records[0]).toMatchObject({ reason: 'Panic', count: 1, part: 1 });
    }
  });

  test('text longer than the buffer of the kernel stays packed there', () => {
    const much = bytesOf(`Panic#1 Part1\n${'<6>[    1.000000] again\n'.repeat(1300)}`);
    const payload = new Uint8Array(deflateRawSync(much));
    expect(names(payload, '7.2')).toEqual(['dmesg-ramoops-0.enc.z']);
    expect(much.length).toBeGreaterThan(3 * 8180);
  });

  test('a broken stream: the text before the fault, and the stored bytes for the kernel', () => {
    const cut = raw.subarray(0, raw.length - 9);
    const { records } = readAll(medium([{ ...dump(cut), compressed: true }], parseKernelVersion('6.1')));
    const [record] = records;
    expect(codesOf(record?.findings ?? [])).toContain('compress.broken');
    expect(text(long).startsWith(text(record?.payload.bytes ?? new Uint8Array(0)))).toBe(true);
    expect(record?.payload.bytes.length).toBeGreaterThan(1000);
    expect(record?.file?.name).toBe('dmesg-ramoops-0.enc.z');
    expect(record?.file?.content.bytes).toEqual(cut);
  });

  test('a stream whose first byte is white space: the kernel loses it, we do not', () => {
    // In front of a stored block five bits are padding: with one of them set the final one begins with a tab.
    const payload = new Uint8Array(deflateRawSync(oops, { level: 0 }));
    expect(payload[0]).toBe(0x01);
    payload[0] = 0x09;
    const { records } = readAll(medium([{ ...dump(payload), compressed: true }], parseKernelVersion('6.1')));
    expect(records[0]?.reason).toBe('Oops');
    expect(codesOf(records[0]?.findings ?? [])).toContain('compress.whitespace');
    expect(records[0]?.file?.name).toBe('dmesg-ramoops-0.enc.z');
  });
});

describe('what the kernel does not show', () => {
  const v = parseKernelVersion('6.1');

  test('an empty dump ends its list; everything behind it is hidden, not lost', () => {
    const bytes = medium(
      [dump(oops), dump(new Uint8Array(0), 1), dump(panic, 2), { type: 'pmsg', payload: bytesOf('last words\n') }],
      v,
    );
    const { records, findings } = readAll(bytes, { ramoops: sizes, asKernel: v });
    expect(records.map(({ type, id, state }) => `${type} ${id} ${state}`)).toEqual([
      'dmesg 0 live',
      'dmesg 1 hidden',
      'dmesg 2 hidden',
      'pmsg 0 hidden',
    ]);
    expect(codesOf(findings)).toContain('kernel.scan-ends');
    expect(records.every(({ state, file }) => (state === 'live') === (file !== undefined))).toBe(true);
  });

  test('a dump without a header line: shown up to 4.3, dropped since', () => {
    const bytes = medium([], v);
    const headless = bytesOf('<4>[    1.000000] no header\n');
    bytes.set([...headless], 12);
    new DataView(bytes.buffer).setUint32(4, headless.length, true);
    new DataView(bytes.buffer).setUint32(8, headless.length, true);
    expect(files(bytes, '4.1')).toEqual([['dmesg-ramoops-0', text(headless), '']]);
    expect(files(bytes, '4.4')).toEqual([]);
    const { records } = readAll(bytes, { ramoops: sizes });
    expect(records.map(({ state, payload }) => [state, text(payload.bytes)])).toEqual([['hidden', text(headless)]]);
  });

  test('dumps appended to a dump (before 5.5): a record each, one file', () => {
    const bytes = medium([dump(oops), dump(panic)], parseKernelVersion('4.14'));
    const { records } = readAll(bytes, { ramoops: sizes });
    expect(records.map(({ state, reason, payload }) => [state, reason, text(payload.bytes)])).toEqual([
      ['live', 'Oops', text(oops)],
      ['hidden', 'Panic', text(panic)],
    ]);
    expect(codesOf(records[1]?.findings ?? [])).toContain('dmesg.appended');
    expect(text(records[0]?.file?.content.bytes ?? new Uint8Array(0))).toBe(
      `${text(oops)}====1700000000.000123-D\n${text(panic)}`,
    );
  });

  test('ftrace zones of another kernel', () => {
    const own = { ...sizes, pmsgSize: 0, ftraceSize: 0x2000 };
    const bytes = medium(
      [{ type: 'ftrace', payload: new Uint8Array(240).fill(0xff) }],
      parseKernelVersion('6.1.5'),
      own,
    );
    const states = (kernel: string) =>
      readAll(bytes, { ramoops: own, asKernel: parseKernelVersion(kernel) }).records.map(({ state }) => state);
    expect(states('6.1')).toEqual(['live']);
    expect(states('6.1.5')).toEqual(['live']);
    expect(states('6.1.6')).toEqual(['hidden']);
    expect(states('7.2')).toEqual(['hidden']);
  });

  test('dumps from before there were zones', () => {
    const bytes = new Uint8Array(0x8000);
    const old = '====1300000000.7\nsome old log text\n<4>and more\n';
    bytes.set(bytesOf(old), 0x2000);
    bytes.set(bytesOf(old.replace('.7', '.8')), 0x4000);
    const { records } = readAll(bytes);
    expect(
      records.map(({ state, time: at, stored, payload }) => [state, at, stored.start, text(payload.bytes)]),
    ).toEqual([
      ['hidden', { seconds: 1300000000n, nanoseconds: 7000 }, 0x2000, 'some old log text\n<4>and more\n'],
      ['hidden', { seconds: 1300000000n, nanoseconds: 8000 }, 0x4000, 'some old log text\n<4>and more\n'],
    ]);
  });
});

describe('damage to the frame', () => {
  const v = parseKernelVersion('6.1');
  const whole = [
    dump(oops),
    dump(panic, 1),
    dump(oops, 2),
    { type: 'console', payload: bytesOf('[    0.000000] hello\n') } as const,
    { type: 'pmsg', payload: bytesOf('words\n') } as const,
  ];

  test('the first zone lost its signature: the others keep their numbers', () => {
    const bytes = medium(whole, v);
    bytes.fill(0x55, 0, 12);
    for (const before of [0, 0x21000]) {
      const larger = new Uint8Array(before + bytes.length);
      larger.set(bytes, before);
      const names = readAll(larger).records.flatMap(({ file }) => file?.name ?? []);
      expect(names).toEqual(['dmesg-ramoops-1', 'dmesg-ramoops-2', 'console-ramoops-0', 'pmsg-ramoops-0']);
    }
  });

  test('a medium that was cut short', () => {
    const rest = bytesOf('[    0.000000] hello\n'.repeat(300));
    const bytes = medium(
      [...whole.filter(({ type }) => type === 'dmesg'), { type: 'console', payload: rest }],
      v,
    ).subarray(0, 0xc800);
    const { records, findings } = readAll(bytes);
    expect(records.at(-1)?.payload.spans.map(({ how, length }) => `${how} ${length}`)).toEqual([
      'copied 2036',
      'filled 4264',
    ]);
    expect(records.map(({ file }) => file?.name)).toEqual([
      'dmesg-ramoops-0',
      'dmesg-ramoops-1',
      'dmesg-ramoops-2',
      'console-ramoops-0',
    ]);
    expect(codesOf(findings)).toContain('area.truncated');
  });

  test('a region at its physical address in a dump of memory', () => {
    const bytes = new Uint8Array(0x40000);
    bytes.set(medium(whole, v), 0x20000);
    const hints = { ramoops: { ...sizes, memAddress: 0x20000 }, asKernel: v };
    expect(readAll(bytes, hints).records.length).toBe(5);
    expect(codesOf(readAll(bytes, { ramoops: { ...sizes, memAddress: 0x90000 } }).findings)).toContain('area.address');
  });

  test('parameters that cannot be', () => {
    const { records, findings } = readAll(medium(whole, v), { ramoops: { ...sizes, memSize: 0x1000 } });
    expect(records.every(({ state }) => state === 'carved')).toBe(true);
    expect(codesOf(findings)).toContain('area.no-layout');
  });
});

test('a region of many small dump zones', () => {
  const own = {
    memSize: 0x100000,
    recordSize: 0x1000,
    consoleSize: 0x1000,
    ftraceSize: 0,
    pmsgSize: 0x1000,
    eccSize: 16,
  };
  const kernel = parseKernelVersion('5.10');
  const zones = ramoopsZones(own, arrangementOf(kernel), 1) ?? [];
  const console: RamoopsRecord = { type: 'console', payload: bytesOf('[    0.000000] hello\n') };
  const records = [dump(oops, 3), dump(panic, 200), console, { type: 'pmsg', payload: bytesOf('words\n') } as const];
  const { records: found } = readAll(encodeRamoops({ zones, records, memSize: own.memSize, eccSize: 16, kernel }));
  const names = ['dmesg-ramoops-3', 'dmesg-ramoops-200', 'console-ramoops-0', 'pmsg-ramoops-0'];
  expect(found.map(({ file }) => file?.name)).toEqual(names);
  expect(found.every(({ ecc }) => ecc?.size === 16)).toBe(true);
});

/** Media made to be cut in very many ways. Work, not time, is bounded: the fuel of one input would not last otherwise. */
describe.for([
  ['signatures alone', 'DBGC'],
  ['empty zones of 12 bytes', 'DBGC\0\0\0\0\0\0\0\0'],
  ['empty ftrace zones of 12 bytes', 'DCAC\0\0\0\0\0\0\0\0'],
  ['logs of one byte', 'DBGC\x01\0\0\0\x01\0\0\0A'],
  ['header lines', '====1700000000.1\n'],
] as const)('a hostile medium: %s', ([, unit]) => {
  test('ends', () => {
    const bytes = bytesOf(unit.repeat(Math.ceil(0x10000 / unit.length)));
    const { findings } = readAll(bytes, {}, fuel({ ...defaultLimits, steps: 0x10000 * 64 }));
    expect(codesOf(findings)).not.toContain('limit.steps');
  });
});
